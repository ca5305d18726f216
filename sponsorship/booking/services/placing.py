"""Whether a sponsor may have slots at all: asked at hold, details, checkout, late payment, move, approval, manual booking."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sponsorship.booking.errors import PlacingRefused
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import OCCUPYING, BookingKind, BookingState, Firm, Placing, PlacingRules, placing_refusal
from sponsorship.booking.services.occupy import lock_issues, name_slot
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.sponsors.models import Category, Sponsor
from sponsorship.sponsors.queries import policy_of

FINAL = (BookingState.MOVED, BookingState.CANCELLED, BookingState.RAN)
COUNTED = (BookingKind.SALE, BookingKind.COURTESY, BookingKind.OFFER)
REFUSED = "This newsletter does not take this advertiser."
PROHIBITED = "This newsletter takes no advertising of this kind."


def check_placing(
    session: Session,
    *,
    newsletter: Newsletter,
    sponsor: Sponsor | None,
    slots: Sequence[Slot],
    besides: Collection[int] = (),
    is_exclusive: bool = False,
    sells: Category | None = None,
) -> None:
    """Raise PlacingRefused, in the publisher's own words where he gave some, unless the sponsor may have these slots.

    The caller holds the locks of the issues and then of the sponsor. `besides` are ids of bookings that do not count: those
    that are about to go. Nobody is refused while it is not known who buys. With `sells`, exclusivity in that category is
    bought anew: raises DomainError where it is not sold.
    """
    if sells is not None:
        check_exclusive_sold(session, newsletter, sponsor, sells)
    if sponsor is None:
        return
    ids = tuple(slot.id for slot in slots)
    check_sponsor(sponsor, ids)
    policy = policy_of(session, newsletter.id)
    cadence = policy.cadence_issues if sponsor.cadence_issues is None else sponsor.cadence_issues
    rules, firm = PlacingRules(policy.rivals, cadence), _firm(sponsor)
    wanted = [_placing(firm, slot, is_exclusive) for slot in slots]
    others = _others(session, newsletter, sponsor, slots, {*besides})
    for number, one in enumerate(wanted):
        refusal = placing_refusal(one, [*others, *wanted[:number]], rules)
        if refusal is not None:
            raise PlacingRefused(refusal, (slots[number].id,))


def check_exclusive_sold(
    session: Session, newsletter: Newsletter, sponsor: Sponsor | None, category: Category | None
) -> None:
    """Raise DomainError where exclusivity is not sold, or not in that category; a sponsor without one is put into it."""
    if not policy_of(session, newsletter.id).exclusive_basis_points:
        raise DomainError(f"{newsletter.name} does not sell exclusivity.")
    if category is None or category.newsletter_id != newsletter.id:
        raise DomainError("Without a category nobody is a competitor: say first what the sponsor sells.")
    if sponsor is not None and sponsor.category is None:
        sponsor.category = category
        session.flush()


def check_order_placing(session: Session, order: Order) -> None:
    """Lock the issues of an order that is not paid yet, then its sponsor, and raise PlacingRefused where it may not stand."""
    open_rows = [booking for booking in order.bookings if booking.state not in FINAL]
    lock_issues(session, [booking.slot for booking in open_rows])
    if order.sponsor_id is None:
        return
    lock_rows(session, Sponsor, [order.sponsor_id])
    own = {booking.id for booking in order.bookings} | {b.moves_id for b in order.bookings if b.moves_id}
    for is_exclusive in (False, True):
        slots = [booking.slot for booking in open_rows if booking.is_exclusive is is_exclusive]
        check_placing(
            session, newsletter=order.newsletter, sponsor=order.sponsor, slots=slots, besides=own,
            is_exclusive=is_exclusive,
        )  # fmt: skip


def check_sponsor(sponsor: Sponsor, slot_ids: tuple[int, ...] = ()) -> None:
    """Raise PlacingRefused for a sponsor, or an agency or parent of it, that the publisher does not sell to."""
    for one in (sponsor, sponsor.agency, sponsor.parent):
        if one is not None and one.is_refused:
            raise PlacingRefused(one.refusal_words or REFUSED, slot_ids)
    category: Category | None = sponsor.category
    while category is not None:
        if category.is_prohibited:
            raise PlacingRefused(category.refusal_words or PROHIBITED, slot_ids)
        category = category.parent


def _others(
    session: Session, newsletter: Newsletter, sponsor: Sponsor, slots: Sequence[Slot], besides: Collection[int]
) -> list[Placing]:
    """Who has slots of these issues, and where else the sponsor runs."""
    issues = {slot.issue_id for slot in slots}
    query = (
        select(Booking)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Issue.newsletter_id == newsletter.id, Booking.state.in_(OCCUPYING), Booking.kind.in_(COUNTED))
        .where(Booking.sponsor_id.is_not(None), (Issue.id.in_(issues)) | (Booking.sponsor_id == sponsor.id))
        .options(joinedload(Booking.sponsor).joinedload(Sponsor.category))
    )
    return [
        _placing(_firm(booking.sponsor), booking.slot, booking.is_exclusive)
        for booking in session.scalars(query)
        if booking.id not in besides and booking.moves_id not in besides and booking.sponsor is not None
    ]


def _placing(firm: Firm, slot: Slot, is_exclusive: bool) -> Placing:
    return Placing(firm, slot.issue.number, slot.placement_id, name_slot(slot), is_exclusive)


def _firm(sponsor: Sponsor) -> Firm:
    family, above = {sponsor.id}, sponsor.parent
    while above is not None and above.id not in family:
        family.add(above.id)
        above = above.parent
    category = sponsor.category
    return Firm(sponsor.id, frozenset(family), category.path if category else (), category.name if category else "")
