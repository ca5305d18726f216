"""Two sponsors that turn out to be one company: everything of the one follows the other, in one transaction."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, select, update
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.errors import HoldsTooMuch
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import hold_limits, holdings_of
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.booking.services.hold import lock_newsletter
from sponsorship.booking.services.occupy import lock_issues
from sponsorship.booking.services.placing import check_placing
from sponsorship.core import outbox
from sponsorship.core.db import Base, lock_rows
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.rules import IssueState
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.services import absorb_sponsor

LIVE = (BookingState.HELD, BookingState.CONFIRMED)


def merge_sponsors(session: Session, *, kept: Sponsor, gone: Sponsor, actor: str, now: datetime) -> Sponsor:
    """Make one sponsor of two: orders, bookings, credits, wishes, copies and contacts of `gone` become those of `kept`.

    What `kept` says of itself and the terms that hold for it stay; what it leaves empty is taken over. All that was known of
    `gone` stands in the audit entry. Raises DomainError, PlacingRefused or HoldsTooMuch where one company might not have
    what the two have, and then changes nothing.
    """
    newsletter = session.get_one(Newsletter, kept.newsletter_id)
    _check(kept, gone)
    both = [kept.id, gone.id]
    lock_rows(
        session,
        Order,
        list(session.scalars(select(Order.id).where(Order.sponsor_id.in_(both) | Order.agency_id.in_(both)))),
    )
    bookings = lock_rows(
        session, Booking, list(session.scalars(select(Booking.id).where(Booking.sponsor_id.in_(both))))
    )
    coming = [b for b in bookings if b.state in LIVE and b.slot.issue.state is IssueState.PLANNED]
    lock_issues(session, [booking.slot for booking in coming])
    lock_newsletter(session, newsletter)
    lock_rows(session, Sponsor, sorted(both))
    moved: dict[str, int] = {}
    name, gone_id = gone.name, gone.id
    before = absorb_sponsor(session, kept=kept, gone=gone)
    for column in sponsor_columns():
        changed = session.execute(update(column.table).where(column == gone_id).values({column.name: kept.id}))
        moved[column.table.name] = moved.get(column.table.name, 0) + changed.rowcount  # type: ignore[attr-defined]
    session.expire_all()
    session.delete(session.get_one(Sponsor, gone_id))
    session.flush()
    _check_rules(session, newsletter, kept, [booking.id for booking in coming], now)
    record_act(
        session, actor=actor, action="merged", object_type="sponsor", object_id=kept.id, newsletter_id=newsletter.id,
        now=now, before=before, after={"name": kept.name, "merged": name, "moved": {k: n for k, n in moved.items() if n}},
    )  # fmt: skip
    outbox.publish(session, "sponsor.merged", now=now, sponsor_id=kept.id, gone_id=gone_id)
    return kept


def sponsor_columns() -> Iterator[Column[Any]]:
    """Yield every column of the database that names a sponsor, whichever feature it belongs to, so that none is forgotten."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is Sponsor.__table__.c.id for key in column.foreign_keys):
                yield column


def _check(kept: Sponsor, gone: Sponsor) -> None:
    if kept.id == gone.id:
        raise DomainError("Choose another sponsor: one cannot be merged into itself.")
    if kept.newsletter_id != gone.newsletter_id:
        raise DomainError("They are sponsors of two newsletters.")
    if kept.is_refused != gone.is_refused:
        refused, other = (kept, gone) if kept.is_refused else (gone, kept)
        raise DomainError(
            f"You do not sell to {refused.name}, and you do to {other.name}. Have the same hold for both, then merge them."
        )


def _check_rules(session: Session, newsletter: Newsletter, kept: Sponsor, coming_ids: list[int], now: datetime) -> None:
    """Raise where the rules on kin, rivals, cadence and open orders would not let one company have all of it."""
    above, seen = kept.parent, {kept.id}
    while above is not None:
        if above.id in seen:
            raise DomainError(f"{kept.name} would belong to itself: take the parent company off one of them first.")
        seen.add(above.id)
        above = above.parent
    counted = (BookingKind.SALE, BookingKind.COURTESY, BookingKind.OFFER)
    coming = [b for b in session.scalars(select(Booking).where(Booking.id.in_(coming_ids))) if b.kind in counted]
    for is_exclusive in (False, True):
        slots = [booking.slot for booking in coming if booking.is_exclusive is is_exclusive]
        others = [booking.id for booking in coming if booking.is_exclusive is is_exclusive]
        check_placing(
            session, newsletter=newsletter, sponsor=kept, slots=slots, besides=others, is_exclusive=is_exclusive
        )
    limits = hold_limits(session, newsletter.id)
    open_orders = holdings_of(session, newsletter.id, Order.sponsor_id == kept.id, now).open_orders
    if open_orders > limits.open_orders:
        raise HoldsTooMuch(
            f"Together they have {open_orders} unpaid orders open, and one sponsor may have {limits.open_orders}. "
            "Wait until some are paid or lapse, or release them."
        )
