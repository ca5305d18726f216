"""Sponsors belong to one newsletter: what one publisher knows of a company, another does not see."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.accounts.models import User
from sponsorship.core.db import Base, word_enum
from sponsorship.sponsors.rules import RivalRule


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
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"), index=True)  # who books for it
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"), index=True)  # whose company it is
    cadence_issues: Mapped[int | None]  # issues between two of its runs at least; None: the newsletter's rule
    is_refused: Mapped[bool] = mapped_column(default=False)
    refusal_words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    contacts: Mapped[list["Contact"]] = relationship(back_populates="sponsor", order_by="Contact.id")
    category: Mapped["Category | None"] = relationship()
    agency: Mapped["Sponsor | None"] = relationship(foreign_keys=[agency_id], remote_side=[id])
    parent: Mapped["Sponsor | None"] = relationship(foreign_keys=[parent_id], remote_side=[id])


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


class Category(Base):
    """What a sponsor sells, as a newsletter sorts it; sponsors of one category, or of one under the other, are rivals."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("newsletter_id", "name"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    name: Mapped[str]
    is_prohibited: Mapped[bool] = mapped_column(default=False)
    refusal_words: Mapped[str] = mapped_column(Text, default="")
    parent: Mapped["Category | None"] = relationship(remote_side=[id])

    @property
    def path(self) -> tuple[int, ...]:
        """Its own id and those of the categories above it, the topmost first."""
        above = self.parent.path if self.parent is not None else ()
        return (*above, self.id)


class SalesPolicy(Base):
    """How a newsletter deals with its sponsors; a newsletter without a row has the defaults."""

    __tablename__ = "sales_policy"
    __table_args__ = (
        CheckConstraint("move_cutoff_days BETWEEN 0 AND 365", name="move_cutoff"),
        CheckConstraint("cancel_kept_basis_points BETWEEN 0 AND 10000", name="cancel_kept"),
        CheckConstraint("cadence_issues BETWEEN 0 AND 52", name="cadence"),
        CheckConstraint("exclusive_basis_points BETWEEN 0 AND 30000", name="exclusive"),
        CheckConstraint("cancel_full_days BETWEEN 0 AND cancel_free_days", name="cancel_days"),
        CheckConstraint("open_orders >= 1 AND held_slots >= 1 AND unpaid_a_day >= 1", name="holds"),
    )
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), primary_key=True)
    sponsors_may_move: Mapped[bool] = mapped_column(default=True)
    move_cutoff_days: Mapped[int] = mapped_column(default=7)
    cancel_free_days: Mapped[int] = mapped_column(default=21)
    cancel_kept_basis_points: Mapped[int] = mapped_column(default=5000)
    cancel_full_days: Mapped[int] = mapped_column(default=7)
    rivals: Mapped[RivalRule] = mapped_column(word_enum(RivalRule), default=RivalRule.ALLOWED)
    exclusive_basis_points: Mapped[int] = mapped_column(
        default=0
    )  # on top of the net price, where it is sold; 0: not sold
    cadence_issues: Mapped[int] = mapped_column(default=0)
    open_orders: Mapped[int] = mapped_column(default=3)  # unpaid at a time, of one buyer
    held_slots: Mapped[int] = mapped_column(default=26)  # in all of them
    unpaid_a_day: Mapped[int] = mapped_column(default=12)  # that ended unpaid, before no more are held
