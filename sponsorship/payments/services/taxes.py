"""The tax of an order: decided when its buyer is known, written down with what it was decided on."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.core.money import split_amount
from sponsorship.payments.gateway import ProviderSession
from sponsorship.payments.models import OrderTerms
from sponsorship.payments.queries.terms import find_terms, get_seller, list_tax_rates
from sponsorship.payments.rules.taxes import (
    REVERSE_CHARGE,
    Buyer,
    Tax,
    TaxMode,
    TaxRule,
    choose_rule,
    implied_rate,
    percent_text,
    rate_text,
    tax_lines,
)


def decide_tax(session: Session, *, order: Order, now: datetime, on_invoice: bool = False) -> OrderTerms:
    """Work out an unconfirmed order's tax from its sponsor's country and tax number, and keep both as evidence.

    Under Stripe Tax nothing is added here: the provider works it out on its page, and `take_told_tax` writes it down. An order
    on invoice never gets to that page, so the newsletter's own rates hold for it.
    """
    seller, sponsor = get_seller(session, order.newsletter), order.payer
    mode = TaxMode.MANUAL if on_invoice and seller.tax_mode is TaxMode.STRIPE_TAX else seller.tax_mode
    country, tax_number = (sponsor.country, sponsor.vat_number) if sponsor else ("", "")
    tax = Tax(None, (0,) * len(order.bookings))
    if mode is TaxMode.MANUAL:
        rules = [rate.rule for rate in list_tax_rates(session, order.newsletter_id)]
        rule = choose_rule(rules, seller_country=seller.country, country=country, has_tax_number=bool(tax_number))
        tax = tax_lines(rule, [booking.net_minor for booking in order.bookings], order.currency)
    terms = _terms(session, order, mode, now)
    terms.country, terms.tax_number = country, tax_number
    terms.tax_label = rate_text(tax.rule) if tax.rule else ""
    terms.tax_basis_points = tax.rule.basis_points if tax.rule and not tax.rule.is_reverse_charge else 0
    terms.is_reverse_charge = tax.rule is not None and tax.rule.is_reverse_charge
    terms.tax_note = (tax.rule.note or (REVERSE_CHARGE if tax.rule.is_reverse_charge else "")) if tax.rule else ""
    _share(order, terms, tax.by_line)
    session.flush()
    return terms


def take_told_tax(session: Session, *, order: Order, told: ProviderSession, now: datetime) -> None:
    """Write down the tax that the provider worked out and took, and what it went by: known only once the buyer has paid."""
    terms, nets = _terms(session, order, TaxMode.STRIPE_TAX, now), [booking.net_minor for booking in order.bookings]
    rate = implied_rate(nets, told.tax_minor)
    label = f"Tax {percent_text(rate)}".strip()
    rule = TaxRule(told.buyer_country, Buyer.ANYBODY, label, rate, told.is_reverse_charge)
    terms.tax_label = rate_text(rule) if told.tax_minor or rule.is_reverse_charge else ""
    terms.tax_basis_points, terms.is_reverse_charge = rule.basis_points, rule.is_reverse_charge
    terms.tax_note = REVERSE_CHARGE if rule.is_reverse_charge else ""
    terms.country, terms.tax_number = told.buyer_country, told.buyer_tax_number
    _share(order, terms, tuple(split_amount(told.tax_minor, nets)))
    session.flush()
    record_act(
        session, actor="payment provider", action="taxed", object_type="order", object_id=order.id,
        newsletter_id=order.newsletter_id, now=now, after={"tax_minor": told.tax_minor, "country": told.buyer_country},
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
