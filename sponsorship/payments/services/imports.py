"""What was sold elsewhere becomes bookings, invoices and entries of the books: all that was shown, or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.booking.services import import_order
from sponsorship.core.errors import DomainError
from sponsorship.core.format import count, long_day, money
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.queries import list_placements, list_slots
from sponsorship.inventory.services import make_sure_of_issue, today_of
from sponsorship.payments.errors import ImportChanged, NobodyToBill
from sponsorship.payments.models import ImportedRow, Invoice, InvoiceSequence
from sponsorship.payments.rules import InvoiceState, ReceiptSource
from sponsorship.payments.rules.imports import (
    OUR_NUMBER,
    DayOrder,
    DealRow,
    Place,
    RawRow,
    Unreadable,
    Verdict,
    read_place,
    read_row,
)
from sponsorship.payments.services.documents import print_invoice
from sponsorship.payments.services.invoices import close_when_paid, invoice_order, take_money
from sponsorship.payments.services.ledger import post_sale, recognise_booking
from sponsorship.payments.services.numbers import pass_number
from sponsorship.payments.services.taxes import decide_tax, take_given_tax
from sponsorship.sponsors.queries import find_sponsor
from sponsorship.sponsors.rules import name_key
from sponsorship.sponsors.services import make_sure_of_sponsor

ELSEWHERE = {
    "title": "A record",
    "lines": ["This invoice was issued elsewhere, before this newsletter kept its books here."],
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what becomes of it, in a sentence; `order_number` where it is, or was, imported."""

    line: int
    verdict: Verdict
    sentence: str
    order_number: str = ""


def judge_rows(
    session: Session, *, newsletter: Newsletter, rows: Sequence[RawRow], order: DayOrder, actor: str, now: datetime
) -> list[Judged]:
    """Return what importing these rows would do, each by the rules that bind every booking: they are imported, and undone."""
    with session.begin_nested() as attempt:
        judged = _import(session, newsletter, rows, order, actor, now)
        attempt.rollback()
    return judged


def import_rows(
    session: Session,
    *,
    newsletter: Newsletter,
    rows: Sequence[RawRow],
    order: DayOrder,
    shown: frozenset[int],
    actor: str,
    now: datetime,
) -> list[Judged]:
    """Import the rows that can be, in the orders that their invoices make; the others are said to be wrong, or known.

    `shown` are the lines that whoever imports was told would be. Raises ImportChanged, and imports nothing, where those are
    others by now. Nobody is written to.
    """
    judged = _import(session, newsletter, rows, order, actor, now)
    new = frozenset(row.line for row in judged if row.verdict is Verdict.NEW)
    if new != shown:
        raise ImportChanged
    if new:
        numbers = sorted({row.order_number for row in judged if row.verdict is Verdict.NEW})
        record_act(
            session, actor=actor, action="imported", object_type="newsletter", object_id=newsletter.id,
            newsletter_id=newsletter.id, now=now, after={"rows": len(new), "orders": numbers},
        )  # fmt: skip
    return judged


def _import(
    session: Session, newsletter: Newsletter, rows: Sequence[RawRow], order: DayOrder, actor: str, now: datetime
) -> list[Judged]:
    places = [Place(p.id, p.name, p.key, p.capacity) for p in list_placements(session, newsletter.id)]
    judged: dict[int, Judged] = {}
    groups: dict[tuple[str, ...], list[DealRow]] = {}
    seen: dict[str, int] = {}
    for raw in rows:
        try:
            row = read_row(raw, order=order, currency=newsletter.currency, today=today_of(newsletter, now))
            place, _ = read_place(row.placement, places)
        except Unreadable as wrong:
            judged[raw.line] = Judged(raw.line, Verdict.WRONG, str(wrong))
            continue
        name = f"{row.day} {place.key} {name_key(row.sponsor)}"
        seen[name] = seen.get(name, 0) + 1
        row = replace(row, copy_no=seen[name])
        known = _known(session, newsletter, row, place)
        if known is not None:
            judged[row.line] = known
            continue
        invoice = clean_line(row.invoice)
        groups.setdefault((invoice, name_key(row.sponsor)) if invoice else (str(row.line),), []).append(row)
    for group in groups.values():
        judged |= _import_group(session, newsletter, group, places, actor, now)
    return [judged[raw.line] for raw in rows]


def _known(session: Session, newsletter: Newsletter, row: DealRow, place: Place) -> Judged | None:
    """The verdict on a row that was imported before, or whose slot the sponsor has by another way."""
    query = select(ImportedRow).where(ImportedRow.newsletter_id == newsletter.id, ImportedRow.key == _key(row, place))
    before = session.scalars(query).one_or_none()
    if before is not None:
        said = f"Imported already, on {long_day(today_of(newsletter, before.imported_at))}, as {before.order.number}."
        return Judged(row.line, Verdict.KNOWN, said, before.order.number)
    sponsor = find_sponsor(session, newsletter.id, row.sponsor)
    if sponsor is None:
        return None
    query_own = (
        select(Booking).join(Slot).where(Slot.placement_id == place.placement_id, Booking.sponsor_id == sponsor.id)
    )
    own = [
        booking
        for booking in session.scalars(query_own.where(Booking.kind == BookingKind.SALE, Booking.order_id.is_not(None)))
        if booking.slot.issue.publish_on == row.day and booking.state in (BookingState.CONFIRMED, BookingState.RAN)
    ]
    if len(own) < row.copy_no or own[row.copy_no - 1].order is None:
        return None
    number = own[row.copy_no - 1].order.number  # type: ignore[union-attr]
    return Judged(row.line, Verdict.KNOWN, f"{sponsor.name} has this slot already, by {number}.", number)


def _import_group(
    session: Session,
    newsletter: Newsletter,
    rows: Sequence[DealRow],
    places: Sequence[Place],
    actor: str,
    now: datetime,
) -> dict[int, Judged]:
    """Import the rows of one invoice as one order, or none of them."""
    try:
        with session.begin_nested():
            order, invoice = _import_order(session, newsletter, rows, places, actor, now)
            said = {row.line: _said(row, invoice, order, now) for row in rows}
            for row in rows:
                place, _ = read_place(row.placement, places)
                session.add(
                    ImportedRow(
                        newsletter_id=newsletter.id, key=_key(row, place), order=order, imported_at=now, imported_by=actor
                    )
                )  # fmt: skip
            session.flush()
            return {line: Judged(line, Verdict.NEW, sentence, order.number) for line, sentence in said.items()}
    except DomainError as refusal:
        return {row.line: Judged(row.line, Verdict.WRONG, refusal.message) for row in rows}


def _import_order(
    session: Session,
    newsletter: Newsletter,
    rows: Sequence[DealRow],
    places: Sequence[Place],
    actor: str,
    now: datetime,
) -> tuple[Order, Invoice]:
    first = rows[0]
    _check_number(session, newsletter, clean_line(first.invoice))
    slots = _slots(session, newsletter, rows, places, now)
    sponsor = make_sure_of_sponsor(session, newsletter_id=newsletter.id, name=first.sponsor, now=now)
    order = import_order(
        session, newsletter=newsletter, sponsor=sponsor,
        net_by_slot={slot: row.price_minor for slot, row in zip(slots, rows, strict=True)},
        contact_name=_any(row.contact for row in rows), contact_email=_any(row.email for row in rows),
        purchase_order_number=_any(row.order_number for row in rows), actor=actor, now=now,
    )  # fmt: skip
    by_slot = dict(zip((slot.id for slot in slots), rows, strict=True))
    invoice = _bill(session, order, rows, by_slot, now)
    if invoice.open_minor and not order.contact_email:
        raise NobodyToBill
    for row in rows:
        if row.paid_minor:
            take_money(
                session, invoice=invoice, source=ReceiptSource.BANK, reference=f"Imported, line {row.line}",
                amount_minor=row.paid_minor, on=row.paid_on or invoice.issued_on, now=now,
            )  # fmt: skip
    for booking in order.bookings:
        if booking.state is BookingState.RAN:
            recognise_booking(session, booking=booking, now=now)
    return order, invoice


def _bill(
    session: Session, order: Order, rows: Sequence[DealRow], by_slot: dict[int, DealRow], now: datetime
) -> Invoice:
    """Give the order its invoice: the one that was issued elsewhere, or ours where none was and nothing is paid."""
    first, today = rows[0], today_of(order.newsletter, now)
    number = clean_line(first.invoice)
    lines = [by_slot[booking.slot_id].tax_minor for booking in order.bookings]
    is_ours = not number and not any(row.paid_minor for row in rows)
    if is_ours and all(tax is None for tax in lines):
        decide_tax(session, order=order, now=now)
    else:
        take_given_tax(session, order=order, by_line=tuple(tax or 0 for tax in lines), now=now)
    days = timedelta(days=order.newsletter.invoice_days)
    if is_ours:
        due_on = _any_day(row.due_on for row in rows) or today + days
        return invoice_order(session, order=order, now=now, due_on=max(due_on, today))
    issued_on = _any_day(row.invoiced_on for row in rows) or min(
        [day for row in rows if (day := row.paid_on)], default=today
    )
    invoice = Invoice(
        newsletter_id=order.newsletter_id, order=order, state=InvoiceState.OPEN, currency=order.currency,
        number=number or order.number, net_minor=order.net_minor, tax_minor=order.tax_minor, paid_minor=0,
        credited_minor=0, issued_on=issued_on, due_on=_any_day(row.due_on for row in rows) or issued_on + days,
    )  # fmt: skip
    printed = print_invoice(session, invoice)
    invoice.printed = printed | {"notes": [ELSEWHERE, *printed["notes"]]}
    session.add(invoice)
    session.flush()
    post_sale(session, order=order, now=now, on=issued_on)
    close_when_paid(invoice, now)
    return invoice


def _check_number(session: Session, newsletter: Newsletter, number: str) -> None:
    """Raise DomainError where the books have an invoice of that number; ours go on behind one that looks like ours."""
    query = select(Invoice).where(Invoice.newsletter_id == newsletter.id, Invoice.number == number)
    known = session.scalars(query).one_or_none() if number else None
    if known is not None:
        whose = known.order.sponsor.name if known.order.sponsor else known.order.number
        raise DomainError(f"Invoice {number} is in the books already: that of {whose}, {known.order.number}.")
    ours = OUR_NUMBER.fullmatch(number)
    if ours:
        pass_number(session, InvoiceSequence, newsletter, int(ours[1]), int(ours[2]))


def _slots(
    session: Session, newsletter: Newsletter, rows: Sequence[DealRow], places: Sequence[Place], now: datetime
) -> list[Slot]:
    """The slot that each row means: the one it names by letter, else the first that nobody has."""
    chosen: list[Slot] = []
    for row in rows:
        place, ordinal = read_place(row.placement, places)
        issue = make_sure_of_issue(session, newsletter=newsletter, day=row.day, now=now)
        fitting = [slot for slot in list_slots(session, [issue.id]) if slot.placement_id == place.placement_id]
        fitting = [slot for slot in fitting if ordinal in (None, slot.ordinal)]
        left = [slot for slot in fitting if slot not in chosen]
        if not left:
            slots = count(len(fitting), "slot")
            raise DomainError(f"{place.name} of {long_day(row.day)} has {slots}, and earlier rows have them all.")
        taken = occupants_of(session, [slot.id for slot in left])
        chosen.append(next((slot for slot in left if _is_free(taken.get(slot.id), row)), left[0]))
    return chosen


def _is_free(occupant: Booking | None, row: DealRow) -> bool:
    """Whether nobody has it, or the archive says that this very sponsor had."""
    if occupant is None:
        return True
    is_own = occupant.sponsor is not None and occupant.sponsor.name_key == name_key(row.sponsor)
    return occupant.kind is BookingKind.ARCHIVE and is_own


def _said(row: DealRow, invoice: Invoice, order: Order, now: datetime) -> str:
    """What becomes of a row, for whoever decides on it."""
    booking = next(b for b in order.bookings if b.slot.issue.publish_on == row.day)
    done = "Ran" if booking.state is BookingState.RAN else "Is booked"
    if not order.total_minor:
        return f"{done}, for nothing."
    if not invoice.open_minor:
        return f"{done}, and paid: {money(invoice.total_minor, invoice.currency)}."
    late = (today_of(order.newsletter, now) - invoice.due_on).days
    due = f"{count(late, 'day')} late" if late > 0 else f"due {long_day(invoice.due_on)}"
    paper = f"invoice {invoice.number}" if row.invoice else f"a new invoice, {invoice.number},"
    return f"{done}; {paper} has {money(invoice.open_minor, invoice.currency)} open, {due}."


def _key(row: DealRow, place: Place) -> str:
    return f"{row.day} {place.key} {row.copy_no} {name_key(row.sponsor)}"[:255]


def _any(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _any_day(days: Iterable[date | None]) -> date | None:
    return next((day for day in days if day), None)
