"""How a newsletter deals with copy, and whom it wrote to about copy that was not in."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core.db import Base, word_enum
from sponsorship.creative.rules import ChaseKind, CopyPolicy, LatePolicy


class CopySettings(Base):
    """A newsletter's rules for copy; one without a row has what CopyPolicy says."""

    __tablename__ = "copy_settings"
    __table_args__ = (CheckConstraint("late_hours BETWEEN 0 AND 168", name="late_hours"),)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), primary_key=True)
    reminder_days: Mapped[list[int]] = mapped_column(JSON)
    late_policy: Mapped[LatePolicy] = mapped_column(word_enum(LatePolicy))
    late_hours: Mapped[int]
    adds_utm: Mapped[bool]
    utm_source: Mapped[str]
    utm_medium: Mapped[str]
    utm_campaign: Mapped[str]

    @property
    def policy(self) -> CopyPolicy:
        """The row as a value."""
        return CopyPolicy(
            tuple(self.reminder_days), self.late_policy, self.late_hours, self.adds_utm, self.utm_source, self.utm_medium,
            self.utm_campaign,
        )  # fmt: skip


class CopyChase(Base):
    """One day on which a sponsor was reminded of copy, or on which the rule for late copy was carried out."""

    __tablename__ = "copy_chase"
    __table_args__ = (UniqueConstraint("booking_id", "on_day"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    on_day: Mapped[date]  # on the newsletter's calendar
    kind: Mapped[ChaseKind] = mapped_column(word_enum(ChaseKind))
    at: Mapped[datetime]
