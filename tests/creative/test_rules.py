"""Limits, links, what is kept of what was typed, and the sentences of the two pages."""

from datetime import UTC, date, datetime

import pytest

from sponsorship.core.text import LimitUnit
from sponsorship.creative.rules import (
    Copy,
    CopyLimits,
    CreativeState,
    clean_copy,
    copy_headline,
    copy_problems,
    due_words,
    limit_sentence,
    link_problem,
    queue_headline,
    tally_words,
)
from tests.factories.creative import GOOD, copy_of

NEEDS_SCHEME = "The address must start with https:// or http:// and name a site, like https://example.com/page."
NEEDS_HOST = "The address must name a public site, like https://example.com/page."
JOINED = "caf\u00e9 \U0001f469\u200d\U0001f4bb \u0646\u200c"  # joiners are part of emoji and of scripts
NO_USER = "The address must not carry a user name."


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://tidewatch.example/runbook?utm_source=x#top", None),
        ("http://tidewatch.example:8080/@noor", None),
        ("https://münchen.example/", None),
        ("https://xn--mnchen-3ya.example/", None),
        ("", "Give the page that the ad leads to."),
        ("tidewatch.example/runbook", NEEDS_SCHEME),
        ("//tidewatch.example", NEEDS_SCHEME),
        ("ftp://tidewatch.example", NEEDS_SCHEME),
        ("javascript:alert(1)", NEEDS_SCHEME),
        ("JaVaScRiPt://tidewatch.example/%0aalert(1)", NEEDS_SCHEME),
        ("data:text/html,<script>alert(1)</script>", NEEDS_SCHEME),
        ("https:///runbook", NEEDS_SCHEME),
        ("https://tide watch.example", NEEDS_SCHEME),
        ("https://tidewatch.example\\.evil.example", NEEDS_SCHEME),
        ("https://tidewatch.example\\@evil.example", NO_USER),
        ("https://noor:secret@tidewatch.example", NO_USER),
        ("https://tidewatch.example@evil.example/", NO_USER),
        ("https://localhost/x", NEEDS_HOST),
        ("https://127.0.0.1/x", NEEDS_HOST),
        ("https://[::1]/x", NEEDS_HOST),
        ("https://2130706433/", NEEDS_HOST),
        ("https://printer.local/", NEEDS_HOST),
        ("https://tidewatch..example/", NEEDS_HOST),
        ("https://tidewatch.example/" + "a" * 2000, "The address has 2026 characters; 2000 is the most."),
    ],
)
def test_a_link_leads_to_a_public_page(url: str, problem: str | None) -> None:
    assert link_problem(url) == problem


@pytest.mark.parametrize(
    ("text", "limit", "unit", "sentence"),
    [
        ("one two three", 3, LimitUnit.WORDS, None),
        ("one two three four", 3, LimitUnit.WORDS, "The body has 4 words: 1 over the limit of 3."),
        ("  abc  ", 3, LimitUnit.CHARACTERS, None),
        ("abcd", 3, LimitUnit.CHARACTERS, "The body has 4 characters: 1 over the limit of 3."),
    ],
)
def test_a_text_over_its_limit_is_told_by_how_much(
    text: str, limit: int, unit: LimitUnit, sentence: str | None
) -> None:
    assert limit_sentence("body", text, limit, unit) == sentence


def test_all_problems_are_said_at_once_by_field() -> None:
    limits = CopyLimits(2, 3, LimitUnit.WORDS)
    found = copy_problems(copy_of(heading="a b c", body="a b c d", link_url="no", link_text="x" * 61), limits)
    assert set(found) == {"heading", "body", "link_url", "link_text"}
    assert copy_problems(copy_of(heading="", body="a b c", link_text=""), limits) == {}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (Copy(" a \n b ", "x", " https://a.example ", "\tgo "), Copy("a b", "x", "https://a.example", "go")),
        (Copy("", "\r\n one \r\n\r\ntwo\t2 \n\n", "", ""), Copy("", " one\n\ntwo 2", "", "")),
        (Copy("a\x00b", "a\x00\u202eb\u200bc\u2066d\ufeff", "", ""), Copy("a b", "abcd", "", "")),
        (Copy("", JOINED, "", ""), Copy("", JOINED, "", "")),
        (Copy("", "a\u2028b\x0bc\x85d", "", ""), Copy("", "a\nb\nc\nd", "", "")),
    ],
)  # fmt: skip
def test_nothing_invisible_is_kept(typed: Copy, kept: Copy) -> None:
    assert clean_copy(typed) == kept
    assert clean_copy(kept) == kept


@pytest.mark.parametrize(
    ("due", "now", "words"),
    [
        (datetime(2026, 11, 19, 18, tzinfo=UTC), datetime(2026, 11, 19, 9, tzinfo=UTC), "today at 18:00 GMT"),
        (datetime(2026, 11, 19, 18, tzinfo=UTC), datetime(2026, 11, 18, 23, tzinfo=UTC), "tomorrow at 18:00 GMT"),
        (datetime(2026, 11, 19, 18, tzinfo=UTC), datetime(2026, 11, 20, 1, tzinfo=UTC), "yesterday at 18:00 GMT"),
        (datetime(2026, 11, 26, 18, tzinfo=UTC), datetime(2026, 11, 19, 9, tzinfo=UTC), "on Thu 26 Nov at 18:00 GMT"),
        (datetime(2027, 7, 1, 23, 30, tzinfo=UTC), datetime(2027, 7, 1, 23, 10, tzinfo=UTC), "today at 00:30 BST"),
    ],
)
def test_a_deadline_is_said_on_the_newsletters_calendar(due: datetime, now: datetime, words: str) -> None:
    assert due_words(due, now, "Europe/London") == words


@pytest.mark.parametrize(
    ("state", "more", "clauses"),
    [
        ("draft", {"is_empty": True}, ["Copy is due today at 18:00 GMT."]),
        ("draft", {}, ["Copy is due today at 18:00 GMT.", "It is ready to send."]),
        ("draft", {"stops": 1, "looks": 2}, ["Copy is due today at 18:00 GMT.", ("One thing stops it.", "owed")]),
        ("draft", {"stops": 2, "is_late": True}, [("Copy was due today at 18:00 GMT.", "owed"), ("Two things stop it.", "owed")]),
        ("draft", {"looks": 1}, ["Copy is due today at 18:00 GMT.", "One thing to look at."]),
        ("submitted", {}, ["Imogen is reading your copy."]),
        ("submitted", {"stops": 1}, ["Imogen is reading your copy.", ("One thing stops it.", "owed")]),
        ("changes_requested", {"looks": 2},
         ["Imogen asks for changes.", "Copy is due today at 18:00 GMT.", "Two things to look at."]),
        ("approved", {"stops": 1}, ["Approved.", "It runs Sun 22 Nov."]),
        ("approved", {"has_run": True}, ["The issue of Sun 22 Nov 2026 has gone out.", "Its copy stays as it was."]),
    ],
)  # fmt: skip
def test_the_copy_page_opens_with_how_things_stand(state: str, more: dict[str, bool], clauses: list[object]) -> None:
    plain = {"has_run": False, "is_late": False, "stops": 0, "looks": 0, "is_empty": False}
    said = copy_headline(
        CreativeState(state),
        due="today at 18:00 GMT",
        publisher="Imogen",
        publish_on=date(2026, 11, 22),
        **(plain | more),
    )
    assert said == clauses


@pytest.mark.parametrize(
    ("counts", "clauses"),
    [
        ((0, 0, 0), ["No ad waits to be read."]),
        ((1, 0, 0), ["One ad to read."]),
        ((3, 1, 0), ["Three ads to read.", "One is due today."]),
        ((4, 2, 1), ["Four ads to read.", ("One is past the deadline.", "owed"), "Two are due today."]),
    ],
)
def test_the_queue_opens_with_what_cannot_wait(counts: tuple[int, int, int], clauses: list[object]) -> None:
    assert queue_headline(*counts) == clauses


@pytest.mark.parametrize(
    ("counts", "words"),
    [((1, 1, 6), "1 stops it, 1 to look at, 6 passed"), ((2, 0, 0), "2 stop it"), ((0, 0, 0), "Nothing to check yet")],
)
def test_the_checks_are_counted_in_words(counts: tuple[int, int, int], words: str) -> None:
    assert tally_words(*counts) == words


def test_good_copy_has_no_problem() -> None:
    assert copy_problems(GOOD, CopyLimits(8, 60, LimitUnit.WORDS)) == {}
