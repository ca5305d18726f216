"""The editor's draft of an issue, an issue as it was pasted or sent, and what became of each placement in it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.assembly.rules.proof import PrintOrigin, PrintPurpose, ProofVerdict
from sponsorship.booking.models import Booking, CreditGrant
from sponsorship.core.db import Base, word_enum


class IssueDraft(Base):
    """The Markdown that the editor pasted for one issue, as it was before the sponsor blocks were filled in."""

    __tablename__ = "issue_draft"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    markdown: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]


class IssuePrint(Base):
    """A whole issue as the publisher gave it: to be checked before it goes out, or as it was sent.

    `file_name` is how it is read, by its ending; `address` is where it was fetched.
    """

    __tablename__ = "issue_print"
    __table_args__ = (UniqueConstraint("issue_id", "purpose"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    purpose: Mapped[PrintPurpose] = mapped_column(word_enum(PrintPurpose))
    origin: Mapped[PrintOrigin] = mapped_column(word_enum(PrintOrigin))
    source: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str]
    address: Mapped[str] = mapped_column(Text, default="")
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]


class PlacementProof(Base):
    """What ran of one booking, as it stood on record when the publisher proved it; `faults` are sentences.

    `grant_id` is the make-good that it opened.
    """

    __tablename__ = "placement_proof"
    __table_args__ = (UniqueConstraint("booking_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    verdict: Mapped[ProofVerdict] = mapped_column(word_enum(ProofVerdict))
    printed: Mapped[str] = mapped_column(Text)
    faults: Mapped[list[str]] = mapped_column(JSON, default=list)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("credit_grant.id"), index=True)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    booking: Mapped[Booking] = relationship(lazy="joined", innerjoin=True)
    grant: Mapped[CreditGrant | None] = relationship()
