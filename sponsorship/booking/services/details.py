"""Who buys: the company details of an order, and which sponsor they belong to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.accounts.rules import normal_email
from sponsorship.booking.errors import AgencyOnly, ApprovalNeeded
from sponsorship.booking.models import Order
from sponsorship.booking.queries import has_other_orders, needs_approval
from sponsorship.booking.rules import BUYER, OrderState
from sponsorship.booking.services.hold import check_alive, lock_newsletter, name_sponsor
from sponsorship.booking.services.limits import check_limits
from sponsorship.booking.services.occupy import lock_issues, lock_order, note
from sponsorship.booking.services.placing import check_exclusive_sold, check_order_placing
from sponsorship.booking.services.prices import check_price_of_sponsor
from sponsorship.core.db import lock_rows
from sponsorship.core.text import clean_line
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.queries import find_sponsor, find_sponsor_of_address
from sponsorship.sponsors.rules import domain_of, may_join
from sponsorship.sponsors.services import add_contact, make_sure_of_sponsor


def give_details(
    session: Session,
    *,
    order: Order,
    company: str,
    website: str,
    street: str,
    city: str,
    country: str,
    vat_number: str,
    contact_name: str,
    contact_email: str,
    purchase_order_number: str,
    is_proven: bool = False,
    now: datetime,
) -> Order:
    """Write down who buys, and that the terms of today were accepted; the order and its bookings get their sponsor.

    Where an agency holds the order, the details are the agency's, which is billed, and the sponsor is its client.
    `is_proven`: the buyer is signed in with that address. Anybody else fills in what is not known of a sponsor that has
    bought before, and changes nothing of it; what was typed is in the audit trail.

    Raises AgencyOnly for whoever does not act for the agency, HoldExpired where time has run out, HoldsTooMuch where that
    sponsor holds as much unpaid as one may, ApprovalNeeded where the publisher approves sponsors first and nobody approved
    this one, PromoRefused where the code was used as often as it may, CreditsRefused for credits that are another's.
    """
    was = lock_order(session, order)
    check_alive(order, now)
    lock_issues(session, [booking.slot for booking in order.bookings])
    lock_newsletter(session, order.newsletter)
    address = normal_email(contact_email)
    payer, sponsor = _parties(session, order, company, address, is_proven, now)
    check_limits(session, order.newsletter, now, wanted=order.held_slots, sponsor=sponsor, besides=order.id)
    typed = {"website": website, "street": street, "city": city, "country": country, "vat_number": vat_number}
    _check_approved(session, order, sponsor)
    _describe(payer, typed, may_change=is_proven or not has_other_orders(session, payer, order))
    add_contact(session, sponsor=payer, email=address, name=clean_line(contact_name), now=now)
    name_sponsor(order, sponsor)
    order.contact_name, order.contact_email = clean_line(contact_name), address
    order.purchase_order_number = clean_line(purchase_order_number)
    order.terms_version, order.terms_accepted_at = order.newsletter.terms_version, now
    session.flush()
    told: dict[str, Any] = {name: clean_line(value) for name, value in typed.items()}
    _check_placing(session, order, sponsor)
    check_price_of_sponsor(session, order=order, now=now)
    note(
        session, order, "details_given", actor=BUYER, now=now, was=was, sponsor=sponsor.id, contact=address,
        terms_version=order.terms_version, **told,
    )  # fmt: skip
    return order


def _check_placing(session: Session, order: Order, sponsor: Sponsor) -> None:
    if order.exclusive_category is not None:
        check_exclusive_sold(session, order.newsletter, sponsor, order.exclusive_category)
    check_order_placing(session, order)


def _parties(
    session: Session, order: Order, company: str, address: str, is_proven: bool, now: datetime
) -> tuple[Sponsor, Sponsor]:
    """Who pays and who is advertised, locked: one and the same unless an agency holds the order for a client."""
    payer = order.agency or _sponsor_of(session, order.newsletter_id, company, address, now)
    sponsor = _client_of(order, payer, address, is_proven) if order.agency is not None else payer
    lock_rows(session, Sponsor, sorted({payer.id, sponsor.id}))
    return payer, sponsor


def _client_of(order: Order, agency: Sponsor, address: str, is_proven: bool) -> Sponsor:
    """The sponsor that an agency holds an order for; only who is signed in as one of its people goes on with it."""
    if not is_proven or address not in {contact.user.email for contact in agency.contacts}:
        raise AgencyOnly(f"{agency.name} holds these dates. Sign in with the address that acts for it to go on.")
    assert order.sponsor is not None
    return order.sponsor


def _sponsor_of(session: Session, newsletter_id: int, company: str, address: str, now: datetime) -> Sponsor:
    """The sponsor that this address acts for; else the company of that name, unless others act for it already.

    A stranger who types a customer's name must not become one of its contacts: he gets a sponsor of his own.
    """
    known = find_sponsor_of_address(session, newsletter_id, address)
    if known is not None:
        return known
    named = find_sponsor(session, newsletter_id, company)
    if named is not None and not may_join(named.domain, [contact.user.email for contact in named.contacts], address):
        company = f"{clean_line(company)} ({address})"
    return make_sure_of_sponsor(session, newsletter_id=newsletter_id, name=company, now=now)


def _check_approved(session: Session, order: Order, sponsor: Sponsor) -> None:
    """A held order is for a sponsor who may buy at once, whatever name was typed after it was held; a draft asks first."""
    if order.state is OrderState.DRAFT or order.approved_at is not None or order.proposed_at is not None:
        return
    if order.accepted_at is None and needs_approval(session, order.newsletter, sponsor):
        raise ApprovalNeeded


def _describe(sponsor: Sponsor, typed: Mapping[str, str], *, may_change: bool) -> None:
    """Take over what was typed; what was left empty keeps what was known, and so does all else unless it may change."""
    for name, value in typed.items():
        line = clean_line(value)
        if line and (may_change or not getattr(sponsor, name)):
            setattr(sponsor, name, line)
    sponsor.domain = sponsor.domain or domain_of(typed["website"])
