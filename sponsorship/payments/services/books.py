"""Closing a month of the books and opening it again, and keeping what checking them found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import today_of
from sponsorship.payments.errors import MonthClosed, MonthNotOver, MonthOpen, ReasonMissing
from sponsorship.payments.models import Finding, LedgerClose
from sponsorship.payments.queries.books import find_closed_through, find_finding, list_findings
from sponsorship.payments.rules.books import end_of_month, month_of, open_day

WRONG_MODE = "mode"
WRONG_MODE_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: the same key is the same finding, however often it is found."""

    key: str
    sentence: str
    advice: str = ""
    newsletter_id: int | None = None
    order_id: int | None = None


def close_month(session: Session, *, newsletter: Newsletter, month: date, actor: str, now: datetime) -> LedgerClose:
    """Close a month and all before it: what belongs there and comes later is posted on the next open day.

    Raises MonthNotOver for a month that is not over on the newsletter's calendar, MonthClosed for one that is closed.
    """
    _lock_books(session, newsletter)
    last, closed_through = end_of_month(month), find_closed_through(session, newsletter.id)
    if last >= today_of(newsletter, now):
        raise MonthNotOver
    if closed_through is not None and last <= closed_through:
        raise MonthClosed
    return _note(session, newsletter, last, closed_through, "month_closed", actor, "", now)


def reopen_month(
    session: Session, *, newsletter: Newsletter, month: date, reason: str, actor: str, now: datetime
) -> LedgerClose:
    """Open a closed month again, and all after it; the reason is kept. Raises MonthOpen, ReasonMissing."""
    _lock_books(session, newsletter)
    first, closed_through = month_of(month), find_closed_through(session, newsletter.id)
    said = clean_line(reason)
    if closed_through is None or first > closed_through:
        raise MonthOpen
    if not said:
        raise ReasonMissing
    before = date.fromordinal(first.toordinal() - 1)
    return _note(session, newsletter, before, closed_through, "month_reopened", actor, said, now)


def day_to_post(session: Session, *, newsletter_id: int, day: date) -> date:
    """Return the day on which something of `day` may be posted now; until the transaction ends nobody closes that day."""
    lock = select(Newsletter.id).where(Newsletter.id == newsletter_id)
    session.execute(lock.with_for_update(read=True, key_share=True))
    return open_day(day, find_closed_through(session, newsletter_id))


def keep_findings(session: Session, *, scope: str, found: Iterable[Found], now: datetime) -> list[Finding]:
    """Keep what a check found, and clear what it found before and does not any more; returns what is new.

    A check is known by its scope, with which the keys of its findings begin.
    """
    seen, new = set(), []
    for one in found:
        key = f"{scope}:{one.key}"[:255]
        seen.add(key)
        row = find_finding(session, key)
        if row is None:
            row = Finding(key=key, first_seen_at=now)
            session.add(row)
            new.append(row)
        elif row.cleared_at is not None:
            row.first_seen_at, row.cleared_at = now, None
            new.append(row)
        row.sentence, row.advice, row.last_seen_at = one.sentence, one.advice, now
        row.newsletter_id, row.order_id = one.newsletter_id, one.order_id
    for row in list_findings(session):
        if row.key.startswith(f"{scope}:") and row.key not in seen:
            row.cleared_at = now
    session.flush()
    return new


def note_wrong_mode(session: Session, *, is_live: bool, now: datetime) -> None:
    """Keep that the provider sent an event of the other mode, so that the publisher sees a banner for a week."""
    theirs, ours = ("live", "test") if is_live else ("test", "live")
    sentence = (
        f"Stripe sends events of {theirs} mode to this installation, which works in {ours} mode. They are ignored: "
        f"the webhook in Stripe’s dashboard, or the key here, is the wrong one."
    )
    keep_findings(session, scope=WRONG_MODE, found=[Found("event", sentence)], now=now)


def forget_wrong_mode(session: Session, *, now: datetime) -> None:
    """Clear that finding when no such event came for a week."""
    row = find_finding(session, f"{WRONG_MODE}:event")
    if row is not None and row.cleared_at is None and row.last_seen_at < now - WRONG_MODE_SHOWN:
        row.cleared_at = now


def _lock_books(session: Session, newsletter: Newsletter) -> None:
    """Wait until no transaction is posting: each of them holds the newsletter's row (`day_to_post`)."""
    session.execute(select(Newsletter.id).where(Newsletter.id == newsletter.id).with_for_update())


def _note(
    session: Session, newsletter: Newsletter, through: date, before: date | None, action: str, actor: str, reason: str,
    now: datetime,
) -> LedgerClose:  # fmt: skip
    row = LedgerClose(newsletter_id=newsletter.id, closed_through=through, acted_at=now, actor=actor, reason=reason)
    session.add(row)
    session.flush()
    record_act(
        session, actor=actor, action=action, object_type="newsletter", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, before={"closed_through": before.isoformat() if before else None},
        after={"closed_through": through.isoformat(), "reason": reason},
    )  # fmt: skip
    return row
