"""Orders and bookings. Whoever takes a slot, for whatever reason, is one row of `booking`, and the index lets in one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
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
from sponsorship.sponsors.models import Category, Sponsor

OCCUPIED = "state IN ('held', 'confirmed', 'ran')"


class Order(Base):
    """One purchase of one or more slots. `token` opens its pages to whoever holds the link."""

    __tablename__ = "purchase_order"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("newsletter_id", "number"),
        Index("ix_purchase_order_open", "state", "held_until"),
        Index("ix_purchase_order_holder", "holder_key", "state"),
        Index("ix_purchase_order_browser", "browser_key", "state"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    number: Mapped[str]  # IO-2026-0147
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"), index=True)  # who bought it for the sponsor
    exclusive_category_id: Mapped[int | None] = mapped_column(
        ForeignKey("category.id")
    )  # what no rival in it is sold for
    moves_order_id: Mapped[int | None] = mapped_column(ForeignKey("purchase_order.id"), index=True)  # see Booking.moves
    state: Mapped[OrderState] = mapped_column(word_enum(OrderState))
    payment_method: Mapped[PaymentMethod | None] = mapped_column(word_enum(PaymentMethod))
    currency: Mapped[str]
    list_minor: Mapped[int]
    discount_label: Mapped[str] = mapped_column(default="")
    discount_minor: Mapped[int] = mapped_column(default=0)
    net_minor: Mapped[int]
    tax_minor: Mapped[int] = mapped_column(default=0)
    promo_code_id: Mapped[int | None] = mapped_column(ForeignKey("promo_code.id"), index=True)
    holder_key: Mapped[str | None]  # a keyed hash of the network address, for the limits on what is held unpaid
    browser_key: Mapped[str | None]  # the same of the browser's session
    contact_name: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="", index=True)
    purchase_order_number: Mapped[str] = mapped_column(default="")
    terms_version: Mapped[int | None]
    terms_accepted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    requested_at: Mapped[datetime | None]  # the sponsor asked for it, and the publisher approves first
    approved_at: Mapped[datetime | None]  # the publisher accepted the sponsor
    proposed_at: Mapped[datetime | None]  # the publisher prepared it, and the sponsor has a link
    reminded_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]  # the sponsor took what was proposed, promised or offered
    is_first_refusal: Mapped[bool] = mapped_column(
        default=False
    )  # a renewal: nobody else may have these slots meanwhile
    message: Mapped[str] = mapped_column(
        Text, default=""
    )  # the sponsor's with a request, the publisher's with a proposal
    held_until: Mapped[datetime | None]
    is_extended: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    newsletter: Mapped[Newsletter] = relationship(lazy="joined", innerjoin=True)
    sponsor: Mapped[Sponsor | None] = relationship(lazy="joined", foreign_keys=[sponsor_id])
    exclusive_category: Mapped[Category | None] = relationship()
    agency: Mapped[Sponsor | None] = relationship(foreign_keys=[agency_id])
    bookings: Mapped[list["Booking"]] = relationship(back_populates="order", order_by="Booking.id")
    promo_code: Mapped[PromoCode | None] = relationship()
    price_lines: Mapped[list["OrderPriceLine"]] = relationship(
        order_by="OrderPriceLine.position", cascade="all, delete-orphan"
    )

    @property
    def total_minor(self) -> int:
        """What is to be paid, tax included."""
        return self.net_minor + self.tax_minor

    @property
    def payer(self) -> Sponsor | None:
        """Who is billed: the agency that booked, else the sponsor itself."""
        return self.agency or self.sponsor

    @property
    def held_slots(self) -> int:
        """How many slots it holds and has not paid."""
        return sum(booking.state is BookingState.HELD for booking in self.bookings)

    def held_since(self, now: datetime) -> datetime:
        """From when the 90 minutes of a hold count that a payment page `now` opened may last.

        From the first hold where the buyer made it; from now where the publisher or the waiting list gave more time before.
        """
        is_given = self.proposed_at or self.approved_at or self.accepted_at
        return now if is_given else self.created_at

    @property
    def is_open_proposal(self) -> bool:
        """Whether the publisher prepared it and the sponsor has not answered."""
        return self.state is OrderState.HELD and self.proposed_at is not None and self.accepted_at is None

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
    """One slot taken: sold, held, blocked, filled by a house ad, or known from the archive.

    A booking that moves keeps its row, so copy, links and money stay with it. A *claim* (`moves_id`) holds a dearer slot
    for the booking `moves` while the difference is paid, in an order of its own.
    """

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
    moves_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    kind: Mapped[BookingKind] = mapped_column(word_enum(BookingKind))
    state: Mapped[BookingState] = mapped_column(word_enum(BookingState))
    price_minor: Mapped[int] = mapped_column(default=0)  # list price when it was booked, or moved
    net_minor: Mapped[int] = mapped_column(default=0)  # what is paid for it, before tax; a move's difference included
    credited_minor: Mapped[int] = mapped_column(default=0)  # of it, what moves to cheaper places gave back
    is_exclusive: Mapped[bool] = mapped_column(default=False)  # sold with: no rival in the same issue
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    slot: Mapped[Slot] = relationship(lazy="joined", innerjoin=True)
    order: Mapped[Order | None] = relationship(back_populates="bookings")
    sponsor: Mapped[Sponsor | None] = relationship()
    moves: Mapped["Booking | None"] = relationship(remote_side=[id])

    @property
    def money_id(self) -> int:
        """The booking that the money paid for this row belongs to: a claim's is that of the booking which moves in."""
        return self.moves_id or self.id

    def move_to(self, state: BookingState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_booking_step(self.state, state)
        self.state = state
