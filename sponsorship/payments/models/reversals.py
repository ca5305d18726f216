"""Money that goes the other way: credit notes, money kept for a sponsor, disputes, and what a person has to look at."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models import Order
from sponsorship.core.db import Base, word_enum
from sponsorship.payments.rules.reversals import STANDING_DISPUTES, DisputeState, TaskKind
from sponsorship.sponsors.models import Sponsor


class CreditNoteSequence(Base):
    """The last number of a credit note in a newsletter's year."""

    __tablename__ = "credit_note_sequence"
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class CreditNote(Base):
    """What was taken off an invoice, and why; `printed` is what stands on the paper."""

    __tablename__ = "credit_note"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "number"),
        UniqueConstraint("key"),
        Index("ix_credit_note_order", "order_id"),
        CheckConstraint("net_minor >= 0 AND tax_minor >= 0", name="amount"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]  # its cause: the same form sent twice, or the same event, credits once
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    number: Mapped[str]  # CN-2026-0003
    currency: Mapped[str]
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    net_by_booking: Mapped[dict[str, int]] = mapped_column(JSON)
    reason: Mapped[str]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    actor: Mapped[str]
    printed: Mapped[dict[str, Any]] = mapped_column(JSON)
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)

    @property
    def total_minor(self) -> int:
        """Net and tax."""
        return self.net_minor + self.tax_minor


class KeptMoney(Base):
    """Money that came in and pays for nothing yet: too much, too late, or kept after a cancellation."""

    __tablename__ = "kept_money"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("left_minor >= 0 AND left_minor <= amount_minor", name="left"),
        Index("ix_kept_money_sponsor", "sponsor_id", "currency"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), index=True)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"))
    currency: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    left_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    created_at: Mapped[datetime]
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)
    sponsor: Mapped[Sponsor | None] = relationship()


class Dispute(Base):
    """A payment that its buyer's bank questions or takes back."""

    __tablename__ = "dispute"
    __table_args__ = (
        UniqueConstraint("provider_id"),
        Index("ix_dispute_order", "order_id", "state"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), index=True)
    state: Mapped[DisputeState] = mapped_column(word_enum(DisputeState))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str]
    reason: Mapped[str]
    is_refundable: Mapped[bool] = mapped_column(default=False)
    is_money_gone: Mapped[bool] = mapped_column(default=False)  # taken, and not given back
    evidence_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_standing(self) -> bool:
        """Whether it is not decided yet."""
        return self.state in STANDING_DISPUTES


class MoneyTask(Base):
    """Something about money that a person has to look at; `key` names its cause, so that it is asked once."""

    __tablename__ = "money_task"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_money_task_open", "newsletter_id", "done_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    kind: Mapped[TaskKind] = mapped_column(word_enum(TaskKind))
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), index=True)
    sentence: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)
