"""One slot's docket: how it stands, whose it is, what is owed, and what can be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.rules import Viewer
from sponsorship.assembly.queries import SlotView, get_slot_view
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingKind, SlotState
from sponsorship.core.flatplan import Drawing
from sponsorship.core.format import local, money
from sponsorship.desk.queries.drawings import draw_slot
from sponsorship.desk.rules.calendar import Act, acts_of_slot, suggested_hold_end
from sponsorship.desk.rules.docket import BookingFacts, Step, late_invoice_text, steps_of_booking
from sponsorship.inventory.models import Slot
from sponsorship.inventory.queries import list_slots
from sponsorship.inventory.rules import IssueState
from sponsorship.payments.models import Invoice
from sponsorship.payments.queries import list_open_invoices
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.queries import list_sponsors

NOBODY = {
    SlotState.OPEN: "Open slot",
    SlotState.UNSOLD: "Not sold",
    SlotState.BLOCKED: "Not for sale",
    SlotState.HOUSE: "House ad",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Docket:
    """A slot's docket: `lines` are (label, figure) or (label, figure, style), `acts` come with the next one first.

    `invoice` is the open invoice of its order; `hold_until` is what a promise suggests, on the newsletter's clock.
    """

    view: SlotView
    title: str
    drawing: Drawing
    steps: tuple[Step, ...]
    lines: tuple[tuple[str, ...], ...]
    acts: tuple[Act, ...]
    invoice: Invoice | None
    contact: Contact | None
    sponsors: tuple[Sponsor, ...]
    hold_until: datetime


def get_docket(session: Session, slot: Slot, viewer: Viewer, now: datetime) -> Docket:
    """Return the docket of one slot for a member of the team: acts that the member's role does not cover are left out."""
    return make_docket(session, get_slot_view(session, slot, now), list_slots(session, [slot.issue_id]), viewer, now)


def make_docket(session: Session, view: SlotView, slots: Sequence[Slot], viewer: Viewer, now: datetime) -> Docket:
    """Return the same from a view that was read before, and the slots of its issue in their order."""
    slot, newsletter, booking, order = view.slot, view.issue.newsletter, view.booking, view.order
    today = local(now, newsletter.timezone).date()
    invoices = _invoices_of(session, view)
    own = next((invoice for invoice in invoices if order and invoice.order_id == order.id), None)
    acts = acts_of_slot(
        view.state,
        booking.kind if booking else None,
        order_state=order.state if order else None,
        has_open_invoice=own is not None,
        is_over=slot.issue.state is not IssueState.PLANNED or slot.issue.publish_at <= now,
    )
    contact = _contact(booking)
    allowed = tuple(
        act for act in acts if viewer.may(act.permission, newsletter.id) and (contact or act is not Act.ASK_COPY)
    )
    picks_sponsor = Act.BOOK in allowed or Act.HOLD in allowed
    return Docket(
        view=view,
        title=view.sponsor_name or NOBODY.get(view.state, "A buyer"),
        drawing=draw_slot(slots, slot),
        steps=tuple(_steps(view, newsletter.timezone)),
        lines=tuple(_lines(view, own, invoices, today, newsletter.currency)),
        acts=allowed,
        invoice=own,
        contact=contact,
        sponsors=tuple(list_sponsors(session, newsletter.id)) if picks_sponsor else (),
        hold_until=local(suggested_hold_end(now, slot.issue.publish_at), newsletter.timezone),
    )


def _invoices_of(session: Session, view: SlotView) -> list[Invoice]:
    """The open invoices of the sponsor who has the slot, longest due first."""
    if view.booking is None or view.booking.sponsor_id is None:
        return []
    invoices = list_open_invoices(session, view.issue.newsletter_id)
    return [invoice for invoice in invoices if invoice.order.sponsor_id == view.booking.sponsor_id]


def _steps(view: SlotView, zone: str) -> Sequence[Step]:
    booking, creative = view.booking, view.creative
    if booking is None or booking.kind is not BookingKind.SALE:
        return ()
    facts = BookingFacts(
        state=booking.state,
        booked_on=local(booking.created_at, zone).date(),
        owes=view.money is not None and view.money.outstanding_minor > 0,
        invoice_due_on=view.invoice.due_on if view.invoice else None,
        copy_state=creative.state if creative else None,
        copy_due_on=local(view.slot.deadlines.copy_due_at, zone).date(),
        sent_on=local(creative.submitted_at, zone).date() if creative and creative.submitted_at else None,
        publish_on=view.issue.publish_on,
    )
    return steps_of_booking(facts)


def _lines(
    view: SlotView, own: Invoice | None, invoices: Sequence[Invoice], today: date, currency: str
) -> list[tuple[str, ...]]:
    """What it costs or cost, its own open invoice, and what else the sponsor is late with."""
    lines: list[tuple[str, ...]] = []
    if view.state in (SlotState.OPEN, SlotState.UNSOLD):
        lines.append(("On the rate card at", money(view.slot.list_price_minor, currency)))
    elif view.booking and view.booking.kind is BookingKind.SALE:
        lines.append(("Net price", money(view.booking.net_minor, currency)))
    for invoice in invoices:
        if invoice is own or invoice.due_on < today:
            text = late_invoice_text(invoice.number, invoice.due_on, today)
            style = ("late-t",) if invoice.due_on < today else ()
            lines.append((text, money(invoice.open_minor, invoice.currency), *style))
    return lines


def _contact(booking: Booking | None) -> Contact | None:
    """Who bought; else who acts for the sponsor first."""
    if booking is None:
        return None
    if booking.order is not None and booking.order.contact_email:
        return Contact(booking.order.contact_name, booking.order.contact_email)
    people = booking.sponsor.contacts if booking.sponsor else []
    return Contact(people[0].user.name, people[0].user.email) if people else None
