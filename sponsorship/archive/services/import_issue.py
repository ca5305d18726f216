"""One published issue into the database, once: the issue, its sponsors, the bookings that ran, their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.archive.errors import IssueContradicts, UnreadableIssue
from sponsorship.archive.models import ArchivedIssue, ArchivedPlacement
from sponsorship.archive.queries import find_import, find_import_of_issue, first_free_number
from sponsorship.archive.rules import FoundKind, FoundPlacement, ReadIssue
from sponsorship.archive.services.newsletter import slots_for
from sponsorship.booking.models import Booking
from sponsorship.booking.services import book_archived
from sponsorship.checks.rules import CopySource
from sponsorship.checks.services import put_text
from sponsorship.core.format import long_day
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.queries import find_issue_on
from sponsorship.inventory.rules import IssueState
from sponsorship.inventory.services import add_issue
from sponsorship.sponsors.services import make_sure_of_sponsor


class ImportOutcome(StrEnum):
    """What an import did with a file."""

    IMPORTED = "imported"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class ImportedIssue:
    """The result for one file: how many bookings it gave, and how many placements are doubtful and only noted."""

    outcome: ImportOutcome
    issue: Issue
    bookings: int
    questions: int


def import_issue(
    session: Session, *, newsletter: Newsletter, read: ReadIssue, file_name: str, digest: str, now: datetime
) -> ImportedIssue:
    """Import one issue that was read; the same file (by SHA-256) a second time changes nothing.

    Raises UnreadableIssue for an issue without a date, IssueContradicts where another file or a planned issue has the
    same day or number.
    """
    known = find_import(session, newsletter.id, digest)
    if known is not None:
        return ImportedIssue(ImportOutcome.KNOWN, session.get_one(Issue, known.issue_id), 0, 0)
    if read.published_on is None:
        raise UnreadableIssue("The issue has no date, neither inside nor in the file's name.")
    issue = _issue(session, newsletter, read, read.published_on, now)
    archived = ArchivedIssue(
        newsletter_id=newsletter.id, issue_id=issue.id, file_name=file_name, digest=digest, imported_at=now
    )
    session.add(archived)
    session.flush()
    sure = [each for each in read.placements if not each.is_question]
    slots = slots_for(session, issue=issue, found=sure, now=now)
    bookings = {id(sure[index]): _book(session, slot, sure[index], now) for index, slot in slots.items()}
    for found in read.placements:
        _keep(session, archived, issue, found, _booking_of(found, read, bookings), now)
    session.flush()
    questions = sum(1 for each in read.placements if each.is_question)
    return ImportedIssue(ImportOutcome.IMPORTED, issue, len(bookings), questions)


def _issue(session: Session, newsletter: Newsletter, read: ReadIssue, day: date, now: datetime) -> Issue:
    """The issue of that day, marked as sent; made where there is none."""
    issue = find_issue_on(session, newsletter.id, day)
    if issue is not None and find_import_of_issue(session, issue.id) is not None:
        raise IssueContradicts(f"The issue of {long_day(day)} was imported from another file already.")
    if day > now.date():
        raise IssueContradicts(
            f"The issue is dated {long_day(day)}, which has not come yet: an archive holds what was sent."
        )
    if issue is None:
        number = read.issue_no if read.issue_no is not None else first_free_number(session, newsletter.id)
        other = session.scalars(
            select(Issue).where(Issue.newsletter_id == newsletter.id, Issue.number == number)
        ).one_or_none()
        if other is not None:
            raise IssueContradicts(f"There is a No. {number} already, of {long_day(other.publish_on)}.")
        issue = add_issue(session, newsletter=newsletter, number=number, day=day, title=(read.title or "")[:250])
    if issue.state is IssueState.PLANNED:
        issue.move_to(IssueState.SENT)
        issue.sent_at = issue.publish_at
    session.flush()
    return issue


def _book(session: Session, slot: Slot, found: FoundPlacement, now: datetime) -> Booking:
    sponsor = None
    if found.sponsor:
        sponsor = make_sure_of_sponsor(
            session, newsletter_id=slot.issue.newsletter_id, name=found.sponsor[:250], now=now
        )
    return book_archived(session, slot=slot, sponsor=sponsor, now=now)


def _booking_of(found: FoundPlacement, read: ReadIssue, bookings: Mapping[int, Booking]) -> Booking | None:
    """The booking of a placement; an echo at the foot belongs to the placement that it repeats."""
    if found.slot is not FoundKind.FOOTER_REPEAT:
        return bookings.get(id(found))
    place = read.placements.index(found)
    for pair in read.duplicates:
        if place in (pair.first, pair.second):
            other = read.placements[pair.first if pair.second == place else pair.second]
            if id(other) in bookings:
                return bookings[id(other)]
    return None


def _keep(
    session: Session,
    archived: ArchivedIssue,
    issue: Issue,
    found: FoundPlacement,
    booking: Booking | None,
    now: datetime,
) -> None:
    row = ArchivedPlacement(
        archived_issue_id=archived.id, booking_id=booking.id if booking else None, slot_word=found.slot.value,
        sponsor_name=found.sponsor, heading=found.heading, body=found.body, url=found.url, line_start=found.line_start,
        line_end=found.line_end, is_house=found.house, confidence=found.confidence,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if booking is None or found.slot is FoundKind.FOOTER_REPEAT:
        return
    put_text(
        session, newsletter_id=issue.newsletter_id, source=CopySource.ARCHIVE, source_id=row.id, issue_number=issue.number,
        publish_on=issue.publish_on, placement_name=booking.slot.name, sponsor_id=booking.sponsor_id,
        sponsor_name=found.sponsor or "", heading="", body=found.body, url=found.url or "", now=now,
    )  # fmt: skip
