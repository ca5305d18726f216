"""Every slot there was to sell in a span, with who has it: light rows, one query, whatever the number of slots."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING, BookingKind, BookingState
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.reporting.queries.money import MoneyOfBooking
from sponsorship.reporting.queries.prices import CardPrice, read_rate_card
from sponsorship.reporting.rules import Scope, SlotShare, Span, share_of_slot
from sponsorship.sponsors.models import Sponsor

PRICED_AS_BOOKED = (BookingKind.SALE, BookingKind.ARCHIVE)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot: where it stands, what it counts as, who has it. `list_minor` as booked for a sale, else the rate card's."""

    slot_id: int
    issue_id: int
    issue_number: int
    publish_on: date
    placement_id: int
    placement_name: str
    ordinal: int
    list_minor: int
    share: SlotShare
    kind: BookingKind | None
    state: BookingState | None
    booking_id: int | None
    order_id: int | None
    sponsor_id: int | None
    sponsor_name: str
    net_minor: int


def list_slot_rows(
    session: Session, newsletter: Newsletter, span: Span, scope: Scope, money: Mapping[int, MoneyOfBooking], now: datetime
) -> list[SlotRow]:  # fmt: skip
    """Return the slots of the issues of a span, by date, position and ordinal; `money` tells which of them are owed for.

    With a sponsor in the scope only the slots that the sponsor has, since nobody else's could be theirs.
    """
    card_price = read_rate_card(session, newsletter.id)
    return [_row(row, money, card_price, now) for row in session.execute(_query(newsletter.id, span, scope))]


def _query(newsletter_id: int, span: Span, scope: Scope) -> Select[Any]:
    columns: tuple[Any, ...] = (
            Slot.id, Slot.issue_id, Issue.number, Issue.publish_on, Issue.publish_at, Issue.state.label("issue_state"),
            Slot.placement_id, Placement.name, Slot.ordinal,
            Booking.id.label("booking_id"), Booking.kind, Booking.state, Booking.price_minor, Booking.net_minor,
            Booking.order_id, Booking.sponsor_id, Sponsor.name.label("sponsor_name"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Placement, Slot.placement_id == Placement.id)
        .outerjoin(Booking, and_(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING)))
        .outerjoin(Sponsor, Booking.sponsor_id == Sponsor.id)
        .where(Issue.newsletter_id == newsletter_id, Issue.publish_on.between(span.first, span.last))
        .order_by(Issue.publish_on, Placement.position, Slot.ordinal)
    )
    if scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    if scope.sponsor_id is not None:
        query = query.where(Booking.sponsor_id == scope.sponsor_id)
    return query


def _row(row: Row[Any], money: Mapping[int, MoneyOfBooking], card_price: CardPrice, now: datetime) -> SlotRow:
    owed = money.get(row.booking_id) if row.booking_id is not None else None
    share = share_of_slot(
        row.kind, row.state, issue_state=row.issue_state, is_over=row.publish_at <= now,
        owes=owed is not None and owed.outstanding_minor > 0,
    )  # fmt: skip
    return SlotRow(
        slot_id=row.id, issue_id=row.issue_id, issue_number=row.number, publish_on=row.publish_on,
        placement_id=row.placement_id, placement_name=row.name, ordinal=row.ordinal,
        list_minor=row.price_minor if row.kind in PRICED_AS_BOOKED else card_price(row.placement_id, row.publish_on),
        share=share, kind=row.kind, state=row.state, booking_id=row.booking_id, order_id=row.order_id,
        sponsor_id=row.sponsor_id, sponsor_name=row.sponsor_name or "", net_minor=row.net_minor or 0,
    )  # fmt: skip
