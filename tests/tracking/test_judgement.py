"""Which hits count, as tables; and that the order in which they come changes nothing, on both databases."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.tracking.models import Click, ClickHour, ClickHourExclusion, ClickRulesUsed, TrackedLink
from sponsorship.tracking.rules import (
    RULES_VERSION,
    Before,
    Hit,
    Judged,
    LinkFacts,
    LinkPosition,
    burst_seconds,
    judge,
)
from sponsorship.tracking.rules import ExclusionReason as Reason
from sponsorship.tracking.services import make_links, make_trap, recompute_issue, record_clicks
from tests.factories.assembly import sell_slot
from tests.factories.inventory import slot_on
from tests.tracking.conftest import DESTINATION, FIREFOX, SENT_AT

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def link(booking_id: int | None, link_id: int = 0) -> LinkFacts:
    """A link of a booking, or the issue's trap."""
    position = LinkPosition.HEAD if booking_id else LinkPosition.TRAP
    return LinkFacts(link_id or booking_id or 99, 812, booking_id, position, SENT_AT)


def verdicts(hits: Iterable[tuple[float, int | None, str]], at_once: Reason | None = None) -> list[Reason | None]:
    """Judge hits given as seconds after noon, booking and reader; all readers share an address."""
    judged = [
        Judged(link(booking), NOON + seconds * SECOND, reader, "one address", at_once)
        for seconds, booking, reader in hits
    ]
    pairs = {(int(hit.at.timestamp()), hit.link.booking_id) for hit in judged}
    judge(judged, burst_seconds(pairs), Before())
    return [hit.reason for hit in judged]


def test_three_sponsors_within_ten_seconds_are_a_scanner_and_all_its_hits_go() -> None:
    assert verdicts([(0, 1, "a"), (4, 2, "b"), (9, 3, "c")]) == [Reason.BURST] * 3


@pytest.mark.parametrize(
    "hits",
    [[(0, 1, "a"), (4, 2, "a"), (10, 3, "a")], [(0, 1, "a"), (3, 2, "a")], [(0, 1, "a"), (2, 1, "b"), (4, 1, "c")]],
)
def test_a_person_who_reads_is_no_scanner(hits: list[tuple[float, int, str]]) -> None:
    assert verdicts(hits) == [None] * len(hits)


def test_who_follows_a_trap_was_a_program_before_as_well() -> None:
    assert verdicts([(0, 1, "a"), (60, 2, "b"), (600, None, "a"), (900, 3, "a")]) == [
        Reason.HONEYPOT, None, Reason.HONEYPOT, Reason.HONEYPOT,
    ]  # fmt: skip


def test_whoever_comes_from_the_traps_network_within_seconds_is_part_of_the_scan() -> None:
    assert verdicts([(0, 1, "a"), (9, None, "b"), (18, 2, "c"), (19, 2, "d")]) == [
        Reason.BURST, Reason.HONEYPOT, Reason.BURST, None,
    ]  # fmt: skip


def test_one_address_counts_25_times_a_day_on_one_sponsor() -> None:
    reasons = verdicts([(60 * n, 1, f"reader {n}") for n in range(30)] + [(60 * 31, 2, "reader 1")])
    assert reasons == [None] * 25 + [Reason.RATE] * 5 + [None]


@pytest.mark.parametrize(
    ("pairs", "seconds"),
    [
        ([], set()),
        ([(5, 1), (6, 2)], set()),
        ([(5, 1), (6, 2), (7, 3)], {5, 6, 7}),
        ([(5, 1), (14, 2), (14, 3)], set(range(5, 15))),
        ([(5, 1), (15, 2), (15, 3)], set()),
        ([(5, 1), (5, 1), (5, 2), (20, 3)], set()),
        ([(50, None)], set(range(41, 60))),
    ],
)
def test_seconds_of_a_burst(pairs: list[tuple[int, int | None]], seconds: set[int]) -> None:
    assert burst_seconds(pairs) == seconds


@pytest.fixture
def links(newsletter: Newsletter, now: datetime) -> list[int]:
    """The links of four sponsors in one issue, one of them printed twice, and the trap: by id, the trap last."""
    with transaction() as session:
        made = []
        for key, ordinal in (("primary", 1), ("sponsored", 1), ("classified", 1), ("classified", 2)):
            slot = slot_on(session, newsletter, date(2026, 11, 22), key, ordinal)
            made += [
                one.id
                for one in make_links(
                    session, booking=sell_slot(session, slot, now=now), destination=DESTINATION, now=now
                ).values()
            ]
        issue = session.get_one(TrackedLink, made[0]).issue_id
        made.append(
            make_trap(session, issue=session.get_one(Issue, issue), destination="https://runbook.example/", now=now).id
        )
        return made


def crowd(links: list[int], random: Random) -> list[Hit]:
    """Readers, scanners, link checkers and one impatient address, some within the same seconds and networks."""
    hits = []
    for _ in range(220):
        agent = random.choice([FIREFOX, FIREFOX, FIREFOX + " x", "curl/8.5.0"])
        at = SENT_AT + timedelta(seconds=random.choice([random.uniform(-30, 400), random.uniform(0, 90_000)]))
        address = f"203.0.{random.randint(113, 116)}.{random.randint(1, 6)}"
        method = random.choice(["GET"] * 9 + ["HEAD"])
        chosen = random.choice(links[:-1] * 12 + links[-1:])
        hits.append(Hit(chosen, at, address, agent, method, is_team=random.random() < 0.03))
    for _ in range(3):  # a gateway follows every link of the mail at once
        at, address = SENT_AT + timedelta(seconds=random.uniform(0, 600)), f"198.51.100.{random.randint(1, 3)}"
        hits += [
            Hit(one, at + random.uniform(0, 4) * SECOND, address, FIREFOX) for one in links[: random.randint(3, 6)]
        ]
    hits += [Hit(links[1], SENT_AT + n * timedelta(minutes=11), "192.0.2.9", f"{FIREFOX} {n}") for n in range(40)]
    return hits


def state(session: Session) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]:
    """All clicks with their verdicts, the hours' sums and the hours' exclusions, in an order of their own."""
    session.rollback()
    clicks = session.execute(select(Click.at, Click.link_id, Click.reader, Click.reason, Click.is_unique)).all()
    hours = session.execute(
        select(ClickHour.link_id, ClickHour.hour, ClickHour.hits, ClickHour.human, ClickHour.unique)
    ).all()
    excluded = session.execute(
        select(ClickHourExclusion.link_id, ClickHourExclusion.hour, ClickHourExclusion.reason, ClickHourExclusion.hits)
    ).all()
    return tuple(sorted((tuple(row) for row in rows), key=str) for rows in (clicks, hours, excluded))  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_order_and_pieces_hits_come_the_verdicts_and_sums_are_those_of_all_at_once(
    session: Session, links: list[int], now: datetime, seed: int
) -> None:
    random = Random(seed)
    hits = crowd(links, random)
    random.shuffle(hits)
    while hits:
        size = random.choice([1, 2, 5, 20, 60])
        with transaction() as writing:
            record_clicks(writing, hits=hits[:size])
        del hits[:size]
    piecemeal = state(session)
    assert {row[3] for row in piecemeal[0]} >= {
        None,
        Reason.BURST,
        Reason.HONEYPOT,
        Reason.REPEAT,
        Reason.RATE,
        Reason.BOT,
    }
    with transaction() as writing:
        issue = writing.get_one(Issue, writing.get_one(TrackedLink, links[0]).issue_id)
        done = recompute_issue(writing, issue=issue, recomputed_by="a test", now=now)
    assert done.changed == 0
    assert state(session) == piecemeal


def test_a_string_that_the_rules_now_know_for_a_programs_is_judged_anew(
    session: Session, links: list[int], now: datetime
) -> None:
    with transaction() as writing:
        at = SENT_AT + timedelta(hours=1)
        record_clicks(writing, hits=[Hit(links[0], at, "203.0.113.5", "Barracuda Sentinel (EE)")])
        click = writing.scalars(select(Click)).one()
        click.reason, click.is_unique, click.rules_version = None, True, 2  # what rules that did not know it said
        issue = writing.get_one(Issue, writing.get_one(TrackedLink, links[0]).issue_id)
        done = recompute_issue(writing, issue=issue, recomputed_by="a test", now=now)
    assert (done.judged, done.changed) == (1, 1)
    session.expire_all()
    click = session.scalars(select(Click)).one()
    assert (click.reason, click.is_unique, click.rules_version) == (Reason.BOT, False, RULES_VERSION)


def test_the_check_finds_an_hour_that_is_not_the_sum_of_its_clicks_and_a_recomputation_mends_it(
    app: Flask, links: list[int]
) -> None:
    def run(*words: str) -> Result:
        return app.test_cli_runner().invoke(args=("tracking", *words), catch_exceptions=False)

    with transaction() as writing:
        record_clicks(writing, hits=crowd(links, Random(3)))
        issue_id = writing.get_one(TrackedLink, links[0]).issue_id
    assert (run("check").output, run("check").exit_code) == ("Every hour is the sum of its clicks.\n", 0)
    for change in ({"human": ClickHour.human + 1}, {"unique": ClickHour.unique + 1}):
        with transaction() as writing:
            writing.execute(update(ClickHour).where(ClickHour.link_id == links[0]).values(change))
        found = run("check")
        assert found.exit_code == 1 and f"Issue {issue_id}: " in found.output
        assert run("recompute", "--issue", str(issue_id)).exit_code == 0
        assert run("check").exit_code == 0
    with transaction() as writing:
        writing.execute(delete(ClickHourExclusion))
    assert run("check").exit_code == 1


def test_a_recomputed_issue_says_by_which_rules_and_touches_no_other(
    session: Session, links: list[int], newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        other = sell_slot(writing, slot_on(writing, newsletter, date(2026, 11, 29)), now=now)
        (head, *_) = make_links(writing, booking=other, destination=DESTINATION, now=now).values()
        late = SENT_AT + timedelta(days=8)
        record_clicks(writing, hits=[Hit(head.id, late, "203.0.113.5", FIREFOX)])
        record_clicks(writing, hits=[Hit(links[0], SENT_AT + timedelta(hours=1), "203.0.113.5", FIREFOX)])
        click = writing.scalars(select(Click).where(Click.link_id == links[0])).one()
        click.reason, click.rules_version, click.is_unique = Reason.REPEAT, 1, False
        elsewhere = writing.scalars(select(ClickHour).where(ClickHour.link_id == head.id)).one()
        elsewhere.human = 7  # wrong on purpose: a recomputation of the first issue must not put it right
        issue = writing.get_one(Issue, writing.get_one(TrackedLink, links[0]).issue_id)
        writing.add(ClickRulesUsed(issue_id=issue.id, rules_version=1, since=now))
        done = recompute_issue(writing, issue=issue, recomputed_by="Imogen", now=now)
        assert (done.judged, done.changed, done.forgotten) == (1, 1, 0)
        versions = select(ClickRulesUsed.rules_version).where(ClickRulesUsed.issue_id == issue.id)
        assert writing.scalars(versions).all() == [RULES_VERSION]
    hours = {row.link_id: row.human for row in db.session.scalars(select(ClickHour))}
    assert hours == {links[0]: 1, head.id: 7}
