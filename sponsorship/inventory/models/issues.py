"""Newsletters, their rhythm, placements, issues and slots: what there is to sell."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.core.db import Base, word_enum
from sponsorship.core.flatplan import Drawing, Spot, draw_place, draw_specimen
from sponsorship.core.text import LimitUnit
from sponsorship.inventory.rules import (
    Deadlines,
    IssueState,
    PlacementKind,
    RhythmChange,
    SponsorApproval,
    check_issue_step,
    deadlines,
    price_on,
)


class Newsletter(Base):
    """A title with its own list, schedule, rate card, storefront and team."""

    __tablename__ = "newsletter"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("horizon_weeks BETWEEN 1 AND 104", name="horizon"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    tagline: Mapped[str] = mapped_column(default="")
    introduction: Mapped[str] = mapped_column(Text, default="")
    publisher_name: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str]
    currency: Mapped[str]
    rhythm_rule: Mapped[str]  # RFC 5545, e.g. FREQ=WEEKLY;BYDAY=SU
    rhythm_start: Mapped[date]
    publish_time: Mapped[time]
    first_issue_number: Mapped[int] = mapped_column(default=1)
    horizon_weeks: Mapped[int] = mapped_column(default=26)
    readers: Mapped[int | None]
    readers_on: Mapped[date | None]
    open_rate_basis_points: Mapped[int | None]
    audience_note: Mapped[str] = mapped_column(default="")
    terms: Mapped[str] = mapped_column(Text, default="")
    terms_version: Mapped[int] = mapped_column(default=1)
    invoice_days: Mapped[int] = mapped_column(default=14)
    sponsor_approval: Mapped[SponsorApproval] = mapped_column(
        word_enum(SponsorApproval), default=SponsorApproval.NOBODY
    )
    created_at: Mapped[datetime]
    placements: Mapped[list["Placement"]] = relationship(back_populates="newsletter", order_by="Placement.position")
    audience: Mapped[list["AudienceShare"]] = relationship(order_by="AudienceShare.position")


class AudienceShare(Base):
    """One line of the media kit: a group of readers and its share."""

    __tablename__ = "audience_share"
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), index=True)
    position: Mapped[int]
    label: Mapped[str]
    share_percent: Mapped[int]


class RhythmException(Base):
    """An issue that the rhythm would give and that is skipped or moved, or an extra one; days on the newsletter's calendar."""

    __tablename__ = "rhythm_exception"
    __table_args__ = (UniqueConstraint("newsletter_id", "on_day"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    on_day: Mapped[date]
    change: Mapped[RhythmChange] = mapped_column(word_enum(RhythmChange))
    moved_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="")


class Placement(Base):
    """A named spot in an issue, with its price, limits and deadlines; `position` is its order in the issue, from 1."""

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "key"),
        CheckConstraint("capacity BETWEEN 1 AND 12", name="capacity"),
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("horizon_weeks BETWEEN 1 AND 104", name="horizon"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[PlacementKind] = mapped_column(word_enum(PlacementKind))
    position: Mapped[int]
    capacity: Mapped[int] = mapped_column(default=1)
    price_minor: Mapped[int]
    description: Mapped[str] = mapped_column(default="")
    printed_heading: Mapped[str]  # what the newsletter prints above the block: "Sponsor"
    heading_limit: Mapped[int]
    body_limit: Mapped[int]
    limit_unit: Mapped[LimitUnit] = mapped_column(word_enum(LimitUnit), default=LimitUnit.WORDS)
    lead_days: Mapped[int]
    lead_time: Mapped[time]
    copy_due_days: Mapped[int]
    copy_due_time: Mapped[time]
    is_echoed: Mapped[bool] = mapped_column(default=False)
    horizon_weeks: Mapped[int | None]  # how far ahead it can be bought; None: as far as issues are planned
    fills_with_house: Mapped[bool] = mapped_column(default=False)  # at lead time, what is unsold gets the house ad
    house_ad: Mapped[str] = mapped_column(default="")
    retired_at: Mapped[datetime | None]
    newsletter: Mapped[Newsletter] = relationship(back_populates="placements")
    price_changes: Mapped[list["PlacementPrice"]] = relationship(order_by="PlacementPrice.starts_on")

    def price_on(self, day: date) -> int:
        """The list price of an issue of that day, minor units."""
        return price_on(
            day, self.price_minor, [(change.starts_on, change.price_minor) for change in self.price_changes]
        )

    @property
    def specimen(self) -> Drawing:
        """An issue drawn large with all of this placement's spots lit, for the rate card."""
        spots = spots_of(self.newsletter)
        return draw_specimen([spot for _, _, spot in spots], [i for i, spot in enumerate(spots) if spot[0] is self])


class PlacementPrice(Base):
    """A change of a placement's list price: it holds for issues of that day and later, until the next change."""

    __tablename__ = "placement_price"
    __table_args__ = (
        UniqueConstraint("placement_id", "starts_on"),
        CheckConstraint("price_minor >= 0", name="price"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))
    starts_on: Mapped[date]
    price_minor: Mapped[int]


class Issue(Base):
    """One dated send. `publish_on` is the day on the newsletter's calendar, `publish_at` the moment."""

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "number"),
        UniqueConstraint("newsletter_id", "publish_on"),
        Index("ix_issue_publish_at", "publish_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    publish_on: Mapped[date]
    publish_at: Mapped[datetime]
    state: Mapped[IssueState] = mapped_column(word_enum(IssueState), default=IssueState.PLANNED)
    sent_at: Mapped[datetime | None]
    newsletter: Mapped[Newsletter] = relationship(lazy="joined", innerjoin=True)
    slots: Mapped[list["Slot"]] = relationship(back_populates="issue")

    @property
    def ran_at(self) -> datetime:
        """When readers had it first: as planned, or earlier where it was marked as sent before that."""
        return min(self.publish_at, self.sent_at or self.publish_at)

    def move_to(self, state: IssueState) -> None:
        """Step to another state; raises InvalidTransition where the table has no such step."""
        check_issue_step(self.state, state)
        self.state = state


class Slot(Base):
    """One sellable unit of a placement in one issue; capacity is the number of these rows."""

    __tablename__ = "slot"
    __table_args__ = (UniqueConstraint("issue_id", "placement_id", "ordinal"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), index=True)
    ordinal: Mapped[int]
    issue: Mapped[Issue] = relationship(back_populates="slots", lazy="joined", innerjoin=True)
    placement: Mapped[Placement] = relationship(lazy="joined", innerjoin=True)

    @property
    def deadlines(self) -> Deadlines:
        """When this slot is published, its copy due and its sale over."""
        placement = self.placement
        return deadlines(
            self.issue.publish_at,
            self.issue.newsletter.timezone,
            copy_due_days=placement.copy_due_days,
            copy_due_time=placement.copy_due_time,
            lead_days=placement.lead_days,
            lead_time=placement.lead_time,
        )

    @property
    def list_price_minor(self) -> int:
        """What the slot costs before any price rule, by its issue's date."""
        return self.placement.price_on(self.issue.publish_on)

    @property
    def bookable_from(self) -> date | None:
        """The first day on which it can be bought, on the newsletter's calendar; None where there is no horizon."""
        weeks = self.placement.horizon_weeks
        return None if weeks is None else self.issue.publish_on - timedelta(weeks=weeks)

    @property
    def place(self) -> Drawing:
        """An issue drawn small with this slot's spot lit."""
        spots, own = spots_of(self.placement.newsletter), (self.placement, self.ordinal)
        return draw_place([spot for _, _, spot in spots], [i for i, spot in enumerate(spots) if spot[:2] == own])

    @property
    def name(self) -> str:
        """The placement, with a letter where there are several: "Classified B"."""
        several = self.placement.capacity > 1 or self.ordinal > 1
        return f"{self.placement.name} {chr(64 + self.ordinal)}" if several else self.placement.name


def spots_of(newsletter: Newsletter) -> list[tuple[Placement, int, Spot]]:
    """Return the spots of an issue as the newsletter sells it now, in print order: placement, ordinal, what to draw."""
    return [
        (placement, ordinal, Spot(placement.kind.value, "off", placement.is_echoed))
        for placement in newsletter.placements
        if placement.retired_at is None
        for ordinal in range(1, placement.capacity + 1)
    ]
