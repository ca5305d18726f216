"""Every slot there was to sell in a span, with who has it: light rows, a fixed number of queries, however many slots."""

from collections.abc import Collection
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, select, type_coerce
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING, BookingKind, BookingState
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.reporting.queries.prices import read_rate_card
from sponsorship.reporting.rules import Scope, SlotShare, Span, share_of_slot
from sponsorship.sponsors.models import Sponsor

PRICED_AS_BOOKED = (BookingKind.SALE, BookingKind.ARCHIVE)


class SlotRow(NamedTuple):
    """One slot: where it stands, what it counts as, who has it. `list_minor` as booked for a sale, else the rate card's."""

    slot_id: int
    issue_id: int
    issue_number: int
    publish_on: date
    placement_id: int
    ordinal: int
    list_minor: int
    share: SlotShare
    state: BookingState | None
    booking_id: int | None
    order_id: int | None
    sponsor_id: int | None


def list_slot_rows(
    session: Session, newsletter: Newsletter, span: Span, scope: Scope, owing: Collection[int], now: datetime
) -> list[SlotRow]:
    """Return the slots of the issues of a span, by date, position and ordinal; `owing` are bookings that owe something.

    With a sponsor in the scope only the slots that the sponsor has, since nobody else's could be theirs.
    """
    card_price, issues = read_rate_card(session, newsletter.id), _issues(session, newsletter.id, span, now)
    rows = []
    for (
        slot_id,
        issue_id,
        placement_id,
        ordinal,
        booking_id,
        kind,
        state,
        price,
        order_id,
        sponsor_id,
    ) in session.execute(_query(newsletter.id, span, scope)):
        number, day, issue_state, is_over = issues[issue_id]
        word = BOOKING_KINDS[kind] if kind is not None else None
        standing = BOOKING_STATES[state] if state is not None else None
        share = _share(word, standing, issue_state, is_over, booking_id in owing)
        listed = price if word in PRICED_AS_BOOKED else card_price(placement_id, day)
        rows.append(
            SlotRow(
                slot_id, issue_id, number, day, placement_id, ordinal, listed, share, standing, booking_id, order_id, sponsor_id
            )
        )  # fmt: skip
    return rows


def names_of_sponsors(session: Session, sponsor_ids: Collection[int]) -> dict[int, str]:
    """Return sponsors' names by id."""
    query = select(Sponsor.id, Sponsor.name).where(Sponsor.id.in_(sponsor_ids))
    return {row.id: row.name for row in session.execute(query)}


BOOKING_KINDS = {kind.value: kind for kind in BookingKind}
BOOKING_STATES = {state.value: state for state in BookingState}


@cache
def _share(
    kind: BookingKind | None, state: BookingState | None, issue_state: Any, is_over: bool, owes: bool
) -> SlotShare:
    return share_of_slot(kind, state, issue_state=issue_state, is_over=is_over, owes=owes)


def _issues(session: Session, newsletter_id: int, span: Span, now: datetime) -> dict[int, tuple[int, date, Any, bool]]:
    """Number, day, state and whether it has come out, by issue id: read once, not once for each slot."""
    query = select(Issue.id, Issue.number, Issue.publish_on, Issue.state, Issue.publish_at).where(
        Issue.newsletter_id == newsletter_id, Issue.publish_on.between(span.first, span.last)
    )
    return {key: (number, day, state, at <= now) for key, number, day, state, at in session.execute(query)}


def _query(newsletter_id: int, span: Span, scope: Scope) -> Select[Any]:
    """Kinds and states as plain words: the database's own check keeps them to the enum, and turning each costs time."""
    columns: tuple[Any, ...] = (
        Slot.id, Slot.issue_id, Slot.placement_id, Slot.ordinal, Booking.id, type_coerce(Booking.kind, String),
        type_coerce(Booking.state, String), Booking.price_minor, Booking.order_id, Booking.sponsor_id,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Issue, Slot.issue_id == Issue.id)
        .join(Placement, Slot.placement_id == Placement.id)
        .outerjoin(Booking, and_(Booking.slot_id == Slot.id, Booking.state.in_(OCCUPYING)))
        .where(Issue.newsletter_id == newsletter_id, Issue.publish_on.between(span.first, span.last))
        .order_by(Issue.publish_on, Placement.position, Slot.ordinal)
    )
    if scope.placement_id is not None:
        query = query.where(Slot.placement_id == scope.placement_id)
    if scope.sponsor_id is not None:
        query = query.where(Booking.sponsor_id == scope.sponsor_id)
    return query
