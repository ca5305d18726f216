"""Slots sold, paid and written for, as far as a test wants them; made through the services."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import PaymentMethod
from sponsorship.booking.services import book_manually, confirm_order
from sponsorship.creative.models import Creative
from sponsorship.creative.rules import Copy, CreativeState
from sponsorship.creative.services import approve_copy, request_changes, save_draft, submit_copy
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.queries import list_slots
from sponsorship.payments.services import invoice_order, record_bank_payment
from sponsorship.tracking.services import make_links
from tests.factories.booking import make_sponsor
from tests.factories.inventory import issue_on

SPONSOR, PUBLISHER = "Ana Duarte", "Imogen Hale"

COPY = Copy(
    heading="Know what your containers do",
    body="Cinderbox watches every call. **Nothing** leaves your cluster.",
    link_url="https://cinderbox.example/start?utm_source=runbook",
    link_text="Try it on one node",
)
WORDS = ("oak", "ferry", "lantern", "harbour", "granite", "orchard", "signal", "copper", "meadow", "tunnel")


def copy_about(number: int) -> Copy:
    """Copy that shares no sentence and no address with that of another number."""
    words = [WORDS[(number + step * step) % 10] + str(number) for step in range(8)]
    site = f"https://{words[0]}.example/{number}"
    return Copy(" ".join(words[:3]).capitalize(), f"{' '.join(words).capitalize()}.", site, f"See {words[1]}")


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
        actor=PUBLISHER,
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
            session, invoice=invoice, amount_minor=received, reference="Statement 11", actor=PUBLISHER, now=now
        )
    return booking


def write_copy(
    session: Session, booking: Booking, state: CreativeState, *, now: datetime, copy: Copy = COPY
) -> Creative:
    """The booking's copy, brought to the given state."""
    creative = save_draft(session, booking=booking, copy=copy, actor=SPONSOR, now=now)
    if state is not CreativeState.DRAFT:
        submit_copy(session, creative=creative, actor=SPONSOR, now=now)
    if state is CreativeState.CHANGES_REQUESTED:
        request_changes(session, creative=creative, note="Name the price.", actor=PUBLISHER, now=now)
    if state is CreativeState.APPROVED:
        approve_copy(session, creative=creative, actor=PUBLISHER, now=now)
    return creative


def ready_slot(session: Session, slot: Slot, *, now: datetime, sponsor_name: str, copy: Copy, **sale: Any) -> Booking:
    """A slot that is sold, its copy approved and its links made."""
    booking = sell_slot(session, slot, now=now, sponsor_name=sponsor_name, **sale)
    write_copy(session, booking, CreativeState.APPROVED, now=now, copy=copy)
    make_links(session, booking=booking, destination=copy.link_url, now=now)
    return booking


def ready_issue(session: Session, newsletter: Newsletter, day: date, *, now: datetime) -> Issue:
    """An issue with all its four slots ready: Cinderbox, Mooring, Brightmoor, Peat."""
    issue = issue_on(session, newsletter, day)
    names = ("Cinderbox", "Mooring", "Brightmoor", "Peat")
    for number, (slot, name) in enumerate(zip(list_slots(session, [issue.id]), names, strict=True)):
        ready_slot(session, slot, now=now, sponsor_name=name, copy=copy_about(number))
    return issue
