"""Who sells and on what terms: what stands on a newsletter's invoices, its tax rates, and what an order's tax came from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.core.db import Base, word_enum
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.rules.taxes import Buyer, TaxMode, TaxRule


class Seller(Base):
    """Who issues a newsletter's invoices, where their money goes, how they are taxed and reminded of."""

    __tablename__ = "seller"
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    tax_number: Mapped[str] = mapped_column(default="")
    bank_details: Mapped[str] = mapped_column(Text, default="")
    footer: Mapped[str] = mapped_column(Text, default="")
    tax_mode: Mapped[TaxMode] = mapped_column(word_enum(TaxMode), default=TaxMode.NONE)
    reminder_days: Mapped[list[int]] = mapped_column(JSON, default=list)  # from the due day, negative before it
    holds_disputed: Mapped[bool] = mapped_column(default=True)  # what is disputed does not run
    sends_by_stripe: Mapped[bool] = mapped_column(default=False)  # invoices are also payable on the provider's page
    newsletter: Mapped[Newsletter] = relationship(lazy="joined", innerjoin=True)


class TaxRate(Base):
    """One line of a newsletter's tax table."""

    __tablename__ = "tax_rate"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "country", "buyer"),
        CheckConstraint("basis_points BETWEEN 0 AND 5000", name="rate"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    country: Mapped[str] = mapped_column(default="")  # nothing: everywhere; "EU": the Union's other countries
    buyer: Mapped[Buyer] = mapped_column(word_enum(Buyer))
    label: Mapped[str]
    basis_points: Mapped[int]
    is_reverse_charge: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")

    @property
    def rule(self) -> TaxRule:
        """The line as the rules read it."""
        return TaxRule(self.country, self.buyer, self.label, self.basis_points, self.is_reverse_charge, self.note)


class OrderTerms(Base):
    """What an order's tax came from, kept as evidence, and what its buyer agreed to besides."""

    __tablename__ = "order_terms"
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), primary_key=True)
    tax_mode: Mapped[TaxMode] = mapped_column(word_enum(TaxMode))
    tax_label: Mapped[str] = mapped_column(default="")
    tax_basis_points: Mapped[int] = mapped_column(default=0)
    tax_note: Mapped[str] = mapped_column(default="")
    is_reverse_charge: Mapped[bool] = mapped_column(default=False)
    tax_by_booking: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    country: Mapped[str] = mapped_column(default="")
    tax_number: Mapped[str] = mapped_column(default="")
    accepts_other_dates: Mapped[bool] = mapped_column(default=False)  # if money comes late and the dates are gone
    approver: Mapped[str] = mapped_column(default="")  # of a comp
    comp_reason: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime]
