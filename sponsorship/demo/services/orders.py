"""How slots are bought: held, given a name, paid by card or on an invoice; and what takes a slot without an order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

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
from sponsorship.demo.rules.newsletter import (
    BOOKKEEPER_ADDRESS,
    CREDIT_LIMIT_MINOR,
    INVOICE_DAYS,
    PUBLISHER_ADDRESS,
    STORY_PAYMENT,
)
from sponsorship.demo.rules.schedule import Cell, Deal, MoneyStep, group_orders
from sponsorship.demo.rules.sponsors import SPONSORS, SponsorPlan
from sponsorship.demo.services.stage import Stage
from sponsorship.payments.models import Invoice
from sponsorship.payments.services import confirm_on_card, confirm_on_invoice, record_bank_payment, remind_debtor
from sponsorship.sponsors.queries import find_sponsor
from sponsorship.sponsors.services import set_credit

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
        paid_after = timedelta(days=chance.randint(5, 13), minutes=chance.randint(-200, 200))
        on_invoice, by_card = (
            partial(_order_on_invoice, stage, cells, paid_after),
            partial(_order_by_card, stage, cells),
        )
        stage.timeline.at(_when_ordered(stage, first, chance), on_invoice if pays_by_invoice else by_card)


def _when_ordered(stage: Stage, first: Cell, chance: Random) -> datetime:
    """Three to seven weeks before the first issue, at latest some days ago; early enough for an invoice to be paid by now."""
    days = (stage.slot_of(first).issue.publish_on - stage.day).days - chance.randint(19, 52)
    latest = -chance.randint(20, 30) if SPONSORS[first.sponsor].pays_by_invoice else -chance.randint(5, 26)
    return stage.moment(min(days, latest), chance.randint(9, 17), chance.randrange(60))


def _order_by_card(stage: Stage, cells: Sequence[Cell], now: datetime) -> datetime:
    return pay_by_card(stage, _order(stage, cells, now), now)


def pay_by_card(stage: Stage, order: Order, now: datetime) -> datetime:
    """Pay an order that was held at `now`, eight minutes later; returns when that was."""
    paid_at = now + 8 * MINUTE
    enter_checkout(stage.session, order=order, held_until=now + 50 * MINUTE, now=now + 5 * MINUTE)
    confirm_on_card(
        stage.session, order=order, reference=f"{STORY_PAYMENT}{order.number.lower()}", amount_minor=order.total_minor,
        fee_minor=order.total_minor * 29 // 1000 + 30, now=paid_at,
    )  # fmt: skip
    return paid_at


def _order_with_money_on_its_way(stage: Stage, cells: Sequence[Cell], now: datetime) -> datetime:
    order, done_at = _order(stage, cells, now), now + 9 * MINUTE
    enter_checkout(stage.session, order=order, held_until=now + 50 * MINUTE, now=now + 5 * MINUTE)
    await_funds(stage.session, order=order, now=done_at)
    return done_at


def _order_on_invoice(stage: Stage, cells: Sequence[Cell], paid_after: timedelta | None, now: datetime) -> datetime:
    order, first, confirmed_at = _order(stage, cells, now), cells[0], now + 6 * MINUTE
    assert order.sponsor is not None
    set_credit(
        stage.session, sponsor=order.sponsor, may_pay_by_invoice=True, credit_limit_minor=CREDIT_LIMIT_MINOR,
        actor=PUBLISHER_ADDRESS, now=now + 4 * MINUTE,
    )  # fmt: skip
    invoice = confirm_on_invoice(stage.session, order=order, now=confirmed_at)
    if paid_after is not None:
        stage.timeline.at(now + paid_after, partial(_pay, stage, invoice, 1))
    if first.is_half_paid:
        stage.timeline.at(stage.moment(-1, 12, 20), partial(_pay, stage, invoice, 2))
    if first.due_in < -7:
        stage.timeline.at(stage.moment(first.due_in + 5, 9, 15), partial(_remind, stage, invoice))
    return confirmed_at


def _remind(stage: Stage, invoice: Invoice, now: datetime) -> None:
    remind_debtor(stage.session, invoice=invoice, actor=BOOKKEEPER_ADDRESS, now=now)


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
    details = details_of(SPONSORS[cells[0].sponsor])
    give_details(stage.session, order=order, **details, now=now + 3 * MINUTE)
    by_slot = {booking.slot_id: booking for booking in order.bookings}
    for cell, slot in zip(cells, slots, strict=True):
        stage.bookings[cell.place] = by_slot[slot.id]
    return order


def details_of(buyer: SponsorPlan) -> dict[str, Any]:
    """Return what a company types at the checkout."""
    return {
        "company": buyer.name, "website": f"https://{buyer.domain}", "street": buyer.street, "city": buyer.city,
        "country": buyer.country, "vat_number": "", "contact_name": buyer.contact, "contact_email": buyer.address,
        "purchase_order_number": "",
    }  # fmt: skip


def _abandon(stage: Stage, now: datetime) -> None:
    """Somebody holds two slots, thinks better of it, and the hold lapses."""
    slots = [stage.slots[3, "primary", 1], stage.slots[5, "classified", 2]]
    order = hold_slots(stage.session, newsletter=stage.newsletter, slot_ids=[slot.id for slot in slots], now=now)
    stage.timeline.at(now + 21 * MINUTE, partial(_lapse, stage, order))


def _lapse(stage: Stage, order: Order, now: datetime) -> None:
    lapse_order_when_due(stage.session, order=order, now=now)


def _plan_other(stage: Stage, cell: Cell) -> None:
    if cell.deal is Deal.HELD:
        stage.timeline.at(stage.moment(-1, 15, 40), partial(_promise, stage, cell))
    else:
        wanted = stage.slot_of(cell).issue.publish_at - timedelta(days=24, hours=20)
        stage.timeline.at(min(wanted, stage.moment(-6, 11, 30)), partial(_take, stage, cell))


def _take(stage: Stage, cell: Cell, now: datetime) -> None:
    act, reason = (block_slot, SURVEY) if cell.deal is Deal.BLOCK else (book_house, HOUSE_AD)
    act(stage.session, slot=stage.slot_of(cell), reason=reason, actor=PUBLISHER_ADDRESS, now=now)


def _promise(stage: Stage, cell: Cell, now: datetime) -> None:
    sponsor = find_sponsor(stage.session, stage.newsletter.id, SPONSORS[cell.sponsor].name)
    hold_courtesy(
        stage.session, slot=stage.slot_of(cell), sponsor=sponsor, until=stage.moment(cell.due_in, 12),
        actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip
