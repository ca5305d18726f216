"""Every hit with its reason if it does not count, hourly sums, and how far the spool files have been read."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core.db import Base, word_enum
from sponsorship.tracking.rules import ExclusionReason

COUNTED = text("reason IS NULL")


class UserAgent(Base):
    """A user-agent string, kept once and referred to, until no click refers to it any more."""

    __tablename__ = "user_agent"
    __table_args__ = (UniqueConstraint("digest"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]  # SHA-256 of the text, hexadecimal
    text: Mapped[str] = mapped_column(Text)
    is_bot: Mapped[bool]


class Click(Base):
    """One hit on a tracked link; `reason` says why it does not count, None is a human click.

    `reader` and `source` are hashes with the issue's key, of address and browser and of the address alone: nobody can make
    them again once the key is deleted. `marks` are `rules.Mark` flags: what was known when the hit came.
    """

    __tablename__ = "click"
    __table_args__ = (
        Index("ix_click_link_at", "link_id", "at"),
        Index("ix_click_network_at", "network", "at", "link_id"),
        Index("ix_click_counted", "source", "at", sqlite_where=COUNTED, postgresql_where=COUNTED),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("tracked_link.id"))
    at: Mapped[datetime]
    reader: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(16))
    network: Mapped[str] = mapped_column(
        String(43)
    )  # the address cut to IPv4 /24 or IPv6 /48; "forgotten" after retention
    marks: Mapped[int] = mapped_column(SmallInteger, default=0)
    user_agent_id: Mapped[int | None] = mapped_column(ForeignKey("user_agent.id"))
    reason: Mapped[ExclusionReason | None] = mapped_column(word_enum(ExclusionReason))
    rules_version: Mapped[int]
    is_unique: Mapped[bool] = mapped_column(default=False)


class ClickHour(Base):
    """Sums per link and hour (UTC), kept with every click in the same transaction; `hits` = `human` + the hour's exclusions."""

    __tablename__ = "click_hour"
    link_id: Mapped[int] = mapped_column(ForeignKey("tracked_link.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    hits: Mapped[int] = mapped_column(default=0)
    human: Mapped[int] = mapped_column(default=0)
    unique: Mapped[int] = mapped_column(default=0)


class ClickHourExclusion(Base):
    """How many hits of a link's hour do not count for one reason; kept with ClickHour, never a row of zero."""

    __tablename__ = "click_hour_exclusion"
    link_id: Mapped[int] = mapped_column(ForeignKey("tracked_link.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    reason: Mapped[ExclusionReason] = mapped_column(word_enum(ExclusionReason), primary_key=True)
    hits: Mapped[int]


class ClickRulesUsed(Base):
    """By which version of the rules an issue's clicks were judged: one row, unless the rules changed and nobody recomputed."""

    __tablename__ = "click_rules_used"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    rules_version: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class SpoolFile(Base):
    """How far one spool file has been read: written in the transaction that keeps its clicks, so each is kept once.

    `damaged` are lines that no writer finished, `lost` are clicks whose reader was sent on while the disk took nothing.
    """

    __tablename__ = "spool_file"
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)
    damaged: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
