"""Orders and bookings. Whoever takes a slot, for whatever reason, is one row of `booking`, and the index lets in one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.rules import (
    BookingKind,
    BookingState,
    OrderState,
    PaymentMethod,
    PriceStep,
    check_booking_step,
    check_order_step,
)
from sponsorship.core.db import Base, word_enum
from sponsorship.inventory.models import Newsletter, PromoCode, Slot
from sponsorship.sponsors.models import Sponsor

OCCUPIED = "state IN ('held', 'confirmed', 'ran')"


class Order(Base):
    """One purchase of one or more slots. `token` opens its pages to whoever holds the link."""

    __tablename__ = "purchase_order"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("newsletter_id", "number"),
        Index("ix_purchase_order_open", "state", "held_until"),
        Index("ix_purchase_order_holder", "holder_key", "state"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    number: Mapped[str]  # IO-2026-0147
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"), index=True)
    state: Mapped[OrderState] = mapped_column(word_enum(OrderState))
    payment_method: Mapped[PaymentMethod | None] = mapped_column(word_enum(PaymentMethod))
    currency: Mapped[str]
    list_minor: Mapped[int]
    discount_label: Mapped[str] = mapped_column(default="")
    discount_minor: Mapped[int] = mapped_column(default=0)
    net_minor: Mapped[int]
    tax_minor: Mapped[int] = mapped_column(default=0)
    promo_code_id: Mapped[int | None] = mapped_column(ForeignKey("promo_code.id"), index=True)
    holder_key: Mapped[str | None]  # a keyed hash of the network address, for the limit on open orders
    contact_name: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="", index=True)
    purchase_order_number: Mapped[str] = mapped_column(default="")
    terms_version: Mapped[int | None]
    terms_accepted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    is_extended: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    newsletter: Mapped[Newsletter] = relationship(lazy="joined", innerjoin=True)
    sponsor: Mapped[Sponsor | None] = relationship(lazy="joined")
    bookings: Mapped[list["Booking"]] = relationship(back_populates="order", order_by="Booking.id")
    promo_code: Mapped[PromoCode | None] = relationship()
    price_lines: Mapped[list["OrderPriceLine"]] = relationship(
        order_by="OrderPriceLine.position", cascade="all, delete-orphan"
    )

    @property
    def total_minor(self) -> int:
        """What is to be paid, tax included."""
        return self.net_minor + self.tax_minor

    def move_to(self, state: OrderState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_order_step(self.state, state)
        self.state = state


class OrderPriceLine(Base):
    """One line between an order's list prices and what it costs: a rule by name, and its amount (negative: a discount)."""

    __tablename__ = "order_price_line"
    __table_args__ = (UniqueConstraint("order_id", "position"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    position: Mapped[int]
    step: Mapped[PriceStep] = mapped_column(word_enum(PriceStep))
    label: Mapped[str]
    amount_minor: Mapped[int]


class Booking(Base):
    """One slot taken: sold, held, blocked, filled by a house ad, or known from the archive."""

    __tablename__ = "booking"
    __table_args__ = (
        Index(
            "uq_booking_occupied_slot",
            "slot_id",
            unique=True,
            sqlite_where=text(OCCUPIED),
            postgresql_where=text(OCCUPIED),
        ),
        Index("ix_booking_slot", "slot_id"),
        CheckConstraint("kind NOT IN ('sale') OR order_id IS NOT NULL", name="sale_has_order"),
        CheckConstraint("net_minor >= 0 AND price_minor >= 0", name="price"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("purchase_order.id"), index=True)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"), index=True)
    kind: Mapped[BookingKind] = mapped_column(word_enum(BookingKind))
    state: Mapped[BookingState] = mapped_column(word_enum(BookingState))
    price_minor: Mapped[int] = mapped_column(default=0)  # list price when it was booked
    net_minor: Mapped[int] = mapped_column(default=0)  # its share of what the order pays, before tax
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    slot: Mapped[Slot] = relationship(lazy="joined", innerjoin=True)
    order: Mapped[Order | None] = relationship(back_populates="bookings")
    sponsor: Mapped[Sponsor | None] = relationship()

    def move_to(self, state: BookingState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_booking_step(self.state, state)
        self.state = state
