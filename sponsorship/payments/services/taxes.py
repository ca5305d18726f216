"""The tax of an order: decided when its buyer is known, written down with what it was decided on."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.payments.models import OrderTerms
from sponsorship.payments.queries.terms import find_terms, get_seller, list_tax_rates
from sponsorship.payments.rules.taxes import REVERSE_CHARGE, Tax, TaxMode, choose_rule, rate_text, tax_lines


def decide_tax(session: Session, *, order: Order, now: datetime) -> OrderTerms:
    """Work out an unconfirmed order's tax from its sponsor's country and tax number, and keep both as evidence.

    Under Stripe Tax nothing is added here: the provider works it out on its page, and `take_told_tax` writes it down.
    """
    seller, sponsor = get_seller(session, order.newsletter), order.payer
    country, tax_number = (sponsor.country, sponsor.vat_number) if sponsor else ("", "")
    tax = Tax(None, (0,) * len(order.bookings))
    if seller.tax_mode is TaxMode.MANUAL:
        rules = [rate.rule for rate in list_tax_rates(session, order.newsletter_id)]
        rule = choose_rule(rules, seller_country=seller.country, country=country, has_tax_number=bool(tax_number))
        tax = tax_lines(rule, [booking.net_minor for booking in order.bookings], order.currency)
    terms = _terms(session, order, seller.tax_mode, now)
    terms.country, terms.tax_number = country, tax_number
    terms.tax_label = rate_text(tax.rule) if tax.rule else ""
    terms.tax_basis_points = tax.rule.basis_points if tax.rule and not tax.rule.is_reverse_charge else 0
    terms.is_reverse_charge = tax.rule is not None and tax.rule.is_reverse_charge
    terms.tax_note = (tax.rule.note or (REVERSE_CHARGE if tax.rule.is_reverse_charge else "")) if tax.rule else ""
    _share(order, terms, tax.by_line)
    session.flush()
    return terms


def take_told_tax(session: Session, *, order: Order, tax_minor: int, now: datetime) -> None:
    """Write down the tax that the provider worked out and took: known only once the buyer has paid."""
    terms = _terms(session, order, TaxMode.STRIPE_TAX, now)
    terms.tax_label = "Tax" if tax_minor else ""
    order.tax_minor = tax_minor
    session.flush()
    record_act(
        session, actor="payment provider", action="taxed", object_type="order", object_id=order.id,
        newsletter_id=order.newsletter_id, now=now, after={"tax_minor": tax_minor},
    )  # fmt: skip


def take_given_tax(session: Session, *, order: Order, by_line: tuple[int, ...], now: datetime) -> OrderTerms:
    """Write down the tax of an invoice that was issued elsewhere, booking by booking, as its paper says."""
    terms = _terms(session, order, TaxMode.NONE, now)
    terms.tax_label, terms.tax_basis_points = "Tax" if any(by_line) else "", 0
    _share(order, terms, by_line)
    session.flush()
    return terms


def accept_other_dates(session: Session, *, order: Order, accepts: bool) -> None:
    """Note whether the buyer takes equivalent dates if the money comes late and the dates are gone; tax is decided first."""
    terms = find_terms(session, order)
    assert terms is not None
    terms.accepts_other_dates = accepts
    session.flush()


def _terms(session: Session, order: Order, mode: TaxMode, now: datetime) -> OrderTerms:
    terms = find_terms(session, order)
    if terms is None:
        terms = OrderTerms(order_id=order.id, tax_by_booking={}, tax_mode=mode, decided_at=now)
        session.add(terms)
    terms.tax_mode, terms.decided_at = mode, now
    return terms


def _share(order: Order, terms: OrderTerms, by_line: tuple[int, ...]) -> None:
    terms.tax_by_booking = {str(booking.id): tax for booking, tax in zip(order.bookings, by_line, strict=True)}
    order.tax_minor = sum(by_line)
