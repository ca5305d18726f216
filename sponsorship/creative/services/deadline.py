"""Before and after the copy deadline: reminders, and the newsletter's rule for copy that did not come."""

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.errors import NotForSale, SlotTaken
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import CLOCK
from sponsorship.booking.services import book_house, cancel_bookings, keep_as_credit
from sponsorship.booking.services.occupy import lock_order
from sponsorship.checks.rules import Severity
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.core.format import local
from sponsorship.creative.errors import CopyClosed
from sponsorship.creative.models import CopyChase, CopySettings, CreativeVersion
from sponsorship.creative.queries import (
    copy_limits,
    get_copy_policy,
    last_chases,
    list_approved_copy,
)
from sponsorship.creative.rules import (
    DONE_WITHOUT,
    EDITABLE,
    REMINDER_HOUR,
    ChaseKind,
    CopyPolicy,
    LatePolicy,
    Side,
    copy_problems,
    late_from,
    overdue_due,
    reminder_due,
)
from sponsorship.creative.services.acts import lock_copy
from sponsorship.creative.services.drafts import save_draft, submit_copy
from sponsorship.creative.services.review import approve_copy
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.queries import money_by_booking


def set_copy_policy(
    session: Session, *, newsletter: Newsletter, policy: CopyPolicy, actor: str, now: datetime
) -> CopyPolicy:
    """Keep a newsletter's rules for copy, and return those that held before."""
    lock_rows(session, Newsletter, [newsletter.id])
    before = get_copy_policy(session, newsletter.id)
    row = session.get(CopySettings, newsletter.id) or CopySettings(newsletter_id=newsletter.id)
    for name, value in asdict(policy).items():
        setattr(row, name, list(value) if name == "reminder_days" else value)
    session.add(row)
    session.flush()
    record_act(
        session, actor=actor, action="set", object_type="copy_policy", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, before=asdict(before), after=asdict(policy),
    )  # fmt: skip
    return before


def remind_when_due(session: Session, *, booking: Booking, now: datetime) -> ChaseKind | None:
    """Do what is due about copy that is not in, seen under its lock; returns what was done, or None.

    Before the deadline the sponsor is reminded on the newsletter's days; past it, once the grace is over, its rule for late
    copy holds, once; where that cannot be, the sponsor is asked once a day. At most one of these a day.
    """
    if booking.order is not None:
        lock_order(session, booking.order)
    try:
        creative = lock_copy(session, booking)
    except CopyClosed:
        return None
    if creative is not None and creative.state not in EDITABLE:
        return None
    policy, due_at = get_copy_policy(session, booking.slot.issue.newsletter_id), booking.slot.deadlines.copy_due_at
    today, last_on = _today(booking, now), last_chases(session, [booking.id]).get(booking.id)
    if now >= booking.slot.issue.publish_at or last_on == today:
        return None
    if now >= late_from(due_at, policy.late_hours):
        return _act_on_late(session, booking, policy, last_on, now)
    is_day = local(now, booking.slot.issue.newsletter.timezone).hour >= REMINDER_HOUR
    due_on = local(due_at, booking.slot.issue.newsletter.timezone).date()
    step = reminder_due(
        due_on, today, policy.reminder_days, last_on=last_on, booked_on=_today(booking, booking.created_at)
    )
    return _chase(session, booking, ChaseKind.REMINDER, now) if step is not None and is_day and now < due_at else None


def _act_on_late(
    session: Session, booking: Booking, policy: CopyPolicy, last_on: date | None, now: datetime
) -> ChaseKind | None:
    """The newsletter's rule, once for each booking; what it cannot do leaves the sponsor to be asked, by day."""
    kind = None
    if not _was_done(session, booking.id):
        if policy.late_policy is LatePolicy.LAST_APPROVED:
            kind = _run_last_approved(session, booking, now)
        elif policy.late_policy in (LatePolicy.RELEASE, LatePolicy.HOUSE):
            kind = _give_up(session, booking, policy.late_policy, now)
    if kind is not None:
        return _chase(session, booking, kind, now)
    is_day = local(now, booking.slot.issue.newsletter.timezone).hour >= REMINDER_HOUR
    return (
        _chase(session, booking, ChaseKind.OVERDUE, now)
        if is_day and overdue_due(last_on, _today(booking, now))
        else None
    )


def _run_last_approved(session: Session, booking: Booking, now: datetime) -> ChaseKind | None:
    """Send and approve what this sponsor had approved last and what fits; what a finding stops waits for the publisher."""
    source = find_last_fitting(session, booking)
    if source is None:
        return None
    origin = source.creative.booking.slot
    creative = save_draft(
        session, booking=booking, copy=source.copy, actor=CLOCK, side=Side.FLATPLAN, taken_from_id=source.id, now=now,
        note=f"The last approved copy, of {origin.name} in No. {origin.issue.number}: nothing newer came in time.",
    )  # fmt: skip
    found = submit_copy(session, creative=creative, actor=CLOCK, now=now)
    if not any(finding.severity is Severity.STOPS for finding in found):
        approve_copy(session, creative=creative, actor=CLOCK, now=now)
    return ChaseKind.REUSED


def find_last_fitting(session: Session, booking: Booking) -> CreativeVersion | None:
    """Return what this sponsor had approved last in this newsletter and what meets the placement's limits, or None."""
    if booking.sponsor_id is None:
        return None
    limits = copy_limits(booking.slot.placement)
    approved = list_approved_copy(session, booking.sponsor_id, booking.slot.issue.newsletter_id)
    return next((version for version in approved if not copy_problems(version.copy, limits)), None)


def _give_up(session: Session, booking: Booking, policy: LatePolicy, now: datetime) -> ChaseKind | None:
    """Free the slot for a credit, and put the house ad there; None where money is open, which is the publisher's to decide."""
    money = money_by_booking(session, [booking.id]).get(booking.id)
    if booking.order is None or booking.sponsor is None or (money is not None and money.outstanding_minor > 0):
        return None
    reason, slot = "No copy came by its deadline", booking.slot
    if booking.net_minor:
        keep_as_credit(session, booking=booking, reason=reason, actor=CLOCK, now=now)
    else:
        cancel_bookings(session, order=booking.order, bookings=[booking], reason=reason, actor=CLOCK, now=now)
    if policy is LatePolicy.RELEASE:
        return ChaseKind.RELEASED
    try:
        book_house(session, slot=slot, reason=slot.placement.house_ad, actor=CLOCK, now=now)
    except (SlotTaken, NotForSale):  # somebody on the waiting list was faster
        return ChaseKind.RELEASED
    return ChaseKind.HOUSE


def _chase(session: Session, booking: Booking, kind: ChaseKind, now: datetime) -> ChaseKind:
    """Write the day down, which the database lets in once, and tell whom it concerns."""
    chase = CopyChase(booking_id=booking.id, on_day=_today(booking, now), kind=kind, at=now)
    session.add(chase)
    session.flush()
    record_act(
        session, actor=CLOCK, action=f"copy_{kind.value}", object_type="booking", object_id=booking.id,
        newsletter_id=booking.slot.issue.newsletter_id, now=now, after={"due": booking.slot.deadlines.copy_due_at.isoformat()},
    )  # fmt: skip
    outbox.publish(
        session, "copy.chased", now=now, booking_id=booking.id, kind=kind.value, day=chase.on_day.isoformat()
    )
    return kind


def _was_done(session: Session, booking_id: int) -> bool:
    query = select(CopyChase.id).where(CopyChase.booking_id == booking_id, CopyChase.kind.in_(DONE_WITHOUT))
    return session.scalar(query.limit(1)) is not None


def _today(booking: Booking, moment: datetime) -> date:
    return local(moment, booking.slot.issue.newsletter.timezone).date()
