"""Demand beyond what is for sale: promises made on slots, challenges to them, and the waiting list."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models.orders import Booking
from sponsorship.booking.rules import (
    ChallengeState,
    PromiseKind,
    WaitingState,
    check_challenge_step,
    check_waiting_step,
)
from sponsorship.core.db import Base, word_enum
from sponsorship.core.format import day, long_day
from sponsorship.inventory.models import Issue, Newsletter, Placement
from sponsorship.sponsors.models import Sponsor


class Waiting(Base):
    """Somebody who waits for a placement in one issue, or in any issue of a range of days; `rank` is the place in line.

    Without a placement any of them will do. `token` opens the page on which one leaves.
    """

    __tablename__ = "waiting"
    __table_args__ = (
        UniqueConstraint("token"),
        Index("ix_waiting_line", "newsletter_id", "state", "rank"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"))
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    rank: Mapped[int]
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"))
    company: Mapped[str]
    contact_name: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(index=True)
    message: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[WaitingState] = mapped_column(word_enum(WaitingState), default=WaitingState.WAITING)
    joined_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    newsletter: Mapped[Newsletter] = relationship(lazy="joined", innerjoin=True)
    issue: Mapped[Issue | None] = relationship()
    placement: Mapped[Placement | None] = relationship()
    sponsor: Mapped[Sponsor | None] = relationship()

    @property
    def wish(self) -> str:
        """What is waited for: "Primary on Sun 13 Dec", "any placement, Sun 6 Dec 2026 to Sun 31 Jan 2027"."""
        what = self.placement.name if self.placement else "any placement"
        if self.issue is not None:
            return f"{what} on {day(self.issue.publish_on)}"
        return f"{what}, {long_day(self.first_day)} to {long_day(self.last_day)}"

    @property
    def is_wide(self) -> bool:
        """Whether more than one slot could satisfy it."""
        return self.issue_id is None or self.placement is None or self.placement.capacity > 1

    def move_to(self, state: WaitingState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_waiting_step(self.state, state)
        self.state = state


class Promise(Base):
    """Why a held booking without an order is kept, for whom, and the link with which it is taken or let go.

    The booking has the slot, the price and the end; here stands what only a promise has.
    """

    __tablename__ = "promise"
    __table_args__ = (UniqueConstraint("token"), UniqueConstraint("booking_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    kind: Mapped[PromiseKind] = mapped_column(word_enum(PromiseKind))
    waiting_id: Mapped[int | None] = mapped_column(ForeignKey("waiting.id"), index=True)
    contact_name: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    booking: Mapped[Booking] = relationship(lazy="joined", innerjoin=True)
    waiting: Mapped[Waiting | None] = relationship(lazy="joined")


class Challenge(Base):
    """Another buyer is ready: the holder answers until `answer_until`; `promised_until` is what stood before."""

    __tablename__ = "challenge"
    __table_args__ = (
        Index("ix_challenge_promise_id", "promise_id"),
        Index("ix_challenge_challenger_id", "challenger_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"))
    challenger_id: Mapped[int] = mapped_column(ForeignKey("waiting.id"))
    state: Mapped[ChallengeState] = mapped_column(word_enum(ChallengeState), default=ChallengeState.OPEN)
    opened_at: Mapped[datetime]
    answer_until: Mapped[datetime]
    promised_until: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    promise: Mapped[Promise] = relationship(lazy="joined", innerjoin=True)
    challenger: Mapped[Waiting] = relationship(lazy="joined", innerjoin=True)

    def move_to(self, state: ChallengeState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_challenge_step(self.state, state)
        self.state = state
