"""The corpus: texts and links that were or will be printed, and what was found when they were compared."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.checks.rules import (
    CheckRule,
    CopySource,
    FindingState,
    LinkVerdict,
    Passage,
    Probe,
    Reader,
    Severity,
    Telling,
    tell,
)
from sponsorship.core.db import Base, word_enum


class CorpusText(Base):
    """One placement's text in one issue; an echo is the same row, for it is the same placement."""

    __tablename__ = "corpus_text"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        Index("ix_corpus_text_issue", "newsletter_id", "publish_on"),
        Index("ix_corpus_text_destination", "newsletter_id", "destination"),
        Index(
            "ix_corpus_text_unindexed", "id", sqlite_where=text("words IS NULL"), postgresql_where=text("words IS NULL")
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    source: Mapped[CopySource] = mapped_column(word_enum(CopySource))
    source_id: Mapped[int]  # the creative's id, or the archived placement's
    issue_number: Mapped[int]
    publish_on: Mapped[date]
    placement_name: Mapped[str]
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("sponsor.id"), index=True)
    sponsor_name: Mapped[str]
    heading: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)  # plain text, markup stripped
    url: Mapped[str] = mapped_column(Text)
    destination: Mapped[str] = mapped_column(Text)  # the link as it is compared: core.urls.normal_url
    words: Mapped[str | None] = mapped_column(Text)  # as similarity.spell gives them; None until they are indexed
    withdrawn_at: Mapped[datetime | None]  # it will not be printed after all: compared with nothing

    @property
    def passage(self) -> Passage:
        """The text as a value, to be compared."""
        return Passage(
            newsletter_id=self.newsletter_id,
            source=self.source,
            source_id=self.source_id,
            issue_number=self.issue_number,
            publish_on=self.publish_on,
            placement_name=self.placement_name,
            sponsor_id=self.sponsor_id,
            sponsor_name=self.sponsor_name,
            heading=self.heading,
            body=self.body,
            url=self.url,
            destination=self.destination,
        )


class CopyBand(Base):
    """One band of a text's signature (rules/signature.py): texts that share one are worth comparing."""

    __tablename__ = "copy_band"
    __table_args__ = (Index("ix_copy_band_text", "text_id"), {"sqlite_with_rowid": False})
    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    text_id: Mapped[int] = mapped_column(ForeignKey("corpus_text.id"), primary_key=True, autoincrement=False)


class LinkCheck(Base):
    """What came of following one address, whoever's copy it stands in; `due_at` is None while nobody asks again."""

    __tablename__ = "link_check"
    __table_args__ = (
        UniqueConstraint("url_hash"),
        Index("ix_link_check_due", "due_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    url_hash: Mapped[str]
    url: Mapped[str] = mapped_column(Text)
    verdict: Mapped[LinkVerdict] = mapped_column(word_enum(LinkVerdict))
    status: Mapped[int | None]
    final_url: Mapped[str] = mapped_column(Text, default="")
    hops: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]

    @property
    def probe(self) -> Probe:
        """The row as a value."""
        return Probe(self.verdict, self.status, self.final_url, self.hops, self.detail)


class CheckSetting(Base):
    """A rule as a newsletter wants it; one without a row has the rule's default."""

    __tablename__ = "check_setting"
    __table_args__ = (
        CheckConstraint("issues BETWEEN 0 AND 52", name="issues"),
        CheckConstraint("days BETWEEN 0 AND 365", name="days"),
        CheckConstraint("likeness BETWEEN 40 AND 95", name="likeness"),
    )
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"), primary_key=True)
    rule: Mapped[CheckRule] = mapped_column(word_enum(CheckRule), primary_key=True)
    is_on: Mapped[bool]
    issues: Mapped[int]
    days: Mapped[int]
    likeness: Mapped[int]


class Finding(Base):
    """What a rule found between two texts, with the sentence that says so; `fingerprint` tells a new one from a waived."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("text_id", "fingerprint"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("corpus_text.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("corpus_text.id"), index=True)
    rule: Mapped[CheckRule] = mapped_column(word_enum(CheckRule))
    severity: Mapped[Severity] = mapped_column(word_enum(Severity))
    title: Mapped[str]
    sentence: Mapped[str] = mapped_column(Text)
    likeness: Mapped[float] = mapped_column(default=1.0)  # share of the copy in common, 0 to 1
    fingerprint: Mapped[str]
    state: Mapped[FindingState] = mapped_column(word_enum(FindingState))
    found_at: Mapped[datetime]
    waived_by: Mapped[str | None]
    waived_reason: Mapped[str | None] = mapped_column(Text)
    waived_at: Mapped[datetime | None]
    text: Mapped[CorpusText] = relationship(foreign_keys=[text_id])
    other: Mapped[CorpusText] = relationship(foreign_keys=[other_id], lazy="joined", innerjoin=True)

    def told_to(self, reader: Reader, today: date) -> Telling:
        """Return title and sentence for a reader; `title` and `sentence` are what the sponsor was told when it was found."""
        return tell(self.rule, self.text.passage, self.other.passage, self.likeness, today=today, reader=reader)
