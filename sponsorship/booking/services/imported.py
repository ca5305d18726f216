"""Slots that were sold before the newsletter was kept here: booked as they stand, in nobody's cart, without a mail."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.errors import NotForSale, SlotTaken
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import last_order_number, occupants_of
from sponsorship.booking.rules import BookingKind, BookingState, OrderState, PaymentMethod, next_order_number
from sponsorship.booking.services.hold import agree_price, lock_newsletter, name_contact
from sponsorship.booking.services.occupy import lock_issues, name_slot, note, occupy
from sponsorship.booking.services.placing import check_placing
from sponsorship.core.db import lock_rows
from sponsorship.core.format import local
from sponsorship.core.text import clean_line
from sponsorship.core.tokens import new_token
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.sponsors.models import Sponsor

AS_SOLD = "As sold elsewhere"


def import_order(
    session: Session,
    *,
    newsletter: Newsletter,
    sponsor: Sponsor,
    net_by_slot: Mapping[Slot, int],
    contact_name: str,
    contact_email: str,
    purchase_order_number: str,
    actor: str,
    now: datetime,
) -> Order:
    """Return a confirmed order of slots that were sold elsewhere at these net prices; all of them, or none.

    What is in an issue that went out ran; there the archive's own note of the same sponsor becomes the booking. Lead times
    do not bind. Raises SlotTaken that says who has a slot, PlacingRefused, NotForSale.
    """
    slots = sorted(net_by_slot, key=lambda slot: slot.id)
    lock_issues(session, slots)
    lock_newsletter(session, newsletter)
    lock_rows(session, Sponsor, [sponsor.id])
    archived = _check_free(session, slots, sponsor)
    coming = [slot for slot in slots if slot.issue.state is IssueState.PLANNED]
    check_placing(session, newsletter=newsletter, sponsor=sponsor, slots=coming)
    year, net_minor = local(now, newsletter.timezone).year, sum(net_by_slot.values())
    number = next_order_number(year, last_order_number(session, newsletter.id, f"IO-{year}-"))
    bookings = [archived.get(slot.id) or Booking(slot=slot, created_at=now) for slot in slots]
    for booking in bookings:
        _sell(booking, sponsor, net_by_slot[booking.slot])
    order = Order(
        token=new_token(), number=number, newsletter=newsletter, newsletter_id=newsletter.id, sponsor=sponsor,
        state=OrderState.CONFIRMED,
        payment_method=PaymentMethod.INVOICE if net_minor else PaymentMethod.COMPED, currency=newsletter.currency,
        list_minor=sum(slot.list_price_minor for slot in slots), created_at=now, confirmed_at=now, bookings=bookings,
        purchase_order_number=clean_line(purchase_order_number), tax_minor=0,
    )  # fmt: skip
    agree_price(order, net_minor, AS_SOLD)
    if archived:
        session.add(order)  # a row of the archive is written again, so its order has to be known
    occupy(session, slots, [order])
    name_contact(session, order, sponsor, contact_name, contact_email, now)
    note(session, order, "imported", actor=actor, now=now, slots=[slot.id for slot in slots], net_minor=net_minor)
    return order


def _sell(booking: Booking, sponsor: Sponsor, net_minor: int) -> None:
    """Make a row the sale that it was."""
    has_run = booking.slot.issue.state is not IssueState.PLANNED
    booking.kind, booking.sponsor = BookingKind.SALE, sponsor
    booking.price_minor, booking.net_minor = booking.slot.list_price_minor, net_minor
    if booking.id is None:
        booking.state = BookingState.RAN if has_run else BookingState.CONFIRMED
        booking.closed_at = booking.slot.issue.ran_at if has_run else None


def _check_free(session: Session, slots: Sequence[Slot], sponsor: Sponsor) -> dict[int, Booking]:
    """Return the archive's rows of this sponsor on these slots; raises SlotTaken, naming who has one, and NotForSale."""
    skipped = [slot for slot in slots if slot.issue.state is IssueState.SKIPPED]
    if skipped:
        raise NotForSale(f"{name_slot(skipped[0])} cannot be booked: that issue is skipped.", (skipped[0].id,))
    archived = {}
    for slot_id, occupant in occupants_of(session, [slot.id for slot in slots]).items():
        if occupant.kind is BookingKind.ARCHIVE and occupant.sponsor_id == sponsor.id:
            archived[slot_id] = occupant
            continue
        raise SlotTaken(f"{name_slot(occupant.slot)} is taken: {_who(occupant)}.", (slot_id,))
    return archived


def _who(occupant: Booking) -> str:
    """Who has a slot, or what, in words for the team."""
    if occupant.kind is BookingKind.BLOCK:
        return "it is blocked" + (f", {occupant.reason}" if occupant.reason else "")
    if occupant.kind is BookingKind.HOUSE:
        return "a house ad fills it"
    name = occupant.sponsor.name if occupant.sponsor else "somebody who has not given a name yet"
    return f"{name} {'holds it' if occupant.state is BookingState.HELD else 'has it'}"
