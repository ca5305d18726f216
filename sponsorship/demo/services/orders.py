"""How slots are bought: held, given a name, paid by card or on an invoice; and what takes a slot without an order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sponsorship.booking.models import Order
from sponsorship.booking.services import (
    await_funds,
    block_slot,
    book_house,
    enter_checkout,
    give_details,
    hold_courtesy,
    hold_slots,
    lapse_order_when_due,
)
from sponsorship.demo.rules.newsletter import BOOKKEEPER_ADDRESS, INVOICE_DAYS, PUBLISHER_ADDRESS
from sponsorship.demo.rules.schedule import Cell, Deal, MoneyStep, group_orders
from sponsorship.demo.rules.sponsors import SPONSORS
from sponsorship.demo.services.stage import Stage
from sponsorship.payments.models import Invoice
from sponsorship.payments.services import confirm_on_card, confirm_on_invoice, record_bank_payment, remind_debtor
from sponsorship.sponsors.queries import find_sponsor
from sponsorship.sponsors.services import let_pay_by_invoice

HOUSE_AD = "Tell a colleague about the Runbook"
SURVEY = "Reader survey"
MINUTE = timedelta(minutes=1)


def plan_orders(stage: Stage, cells: Sequence[Cell]) -> None:
    """Put everything on the timeline that takes a slot."""
    for order in group_orders(list(cells)):
        _plan_order(stage, order)
    for cell in cells:
        if cell.deal is not Deal.SALE:
            _plan_other(stage, cell)
    stage.timeline.at(stage.moment(-9, 13, 2), partial(_abandon, stage))


def _plan_order(stage: Stage, cells: Sequence[Cell]) -> None:
    first, pays_by_invoice = cells[0], SPONSORS[cells[0].sponsor].pays_by_invoice
    chance = stage.chance("order", *first.place)
    if first.money is MoneyStep.AWAITED:
        stage.timeline.at(stage.moment(-2, 11, 4), partial(_order_with_money_on_its_way, stage, cells))
    elif first.money is MoneyStep.OPEN:
        stage.timeline.at(
            stage.moment(first.due_in - INVOICE_DAYS, 10, 40), partial(_order_on_invoice, stage, cells, None)
        )
    else:
        latest = stage.moment(-chance.randint(20, 30) if pays_by_invoice else -chance.randint(5, 26), 16)
        wanted = stage.slot_of(first).issue.publish_at - timedelta(
            days=chance.randint(19, 52), minutes=chance.randint(-400, 400)
        )
        paid_after = timedelta(days=chance.randint(5, 13), minutes=chance.randint(-200, 200))
        on_invoice, by_card = (
            partial(_order_on_invoice, stage, cells, paid_after),
            partial(_order_by_card, stage, cells),
        )
        stage.timeline.at(min(latest, wanted), on_invoice if pays_by_invoice else by_card)


def _order_by_card(stage: Stage, cells: Sequence[Cell], now: datetime) -> None:
    order = _order(stage, cells, now)
    enter_checkout(stage.session, order=order, held_until=now + 50 * MINUTE, now=now + 5 * MINUTE)
    confirm_on_card(
        stage.session, order=order, reference=f"pi_demo_{order.number.lower()}", amount_minor=order.total_minor,
        fee_minor=order.total_minor * 29 // 1000 + 30, now=now + 8 * MINUTE,
    )  # fmt: skip


def _order_with_money_on_its_way(stage: Stage, cells: Sequence[Cell], now: datetime) -> None:
    order = _order(stage, cells, now)
    enter_checkout(stage.session, order=order, held_until=now + 50 * MINUTE, now=now + 5 * MINUTE)
    await_funds(stage.session, order=order, now=now + 9 * MINUTE)


def _order_on_invoice(stage: Stage, cells: Sequence[Cell], paid_after: timedelta | None, now: datetime) -> None:
    order, first = _order(stage, cells, now), cells[0]
    assert order.sponsor is not None
    let_pay_by_invoice(stage.session, sponsor=order.sponsor, actor=PUBLISHER_ADDRESS, now=now + 2 * MINUTE)
    invoice = confirm_on_invoice(stage.session, order=order, now=now + 6 * MINUTE)
    if paid_after is not None:
        stage.timeline.at(now + paid_after, partial(_pay, stage, invoice, 1))
    if first.is_half_paid:
        stage.timeline.at(stage.moment(-1, 12, 20), partial(_pay, stage, invoice, 2))
    if first.due_in < -7:
        reminded_at = stage.moment(first.due_in + 5, 9, 15)
        stage.timeline.at(
            reminded_at, lambda at: remind_debtor(stage.session, invoice=invoice, actor=BOOKKEEPER_ADDRESS, now=at)
        )


def _pay(stage: Stage, invoice: Invoice, parts: int, now: datetime) -> None:
    assert invoice.order.sponsor is not None
    record_bank_payment(
        stage.session, invoice=invoice, amount_minor=invoice.open_minor // parts,
        reference=f"{invoice.number} {invoice.order.sponsor.name}", actor=BOOKKEEPER_ADDRESS, now=now,
    )  # fmt: skip


def _order(stage: Stage, cells: Sequence[Cell], now: datetime) -> Order:
    """Hold the slots and give the company's details, three minutes later."""
    slots = [stage.slot_of(cell) for cell in cells]
    order = hold_slots(stage.session, newsletter=stage.newsletter, slot_ids=[slot.id for slot in slots], now=now)
    buyer = SPONSORS[cells[0].sponsor]
    give_details(
        stage.session, order=order, company=buyer.name, website=f"https://{buyer.domain}", street=buyer.street,
        city=buyer.city, country=buyer.country, vat_number="", contact_name=buyer.contact, contact_email=buyer.address,
        purchase_order_number="", now=now + 3 * MINUTE,
    )  # fmt: skip
    by_slot = {booking.slot_id: booking for booking in order.bookings}
    for cell, slot in zip(cells, slots, strict=True):
        stage.bookings[cell.place] = by_slot[slot.id]
    return order


def _abandon(stage: Stage, now: datetime) -> None:
    """Somebody holds two slots, thinks better of it, and the hold lapses."""
    slots = [stage.slots[3, "primary", 1], stage.slots[5, "classified", 2]]
    order = hold_slots(stage.session, newsletter=stage.newsletter, slot_ids=[slot.id for slot in slots], now=now)
    stage.timeline.at(now + 21 * MINUTE, lambda at: lapse_order_when_due(stage.session, order=order, now=at))


def _plan_other(stage: Stage, cell: Cell) -> None:
    slot, actor, session = stage.slot_of(cell), PUBLISHER_ADDRESS, stage.session
    decided_at = min(slot.issue.publish_at - timedelta(days=24, hours=20), stage.moment(-6, 11, 30))
    if cell.deal is Deal.BLOCK:
        stage.timeline.at(decided_at, lambda at: block_slot(session, slot=slot, reason=SURVEY, actor=actor, now=at))
    elif cell.deal is Deal.HOUSE:
        stage.timeline.at(decided_at, lambda at: book_house(session, slot=slot, reason=HOUSE_AD, actor=actor, now=at))
    else:
        stage.timeline.at(stage.moment(-1, 15, 40), partial(_promise, stage, cell))


def _promise(stage: Stage, cell: Cell, now: datetime) -> None:
    sponsor = find_sponsor(stage.session, stage.newsletter.id, SPONSORS[cell.sponsor].name)
    hold_courtesy(
        stage.session, slot=stage.slot_of(cell), sponsor=sponsor, until=stage.moment(cell.due_in, 12),
        actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip
