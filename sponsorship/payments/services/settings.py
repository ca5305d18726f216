"""Writes of the terms on which a newsletter sells."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Seller, TaxRate
from sponsorship.payments.rules.taxes import TaxMode, TaxRule


def describe_seller(
    session: Session,
    *,
    newsletter: Newsletter,
    name: str,
    street: str,
    city: str,
    country: str,
    tax_number: str,
    bank_details: str,
    footer: str,
    tax_mode: TaxMode,
    reminder_days: Sequence[int],
    holds_disputed: bool,
    sends_by_stripe: bool,
    invoice_days: int,
    actor: str,
    now: datetime,
) -> Seller:
    """Say who issues a newsletter's invoices and on what terms; invoices that were issued stay as they are."""
    seller = session.get(Seller, newsletter.id)
    before = {"tax_mode": seller.tax_mode.value, "country": seller.country} if seller else None
    if seller is None:
        seller = Seller(newsletter_id=newsletter.id)
        session.add(seller)
    seller.name, seller.street, seller.city, seller.country = name, street, city, country
    seller.tax_number, seller.bank_details, seller.footer = tax_number, bank_details.strip(), footer.strip()
    seller.tax_mode, seller.reminder_days, seller.holds_disputed = tax_mode, list(reminder_days), holds_disputed
    seller.sends_by_stripe, newsletter.invoice_days = sends_by_stripe, invoice_days
    session.flush()
    record_act(
        session, actor=actor, action="seller_described", object_type="newsletter", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, before=before,
        after={"tax_mode": tax_mode.value, "country": country, "tax_number": tax_number, "invoice_days": invoice_days,
               "sends_by_stripe": sends_by_stripe},
    )  # fmt: skip
    return seller


def set_tax_rate(session: Session, *, newsletter: Newsletter, rule: TaxRule, actor: str, now: datetime) -> TaxRate:
    """Put a line into a newsletter's tax table; the line for the same place and buyer is replaced."""
    query = select(TaxRate).where(
        TaxRate.newsletter_id == newsletter.id, TaxRate.country == rule.country, TaxRate.buyer == rule.buyer
    )
    rate = session.scalars(query).one_or_none() or TaxRate(
        newsletter_id=newsletter.id, country=rule.country, buyer=rule.buyer
    )
    rate.label, rate.basis_points, rate.note = rule.label, rule.basis_points, rule.note
    rate.is_reverse_charge = rule.is_reverse_charge
    session.add(rate)
    session.flush()
    _note(session, newsletter.id, rate, "tax_rate_set", actor, now)
    return rate


def drop_tax_rate(session: Session, *, rate: TaxRate, actor: str, now: datetime) -> None:
    """Take a line out of a newsletter's tax table."""
    _note(session, rate.newsletter_id, rate, "tax_rate_dropped", actor, now)
    session.delete(rate)
    session.flush()


def _note(session: Session, newsletter_id: int, rate: TaxRate, action: str, actor: str, now: datetime) -> None:
    record_act(
        session, actor=actor, action=action, object_type="newsletter", object_id=newsletter_id,
        newsletter_id=newsletter_id, now=now,
        after={"country": rate.country, "buyer": rate.buyer.value, "label": rate.label, "basis_points": rate.basis_points},
    )  # fmt: skip
