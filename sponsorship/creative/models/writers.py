"""Links for copywriters: each opens one booking's copy, for a time, until somebody takes it back."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models import Booking
from sponsorship.core.db import Base


class WriterLink(Base):
    """A link with which somebody may write one ad and see nothing else; only the token's hash is kept."""

    __tablename__ = "writer_link"
    __table_args__ = (UniqueConstraint("token_hash"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    booking: Mapped[Booking] = relationship()

    def is_open(self, now: datetime) -> bool:
        """Whether the link opens anything now."""
        return self.revoked_at is None and now < self.expires_at
