"""Slots sold, paid and written for, as far as a test wants them; made through the services."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import PaymentMethod
from sponsorship.booking.services import book_manually, confirm_order
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.rules import Copy, CreativeState
from sponsorship.inventory.models import Slot
from sponsorship.payments.services import invoice_order, record_bank_payment
from tests.factories.booking import make_sponsor

COPY = Copy(
    heading="Know what your containers do",
    body="Cinderbox watches every call. **Nothing** leaves your cluster.",
    link_url="https://cinderbox.example/start?utm_source=runbook",
    link_text="Try it on one node",
)


def hold_slot(
    session: Session, slot: Slot, *, now: datetime, sponsor_name: str = "Cinderbox", until: datetime | None = None
) -> Booking:
    """A sale that is held, not confirmed: in a cart, or on offer until a moment."""
    newsletter = slot.issue.newsletter
    sponsor = make_sponsor(
        session, newsletter, name=sponsor_name, email=f"ads@{sponsor_name.split()[0].lower()}.example", now=now
    )
    order = book_manually(
        session,
        newsletter=newsletter,
        sponsor=sponsor,
        slot_ids=[slot.id],
        actor="Imogen Hale",
        held_until=until,
        now=now,
    )
    return order.bookings[0]


def sell_slot(
    session: Session,
    slot: Slot,
    *,
    now: datetime,
    sponsor_name: str = "Cinderbox",
    due_on: date | None = None,
    paid_minor: int = 0,
) -> Booking:
    """A confirmed sale with its invoice: paid in full, or due on a day and paid as far as `paid_minor` says."""
    booking = hold_slot(session, slot, now=now, sponsor_name=sponsor_name)
    order = booking.order
    assert order is not None
    confirm_order(session, order=order, method=PaymentMethod.INVOICE, now=now)
    invoice = invoice_order(session, order=order, now=now, due_on=due_on or now.date())
    received = paid_minor if due_on else invoice.total_minor
    if received:
        record_bank_payment(
            session, invoice=invoice, amount_minor=received, reference="Statement 11", actor="Imogen Hale", now=now
        )
    return booking


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
