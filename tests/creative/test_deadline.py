"""Reminders, late copy and the lock: the schedule as a table, then each rule of a newsletter carried out."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.models import Booking, CreditGrant
from sponsorship.booking.queries import get_booking
from sponsorship.booking.rules import CLOCK, BookingKind, BookingState
from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.mail import Mail
from sponsorship.creative.errors import CopyLocked, NoteMissing
from sponsorship.creative.models import CopyChase, Creative
from sponsorship.creative.queries import (
    current_copy,
    current_version,
    find_creative,
    get_copy_policy,
    list_missing_copy,
)
from sponsorship.creative.rules import ChaseKind, CopyPolicy, CreativeState, LatePolicy, Side, parse_days, reminder_due
from sponsorship.creative.services import (
    approve_copy,
    edit_copy,
    remind_when_due,
    request_changes,
    save_draft,
    set_copy_policy,
    submit_copy,
    unlock_copy,
)
from sponsorship.creative.tasks import chase_copy, lock_copy
from sponsorship.inventory.models import Newsletter
from tests.factories.creative import GOOD, OTHER, PUBLISHER, SPONSOR, approved, booked, copy_of, submitted

DAY, BEFORE = date(2026, 12, 13), date(2026, 12, 6)
DUE = datetime(2026, 12, 10, 18, tzinfo=UTC)  # copy of DAY's issue


@pytest.fixture
def booking(app: Flask, newsletter: Newsletter, now: datetime) -> Booking:
    with transaction() as session:
        return booked(session, newsletter, DAY, now=now)


def keep(session: Session, newsletter: Newsletter, now: datetime, **rules: object) -> None:
    policy = CopyPolicy(**rules)  # type: ignore[arg-type]
    set_copy_policy(session, newsletter=newsletter, policy=policy, actor=PUBLISHER, now=now)


def chase(booking: Booking, now: datetime) -> ChaseKind | None:
    with transaction() as session:
        done = remind_when_due(session, booking=get_booking(session, booking.id), now=now)
        outbox.deliver_within(session, now)
        return done


@pytest.mark.parametrize(
    ("today", "last_on", "booked_on", "expected"),
    [
        (date(2026, 12, 2), None, date(2026, 11, 1), None),
        (date(2026, 12, 3), None, date(2026, 11, 1), 7),
        (date(2026, 12, 5), None, date(2026, 11, 1), 7),  # the day was missed: made up for
        (date(2026, 12, 4), date(2026, 12, 3), date(2026, 11, 1), None),
        (date(2026, 12, 7), date(2026, 12, 3), date(2026, 11, 1), 3),
        (date(2026, 12, 9), date(2026, 12, 7), date(2026, 11, 1), 1),
        (date(2026, 12, 8), None, date(2026, 12, 8), None),  # bought inside the step: was just told
        (date(2026, 12, 9), None, date(2026, 12, 8), 1),
        (date(2026, 12, 10), date(2026, 12, 9), date(2026, 11, 1), None),
        (date(2026, 12, 11), None, date(2026, 11, 1), None),
    ],
)
def test_reminders_keep_to_the_schedule(
    today: date, last_on: date | None, booked_on: date, expected: int | None
) -> None:
    assert reminder_due(DUE.date(), today, (7, 3, 1), last_on=last_on, booked_on=booked_on) == expected


@pytest.mark.parametrize(
    ("typed", "days"), [("7, 3, 1", (7, 3, 1)), ("1;7;7", (7, 1)), ("", ()), (" 0 ", (0,)), ("30,", (30,))]
)
def test_days_are_read_as_typed(typed: str, days: Sequence[int]) -> None:
    assert parse_days(typed) == days


@pytest.mark.parametrize("typed", ["seven", "7-3", "31", "-1"])
def test_days_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"days"):
        parse_days(typed)


def test_each_step_reminds_once_and_never_at_night(session: Session, booking: Booking) -> None:
    week_before = DUE - timedelta(days=7)
    assert chase(booking, week_before.replace(hour=7)) is None
    assert chase(booking, week_before.replace(hour=9)) is ChaseKind.REMINDER
    assert chase(booking, week_before.replace(hour=17)) is None
    assert chase(booking, week_before + timedelta(days=1)) is None
    assert chase(booking, DUE - timedelta(days=3)) is ChaseKind.REMINDER
    mails = session.scalars(select(Mail).where(Mail.key.like("copy.%"))).all()
    assert [m.to_address for m in mails] == [SPONSOR, SPONSOR]
    assert mails[0].subject == "Copy due soon: Primary, No. 815" and "/copy/" in mails[0].text
    assert "1,650" not in mails[0].text


def test_the_database_lets_in_one_a_day(session: Session, booking: Booking) -> None:
    with pytest.raises(IntegrityError), transaction() as writing:
        for kind in (ChaseKind.REMINDER, ChaseKind.OVERDUE):
            writing.add(CopyChase(booking_id=booking.id, on_day=DAY, kind=kind, at=DUE))
            writing.flush()


def test_nobody_is_reminded_of_what_is_in(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
    assert list_missing_copy(session, now) == [] and chase(booking, DUE - timedelta(days=3)) is None
    with transaction() as writing:
        request_changes(writing, creative=creative, note="Shorter.", actor=PUBLISHER, now=now)
    assert chase(booking, DUE - timedelta(days=3)) is ChaseKind.REMINDER


def test_late_copy_is_asked_for_once_a_day_until_the_issue(session: Session, booking: Booking) -> None:
    late = DUE + timedelta(hours=15)  # 9:00 on the next day
    assert chase(booking, DUE + timedelta(hours=6)) is None
    assert chase(booking, late) is ChaseKind.OVERDUE
    assert chase(booking, late + timedelta(hours=4)) is None
    assert chase(booking, late + timedelta(days=1)) is ChaseKind.OVERDUE
    assert chase(booking, datetime(2026, 12, 13, 8, tzinfo=UTC)) is None
    subjects = session.scalars(select(Mail.subject).where(Mail.key.like("copy.%")).order_by(Mail.id)).all()
    assert subjects[:2] == ["Copy is late: Primary, No. 815", "Copy not in: Tidewatch Ltd, Primary, No. 815"]


def test_the_last_approved_copy_that_fits_runs_instead(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        keep(writing, newsletter, now, late_policy=LatePolicy.LAST_APPROVED)
        small = booked(writing, newsletter, date(2026, 11, 29), now=now)
        approved(writing, small, OTHER, now=now)
        approved(writing, booked(writing, newsletter, BEFORE, now=now), GOOD, now=now + timedelta(hours=1))
        save_draft(writing, booking=booking, copy=copy_of(body="Half a"), actor=SPONSOR, now=now)
    assert chase(booking, DUE + timedelta(hours=13)) is ChaseKind.REUSED
    creative = find_creative(session, booking.id)
    assert creative is not None and current_copy(creative) == GOOD
    assert creative.state is CreativeState.APPROVED
    version = current_version(creative)
    assert version is not None and (version.side, version.saved_by) == (Side.FLATPLAN, CLOCK)
    assert version.note.startswith("The last approved copy, of Primary in No. 814")
    assert chase(booking, DUE + timedelta(days=2)) is None


def test_without_copy_that_fits_the_sponsor_is_asked(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        keep(writing, newsletter, now, late_policy=LatePolicy.LAST_APPROVED)
        approved(writing, booked(writing, newsletter, BEFORE, now=now), GOOD, now=now)
        small = booked(writing, newsletter, DAY, "classified", now=now)
    assert chase(small, DUE + timedelta(hours=15)) is ChaseKind.OVERDUE
    assert find_creative(session, small.id) is None


@pytest.mark.parametrize(
    ("policy", "kind"), [(LatePolicy.RELEASE, ChaseKind.RELEASED), (LatePolicy.HOUSE, ChaseKind.HOUSE)]
)
def test_a_slot_without_copy_is_given_up_for_a_credit(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime, policy: LatePolicy, kind: ChaseKind
) -> None:
    with transaction() as writing:
        keep(writing, newsletter, now, late_policy=policy, late_hours=0)
    assert chase(booking, DUE) is kind
    session.expire_all()
    assert booking.state is BookingState.CANCELLED
    grant = session.scalars(select(CreditGrant)).one()
    assert (grant.value_minor, grant.slots, grant.sponsor_id) == (booking.net_minor, 1, booking.sponsor_id)
    there = session.scalars(select(Booking).where(Booking.slot_id == booking.slot_id, Booking.id != booking.id)).all()
    assert [one.kind for one in there] == ([BookingKind.HOUSE] if kind is ChaseKind.HOUSE else [])
    assert chase(booking, DUE + timedelta(days=1)) is None
    assert session.scalar(select(AuditEntry.actor).where(AuditEntry.action == f"copy_{kind.value}")) == CLOCK


def test_the_worker_does_all_of_it(session: Session, booking: Booking) -> None:
    assert chase_copy(DUE - timedelta(days=7)) == 1
    assert chase_copy(DUE - timedelta(days=7)) == 0


def test_rules_are_kept_with_what_was_before(session: Session, newsletter: Newsletter, now: datetime) -> None:
    assert get_copy_policy(session, newsletter.id) == CopyPolicy()
    with transaction() as writing:
        keep(writing, newsletter, now, reminder_days=(5,), late_hours=48)
    assert get_copy_policy(session, newsletter.id) == CopyPolicy(reminder_days=(5,), late_hours=48)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.object_type == "copy_policy")).one()
    assert entry.before is not None and entry.before["late_hours"] == 12


def test_approved_copy_is_locked_after_its_deadline_and_opened_for_a_reason(
    session: Session, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        creative = approved(writing, booking, now=now)
    assert lock_copy(DUE - timedelta(minutes=1)) == 0 and lock_copy(DUE) == 1
    session.expire_all()
    assert creative.state is CreativeState.LOCKED
    with pytest.raises(CopyLocked), transaction() as writing:
        edit_copy(writing, creative=creative, copy=OTHER, why="Typo.", actor=PUBLISHER, now=DUE)
    with pytest.raises(InvalidTransition), transaction() as writing:
        request_changes(writing, creative=creative, note="No.", actor=PUBLISHER, now=DUE)
    with pytest.raises(NoteMissing), transaction() as writing:
        unlock_copy(writing, creative=creative, reason=" ", actor=PUBLISHER, now=DUE)
    with transaction() as writing:
        unlock_copy(writing, creative=creative, reason="The offer ended.", actor=PUBLISHER, now=DUE)
    assert lock_copy(DUE + timedelta(minutes=5)) == 0
    with transaction() as writing:
        request_changes(writing, creative=creative, note="The offer ended.", actor=PUBLISHER, now=DUE)
        save_draft(writing, booking=booking, copy=OTHER, actor=SPONSOR, now=DUE)
        submit_copy(writing, creative=creative, actor=SPONSOR, now=DUE)
        approve_copy(writing, creative=creative, actor=PUBLISHER, now=DUE)
    assert lock_copy(DUE + timedelta(minutes=5)) == 1
    reasons = session.scalars(select(AuditEntry.after).where(AuditEntry.action == "unlocked")).all()
    assert reasons == [{"version": 1, "reason": "The offer ended."}]
    assert session.get_one(Creative, creative.id).state is CreativeState.LOCKED
