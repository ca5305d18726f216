"""What counts as a click, told from the request alone; what is kept of an address; where a link may lead."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sponsorship.tracking.rules import (
    DestinationInvalid,
    Hit,
    LinkFacts,
    LinkPosition,
    checked_destination,
    clean_agent,
    hash_reader,
    is_fetched_ahead,
    is_repeat,
    network_of,
    reason_at_once,
)
from sponsorship.tracking.rules import ExclusionReason as Reason

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = b"one issue's secret"


def hit(**given: object) -> Hit:
    """A person's click at noon, but for what is given."""
    return Hit(**{"link_id": 1, "at": NOON, "address": "203.0.113.77", "user_agent": "Mozilla/5.0 (X11)", **given})  # type: ignore[arg-type]


REASONS: list[tuple[dict[str, object], bool, timedelta, Reason | None]] = [
    ({}, False, timedelta(hours=-1), None),
    ({}, True, timedelta(0), Reason.BOT),
    ({"method": "HEAD"}, False, timedelta(0), Reason.HEAD_REQUEST),
    ({"method": "HEAD"}, True, timedelta(0), Reason.BOT),
    ({"purposes": ("prefetch",)}, False, timedelta(0), Reason.PREFETCH),
    ({"is_team": True}, False, timedelta(0), Reason.TEAM),
    ({"is_team": True, "purposes": ("preview",)}, False, timedelta(0), Reason.PREFETCH),
    ({}, False, timedelta(seconds=1), Reason.BEFORE_PUBLICATION),
    ({}, False, timedelta(seconds=-4.9), Reason.TOO_SOON),
    ({}, False, timedelta(seconds=-5), None),
    ({}, False, timedelta(days=-7), Reason.AFTER_END),
    ({"is_team": True}, False, timedelta(days=1), Reason.TEAM),
]


@pytest.mark.parametrize(("given_", "is_robot", "published_in", "reason"), REASONS)
def test_a_hit_has_the_first_reason_that_holds(
    given_: dict[str, object], is_robot: bool, published_in: timedelta, reason: Reason | None
) -> None:
    link = LinkFacts(1, 812, 5, LinkPosition.HEAD, NOON + published_in, NOON + published_in + timedelta(days=7))
    given = hit(**given_)
    assert reason_at_once(given.marks, given.at, link, is_robot=is_robot) is reason


@pytest.mark.parametrize(
    ("values", "ahead"),
    [
        ((), False),
        (("",), False),
        (("prefetch",), True),
        (("prefetch;prerender",), True),
        (("Prefetch;anonymous-client-ip",), True),
        (("preview",), True),
        (("navigate",), False),
    ],
)
def test_prefetch_headers_are_read_whatever_their_case(values: tuple[str, ...], ahead: bool) -> None:
    assert is_fetched_ahead(values) is ahead


@pytest.mark.parametrize(("minutes", "repeat"), [(0, True), (9.9, True), (10, False), (60, False)])
def test_a_repeat_is_within_ten_minutes_of_the_click_that_counted(minutes: float, repeat: bool) -> None:
    assert is_repeat(NOON + timedelta(minutes=minutes), NOON) is repeat


def test_a_first_click_is_no_repeat() -> None:
    assert not is_repeat(NOON, None)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_only_the_network_of_an_address_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_reader_is_the_same_within_an_issue_and_a_stranger_in_the_next() -> None:
    reader = hash_reader(SECRET, 812, "203.0.113.77", "Firefox")
    assert reader == hash_reader(SECRET, 812, "203.0.113.77", "Firefox")
    assert reader == hash_reader(SECRET, 812, "::ffff:203.0.113.77", "Firefox")
    assert reader != hash_reader(b"the next issue's", 812, "203.0.113.77", "Firefox")
    assert reader != hash_reader(SECRET, 813, "203.0.113.77", "Firefox")
    assert reader != hash_reader(SECRET, 812, "203.0.113.78", "Firefox")
    assert reader != hash_reader(SECRET, 812, "203.0.113.77", "Safari")


def test_an_ipv6_reader_who_changes_the_interface_half_stays_the_same() -> None:
    assert hash_reader(SECRET, 812, "2001:db8:1:2::7", "Firefox") == hash_reader(
        SECRET, 812, "2001:db8:1:2::8", "Firefox"
    )
    assert hash_reader(SECRET, 812, "2001:db8:1:2::7", "Firefox") != hash_reader(
        SECRET, 812, "2001:db8:1:3::7", "Firefox"
    )


@given(st.text(), st.text())
def test_whatever_is_sent_as_address_and_agent_a_reader_has_a_hash(address: str, agent: str) -> None:
    reader, source = hash_reader(SECRET, 812, address, clean_agent(agent))
    assert (len(reader), len(source)) == (32, 16)
    assert network_of(address) == "" or "/" in network_of(address)


@given(st.text())
def test_a_kept_agent_is_short_and_printable(agent: str) -> None:
    kept = clean_agent(agent)
    assert len(kept) <= 512
    assert kept.isprintable()
    assert clean_agent(kept) == kept


@pytest.mark.parametrize(
    "url",
    [
        "https://cinderbox.example",
        "http://cinderbox.example:8080/a?b=c#d",
        "HTTPS://cinderbox.example/",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/straße",
        "https://[2001:db8::1]/",
        "  https://cinderbox.example/start  ",
    ],
)
def test_http_and_https_links_with_a_host_are_taken(url: str) -> None:
    assert checked_destination(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cinderbox.example",
        "//cinderbox.example",
        "javascript:alert(1)",
        "data:text/html,hello",
        "ftp://cinderbox.example",
        "https:///path",
        "https://",
        "https://cinderbox.example/a b",
        "https://cinderbox.example/\r\nSet-Cookie: a=b",
        "https://cinderbox.example\\@other.example",
        "https://cinderbox.example@other.example",
        "https://cinderbox.example:port/",
        "https://[2001:db8::1/",
        "https://cinderbox.example/" + "a" * 2048,
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(DestinationInvalid):
        checked_destination(url)
