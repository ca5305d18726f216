"""Booking in the publisher's name: a deal made on the phone, on invoice, for nothing, or for the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.booking.services import (
    book_house,
    book_manually,
    lock_issues,
    lock_newsletter,
    propose_order,
    slots_of,
)
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.errors import NobodyToBill
from sponsorship.payments.rules.manual import Way
from sponsorship.payments.services.comps import comp_order
from sponsorship.payments.services.invoices import confirm_on_invoice
from sponsorship.sponsors.services import make_sure_of_sponsor


@dataclass(frozen=True, slots=True)
class Deal:
    """What was agreed: how it is paid and who buys; the fields that the way has no use for stay empty.

    `total_minor` is an agreed net price for all, the rate card's without one; `message` goes with the link, which is valid
    until `valid_until`; `approver` gave it for nothing, and `reason` says why (or what the house ad is).
    """

    way: Way
    company: str = ""
    contact_name: str = ""
    contact_email: str = ""
    purchase_order_number: str = ""
    total_minor: int | None = None
    message: str = ""
    valid_until: datetime | None = None
    approver: str = ""
    reason: str = ""
    is_exclusive: bool = False


def book_by_hand(
    session: Session, *, newsletter: Newsletter, slot_ids: Sequence[int], deal: Deal, actor: str, now: datetime
) -> Order | None:
    """Book slots as agreed, all or none; returns the order, None for house ads, which have none.

    By card, the sponsor is sent the link and the slots are held meanwhile; on invoice or for nothing they are confirmed at
    once, and today's terms count as agreed to, by the publisher's word. Raises SlotTaken, PlacingRefused, NotForSale,
    NothingPicked, TooManySlots, NobodyToBill, CreditExceeded, DomainError for a price or a day that cannot be.
    """
    if not deal.way.is_sale:
        for slot in slots_of(session, newsletter, slot_ids):
            book_house(session, slot=slot, actor=actor, now=now, reason=clean_line(deal.reason))
        return None
    order = (_propose if deal.way is Way.CARD else _hold)(session, newsletter, slot_ids, deal, actor, now)
    if deal.way.needs_address and not order.contact_email:
        raise NobodyToBill
    order.purchase_order_number = clean_line(deal.purchase_order_number)
    if deal.way.needs_terms:
        order.terms_version, order.terms_accepted_at = newsletter.terms_version, now
    session.flush()
    if deal.way is Way.INVOICE:
        confirm_on_invoice(session, order=order, now=now, by_publisher=True)
    elif deal.way is Way.COMPED:
        comp_order(session, order=order, approver=deal.approver, reason=deal.reason, now=now)
    _record(session, order, deal, actor, now)
    return order


def _propose(
    session: Session, newsletter: Newsletter, slot_ids: Sequence[int], deal: Deal, actor: str, now: datetime
) -> Order:
    return propose_order(
        session, newsletter=newsletter, slot_ids=slot_ids, sponsor_name=deal.company, contact_name=deal.contact_name,
        contact_email=deal.contact_email, actor=actor, now=now, valid_until=deal.valid_until, total_minor=deal.total_minor,
        message=deal.message, is_exclusive=deal.is_exclusive,
    )  # fmt: skip


def _hold(
    session: Session, newsletter: Newsletter, slot_ids: Sequence[int], deal: Deal, actor: str, now: datetime
) -> Order:
    """Hold the slots for the sponsor of that name; the newsletter's lock lets one at a time make a new sponsor."""
    lock_issues(session, slots_of(session, newsletter, slot_ids))
    lock_newsletter(session, newsletter)
    sponsor = make_sure_of_sponsor(session, newsletter_id=newsletter.id, name=deal.company, now=now)
    return book_manually(
        session, newsletter=newsletter, sponsor=sponsor, slot_ids=slot_ids, actor=actor, now=now,
        contact_name=deal.contact_name, contact_email=deal.contact_email, total_minor=deal.total_minor,
        is_exclusive=deal.is_exclusive,
    )  # fmt: skip


def _record(session: Session, order: Order, deal: Deal, actor: str, now: datetime) -> None:
    record_act(
        session, actor=actor, action="booked_by_hand", object_type="order", object_id=order.id,
        newsletter_id=order.newsletter_id, now=now,
        after={
            "way": deal.way.value, "state": order.state.value, "net_minor": order.net_minor, "list_minor": order.list_minor,
            "purchase_order_number": order.purchase_order_number, "terms_version": order.terms_version,
            "approver": deal.approver, "reason": clean_line(deal.reason),
        },
    )  # fmt: skip
