"""Sponsors belong to one newsletter: what one publisher knows of a company, another does not see."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.accounts.models import User
from sponsorship.core.db import Base


class Sponsor(Base):
    """A company that advertises in a newsletter."""

    __tablename__ = "sponsor"
    __table_args__ = (UniqueConstraint("newsletter_id", "name_key"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    name: Mapped[str]
    name_key: Mapped[str]  # the name as it is compared: see rules.name_key
    website: Mapped[str | None]
    domain: Mapped[str | None] = mapped_column(index=True)
    street: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    vat_number: Mapped[str] = mapped_column(default="")
    may_pay_by_invoice: Mapped[bool] = mapped_column(default=False)
    credit_limit_minor: Mapped[int | None] = mapped_column(BigInteger)  # the most it may owe; nothing set: no limit
    notes: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    contacts: Mapped[list["Contact"]] = relationship(back_populates="sponsor", order_by="Contact.id")


class Contact(Base):
    """A person who acts for a sponsor."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("sponsor_id", "user_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    sponsor_id: Mapped[int] = mapped_column(ForeignKey("sponsor.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    sponsor: Mapped[Sponsor] = relationship(back_populates="contacts", lazy="joined", innerjoin=True)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class SalesPolicy(Base):
    """How a newsletter deals with its sponsors: moving and cancelling; a newsletter without a row has the defaults."""

    __tablename__ = "sales_policy"
    __table_args__ = (
        CheckConstraint("move_cutoff_days BETWEEN 0 AND 365", name="move_cutoff"),
        CheckConstraint("cancel_kept_basis_points BETWEEN 0 AND 10000", name="cancel_kept"),
        CheckConstraint("cancel_full_days BETWEEN 0 AND cancel_free_days", name="cancel_days"),
    )
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), primary_key=True)
    sponsors_may_move: Mapped[bool] = mapped_column(default=True)
    move_cutoff_days: Mapped[int] = mapped_column(default=7)
    cancel_free_days: Mapped[int] = mapped_column(default=21)
    cancel_kept_basis_points: Mapped[int] = mapped_column(default=5000)
    cancel_full_days: Mapped[int] = mapped_column(default=7)
