"""Slots counted in the database: by month, placement and what they count as, so that a year costs no more than a week."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, case, cast, extract, false, func, select, type_coerce
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING, BookingKind, BookingState
from sponsorship.inventory.models import Issue, Newsletter, Placement, PlacementPrice, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.reporting.queries.money import MoneyOfBooking
from sponsorship.reporting.rules import Scope, SlotCount, SlotShare, Span, share_of_slot

PRICED_AS_BOOKED = (BookingKind.SALE, BookingKind.ARCHIVE)
STANDS = (BookingState.CONFIRMED, BookingState.RAN)


@dataclass(frozen=True, slots=True)
class SlotGroup:
    """So many slots of one placement in one month that count as the same; `is_inside`: their issues lie in the period asked for.

    `list_minor` is what they come to, as booked for a sale, else at the rate card of the issue's day.
    """

    month: date
    is_inside: bool
    placement_id: int
    share: SlotShare
    slots: int
    list_minor: int


def count_slot_groups(
    session: Session, newsletter: Newsletter, span: Span, scope: Scope, owing: Mapping[int, MoneyOfBooking], now: datetime
) -> list[SlotGroup]:  # fmt: skip
    """Return the slots of a span in groups; those of bookings that owe something count as owed.

    With a sponsor in the scope only the slots that the sponsor has, since nobody else's could be theirs.
    """
    inside = case((Issue.publish_on.between(scope.span.first, scope.span.last), 1), else_=0)
    over = case((Issue.publish_at <= now, 1), else_=0)
    kind, state = type_coerce(Booking.kind, String), type_coerce(Booking.state, String)
    keys: tuple[Any, ...] = (
        cast(extract("year", Issue.publish_on), Integer), cast(extract("month", Issue.publish_on), Integer), inside,
        Slot.placement_id, kind, state, type_coerce(Issue.state, String), over,
    )  # fmt: skip
    price = case((Booking.kind.in_(PRICED_AS_BOOKED), Booking.price_minor), else_=_card_price(session, newsletter.id))
    keys = tuple(key.label(f"key_{number}") for number, key in enumerate(keys))
    query = (
        select(*keys, func.count(Slot.id), func.sum(price))
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Placement, Slot.placement_id == Placement.id)
        .outerjoin(Booking, and_(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING)))
        .where(Issue.newsletter_id == newsletter.id, Issue.publish_on.between(span.first, span.last), *_only(scope))
        .group_by(*keys)
    )
    groups = [
        SlotGroup(
            date(year, month, 1), bool(is_inside), placement_id, _share(kind, state, issue_state, bool(is_over)), slots,
            int(listed),
        )
        for year, month, is_inside, placement_id, kind, state, issue_state, is_over, slots, listed in session.execute(query)
    ]  # fmt: skip
    return [*groups, *_owed(session, span, scope, owing)]


def count_groups(groups: Iterable[SlotGroup]) -> SlotCount:
    """Add groups up to what a period's slots are."""
    tally = dict.fromkeys(SlotShare, 0)
    for group in groups:
        tally[group.share] += group.slots
    return SlotCount(
        sellable=sum(tally.values()) - tally[SlotShare.NOT_FOR_SALE],
        sold=tally[SlotShare.SOLD] + tally[SlotShare.OWED],
        owed=tally[SlotShare.OWED],
        held=tally[SlotShare.HELD],
        open=tally[SlotShare.OPEN],
        unsold=tally[SlotShare.UNSOLD],
        house=tally[SlotShare.HOUSE],
    )


def shares_in_order(groups: Iterable[SlotGroup]) -> list[SlotShare]:
    """Return what each slot counts as, in the order of the tally's squares."""
    tally = dict.fromkeys(SlotShare, 0)
    for group in groups:
        tally[group.share] += group.slots
    return [share for share, slots in tally.items() for _ in range(slots)]


def _owed(session: Session, span: Span, scope: Scope, owing: Mapping[int, MoneyOfBooking]) -> Iterable[SlotGroup]:
    """Move the slots of bookings that owe something from sold to owed; there are few, so they are moved one by one."""
    standing = select(Booking.id).where(Booking.id.in_(owing), Booking.state.in_(STANDS))
    for booking_id in session.scalars(standing):
        one = owing[booking_id]
        if one.publish_on in span and one.outstanding_minor > 0:
            month, is_inside = one.publish_on.replace(day=1), one.publish_on in scope.span
            yield SlotGroup(month, is_inside, one.placement_id, SlotShare.SOLD, -1, 0)
            yield SlotGroup(month, is_inside, one.placement_id, SlotShare.OWED, 1, 0)


def _card_price(session: Session, newsletter_id: int) -> ColumnElement[int]:
    """The rate card's price of a slot, as the database works it out: the newest change that holds on the issue's day."""
    query = (
        select(PlacementPrice.placement_id, PlacementPrice.starts_on, PlacementPrice.price_minor)
        .join(Placement, PlacementPrice.placement_id == Placement.id)
        .where(Placement.newsletter_id == newsletter_id)
        .order_by(PlacementPrice.starts_on.desc())
    )
    changes = [
        (and_(Slot.placement_id == placement_id, Issue.publish_on >= starts_on), price)
        for placement_id, starts_on, price in session.execute(query)
    ]
    return case(*changes, else_=Placement.price_minor) if changes else case((false(), 0), else_=Placement.price_minor)


def _only(scope: Scope) -> list[ColumnElement[bool]]:
    only: list[ColumnElement[bool]] = []
    if scope.placement_id is not None:
        only.append(Slot.placement_id == scope.placement_id)
    if scope.sponsor_id is not None:
        only.append(Booking.sponsor_id == scope.sponsor_id)
    return only


@cache
def _share(kind: str | None, state: str | None, issue_state: str, is_over: bool) -> SlotShare:
    return share_of_slot(
        BookingKind(kind) if kind else None, BookingState(state) if state else None, issue_state=IssueState(issue_state),
        is_over=is_over, owes=False,
    )  # fmt: skip
