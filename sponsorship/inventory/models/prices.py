"""What changes a price: dated list prices, price rules, promo codes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.core.db import Base, word_enum
from sponsorship.inventory.models.issues import Placement
from sponsorship.inventory.rules import PriceRuleKind

PRICE_RULE_PLACEMENT = Table(
    "price_rule_placement",
    Base.metadata,
    Column("price_rule_id", ForeignKey("price_rule.id"), primary_key=True),
    Column("placement_id", ForeignKey("placement.id"), primary_key=True),
)
PROMO_CODE_PLACEMENT = Table(
    "promo_code_placement",
    Base.metadata,
    Column("promo_code_id", ForeignKey("promo_code.id"), primary_key=True),
    Column("placement_id", ForeignKey("placement.id"), primary_key=True),
)


class PriceRule(Base):
    """A rule that changes prices; booking/rules/prices.py says how rules combine.

    `threshold` is a number of slots (of issues, where it counts them) for a frequency discount, of days before the issue for
    early bird and last minute. A season's negative discount makes dearer. Without placements a rule is for all of them; a
    package is one slot of each of its placements in one issue, at `package_price_minor`.
    """

    __tablename__ = "price_rule"
    __table_args__ = (
        CheckConstraint("discount_basis_points BETWEEN -10000 AND 10000", name="discount"),
        CheckConstraint("package_price_minor >= 0", name="package_price"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), index=True)
    kind: Mapped[PriceRuleKind] = mapped_column(word_enum(PriceRuleKind))
    label: Mapped[str]
    threshold: Mapped[int] = mapped_column(default=0)
    counts_issues: Mapped[bool] = mapped_column(default=False)
    discount_basis_points: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None]  # of issues, both days included
    ends_on: Mapped[date | None]
    package_price_minor: Mapped[int | None]
    retired_at: Mapped[datetime | None]
    placements: Mapped[list[Placement]] = relationship(
        secondary=PRICE_RULE_PLACEMENT, order_by=Placement.position, lazy="selectin"
    )


class PromoCode(Base):
    """A code that buyers type in for a discount: a share, or an amount in minor units off the order."""

    __tablename__ = "promo_code"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "code"),
        CheckConstraint("discount_basis_points BETWEEN 0 AND 10000", name="discount"),
        CheckConstraint("discount_minor >= 0 AND minimum_minor >= 0", name="amounts"),
        CheckConstraint("most_uses >= 1 AND most_uses_per_sponsor >= 1", name="uses"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    code: Mapped[str]  # as rules.normal_code writes it
    label: Mapped[str]
    discount_basis_points: Mapped[int] = mapped_column(default=0)
    discount_minor: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None]  # of orders, on the newsletter's calendar, both days included
    ends_on: Mapped[date | None]
    most_uses: Mapped[int | None]
    most_uses_per_sponsor: Mapped[int | None]
    minimum_minor: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    placements: Mapped[list[Placement]] = relationship(
        secondary=PROMO_CODE_PLACEMENT, order_by=Placement.position, lazy="selectin"
    )
