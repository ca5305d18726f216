"""A challenge: another buyer is ready, so the holder of a promise confirms or lets go within 24 hours."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.errors import NobodyToAsk, PromiseOver
from sponsorship.booking.models import Booking, Challenge, Promise
from sponsorship.booking.queries import find_challenge_by, find_open_challenge
from sponsorship.booking.rules import BookingState, ChallengeState, PromiseKind, challenge_until
from sponsorship.booking.services.hold import lock_newsletter
from sponsorship.booking.services.occupy import lock_issues, note
from sponsorship.booking.services.waiting import enter_line, front_rank, new_waiting
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError, InvalidTransition


def challenge_hold(
    session: Session,
    *,
    promise: Promise,
    company: str,
    contact_name: str,
    contact_email: str,
    actor: str,
    now: datetime,
) -> Challenge:
    """Ask the holder of a promise to confirm or let go within 24 hours, in the name of a buyer who is ready.

    The challenger stands first in line for the slot: if it comes free, the timed offer is theirs. Publishes
    "slot.challenged". Raises PromiseOver, NobodyToAsk, InvalidTransition where it is challenged already, DomainError for an
    offer of the waiting list, which ends by itself.
    """
    lock_rows(session, Booking, [promise.booking_id])
    booking = promise.booking
    if booking.state is not BookingState.HELD or booking.order_id is not None or booking.held_until is None:
        raise PromiseOver("This hold is over: nobody need be asked.")
    if promise.kind is PromiseKind.OFFER:
        raise DomainError("An offer of the waiting list ends within a day by itself, so it cannot be challenged.")
    if not promise.contact_email:
        raise NobodyToAsk
    if find_open_challenge(session, promise) is not None:
        raise InvalidTransition("This hold is challenged already.")
    issue = booking.slot.issue
    lock_issues(session, [booking.slot])
    lock_newsletter(session, issue.newsletter)
    challenger = new_waiting(
        session, newsletter=issue.newsletter, issue=issue, placement=booking.slot.placement, first_day=issue.publish_on,
        last_day=issue.publish_on, company=company, contact_name=contact_name, contact_email=contact_email, now=now,
    )  # fmt: skip
    challenger.rank = front_rank(session, issue.newsletter_id)
    enter_line(session, challenger, actor=actor, now=now)
    until = challenge_until(now, booking.held_until)
    challenge = Challenge(
        promise=promise, challenger=challenger, state=ChallengeState.OPEN, opened_at=now, answer_until=until,
        promised_until=booking.held_until,
    )  # fmt: skip
    booking.held_until = until
    session.add(challenge)
    session.flush()
    note(
        session, booking, "challenged", actor=actor, now=now, slot=booking.slot_id, until=until.isoformat(),
        challenger=challenger.company,
    )  # fmt: skip
    return challenge


def withdraw_challenge(session: Session, *, challenge: Challenge, actor: str, now: datetime) -> None:
    """Take a challenge back: the promise lasts as long as it did before. Raises InvalidTransition where it is over."""
    booking = challenge.promise.booking
    lock_rows(session, Booking, [booking.id])
    lock_rows(session, Challenge, [challenge.id])
    challenge.move_to(ChallengeState.WITHDRAWN)
    challenge.closed_at = now
    if booking.state is BookingState.HELD and booking.order_id is None:
        booking.held_until = challenge.promised_until
    session.flush()
    note(session, booking, "challenge_withdrawn", actor=actor, now=now, slot=booking.slot_id)


def withdraw_challenges_of(session: Session, *, waiting_id: int, actor: str, now: datetime) -> None:
    """Take back the challenge of somebody who has left the waiting list."""
    challenge = find_challenge_by(session, waiting_id)
    if challenge is not None:
        withdraw_challenge(session, challenge=challenge, actor=actor, now=now)
