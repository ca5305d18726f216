"""Sponsors, orders and bookings for tests, made through the services."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import Order
from sponsorship.booking.rules import PaymentMethod
from sponsorship.booking.services import confirm_order, give_details, hold_slots
from sponsorship.booking.services.limits import UNLIMITED, Buyer
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.services import add_contact, make_sure_of_sponsor

DETAILS = {
    "company": "Tidewatch Ltd", "website": "https://tidewatch.example", "street": "Keizersgracht 12", "city": "Amsterdam",
    "country": "NL", "vat_number": "", "contact_name": "Noor Vermeer", "contact_email": "noor@tidewatch.example",
    "purchase_order_number": "",
}  # fmt: skip


def make_sponsor(
    session: Session,
    newsletter: Newsletter,
    *,
    name: str = "Tidewatch Ltd",
    email: str = "noor@tidewatch.example",
    now: datetime,
) -> Sponsor:
    """A sponsor with one contact; a second call with the same name returns the same."""
    sponsor = make_sure_of_sponsor(session, newsletter_id=newsletter.id, name=name, now=now)
    add_contact(session, sponsor=sponsor, email=email, name=email.split("@")[0].title(), now=now)
    return sponsor


def hold_order(
    session: Session, newsletter: Newsletter, slots: list[Slot], *, now: datetime, buyer: Buyer = UNLIMITED
) -> Order:
    """An anonymous order that holds these slots for 20 minutes."""
    ids = [slot.id for slot in slots]
    return hold_slots(session, newsletter=newsletter, slot_ids=ids, buyer=buyer, now=now)


def detailed_order(
    session: Session, newsletter: Newsletter, slots: list[Slot], *, now: datetime, **details: Any
) -> Order:
    """A held order whose company details are given: Tidewatch's, unless `details` say otherwise."""
    order = hold_order(session, newsletter, slots, now=now)
    return give_details(session, order=order, now=now + timedelta(minutes=1), **(DETAILS | details))


def confirmed_order(
    session: Session,
    newsletter: Newsletter,
    slots: list[Slot],
    *,
    now: datetime,
    method: PaymentMethod = PaymentMethod.CARD,
    **details: Any,
) -> Order:
    """A confirmed order two minutes after it was held; booking's side only: no invoice, no money."""
    order = detailed_order(session, newsletter, slots, now=now, **details)
    return confirm_order(session, order=order, method=method, now=now + timedelta(minutes=2))
