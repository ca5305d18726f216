"""Slots in any state, for tests of what is shown: rows as the services of booking, payments and creative leave them."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState, OrderState, PaymentMethod
from sponsorship.core.tokens import new_token
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.rules import Copy, CreativeState
from sponsorship.inventory.models import Slot
from sponsorship.payments.models import Invoice
from sponsorship.payments.rules import InvoiceState
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.services import make_sure_of_sponsor

COPY = Copy(
    heading="Know what your containers do",
    body="Cinderbox watches every call. **Nothing** leaves your cluster.",
    link_url="https://cinderbox.example/start?utm_source=runbook",
    link_text="Try it on one node",
)


def take_slot(
    session: Session,
    slot: Slot,
    *,
    now: datetime,
    sponsor_name: str = "Cinderbox",
    kind: BookingKind = BookingKind.SALE,
    state: BookingState = BookingState.CONFIRMED,
    order_state: OrderState = OrderState.CONFIRMED,
    held_until: datetime | None = None,
    reason: str = "",
) -> Booking:
    """One booking; a sale with its order, both net of tax at the list price."""
    is_sale, price = kind is BookingKind.SALE, slot.placement.price_minor
    sponsor = make_sure_of_sponsor(session, newsletter_id=slot.issue.newsletter_id, name=sponsor_name, now=now)
    if kind in (BookingKind.BLOCK, BookingKind.HOUSE):
        order, owner = None, None
    else:
        order, owner = (_order(session, slot, sponsor, order_state, now) if is_sale else None), sponsor
    booking = Booking(
        slot=slot, order=order, sponsor=owner, kind=kind, state=state, price_minor=price if is_sale else 0,
        net_minor=price if is_sale else 0, reason=reason, created_at=now, held_until=held_until,
    )  # fmt: skip
    session.add(booking)
    session.flush()
    return booking


def _order(session: Session, slot: Slot, sponsor: Sponsor, state: OrderState, now: datetime) -> Order:
    token, price = new_token(), slot.placement.price_minor
    order = Order(
        token=token, number=f"IO-2026-{slot.id:04d}", newsletter=slot.issue.newsletter, sponsor=sponsor, state=state,
        payment_method=PaymentMethod.INVOICE, currency=slot.issue.newsletter.currency, list_minor=price, net_minor=price,
        contact_name="Ana Duarte", contact_email="ana@cinderbox.example", created_at=now, confirmed_at=now,
    )  # fmt: skip
    session.add(order)
    session.flush()
    return order


def send_invoice(session: Session, booking: Booking, *, due_on: date, paid_minor: int = 0) -> Invoice:
    """The invoice of a booking's order, paid as far as said."""
    order = booking.order
    assert order is not None
    is_paid = paid_minor == order.net_minor
    invoice = Invoice(
        newsletter_id=order.newsletter_id, order=order, number=f"2026-{order.id:04d}", currency=order.currency,
        state=InvoiceState.PAID if is_paid else InvoiceState.OPEN, net_minor=order.net_minor, tax_minor=0,
        paid_minor=paid_minor, issued_on=due_on - timedelta(days=14), due_on=due_on,
    )  # fmt: skip
    session.add(invoice)
    session.flush()
    return invoice


def write_copy(
    session: Session, booking: Booking, state: CreativeState, *, now: datetime, copy: Copy = COPY
) -> Creative:
    """The booking's copy, in the given state."""
    creative = Creative(booking=booking, state=state, version_number=1, created_at=now, submitted_at=now)
    version = CreativeVersion(
        number=1, heading=copy.heading, body=copy.body, link_url=copy.link_url, link_text=copy.link_text,
        saved_by="Ana Duarte", saved_at=now,
    )  # fmt: skip
    creative.versions.append(version)
    session.add(creative)
    session.flush()
    return creative
