"""One-off exceptions to the rhythm, as far as they concern issues alone: extra issues, moved and skipped days, new numbers."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.core.errors import DomainError
from sponsorship.core.format import long_day
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Issue, Newsletter, RhythmException
from sponsorship.inventory.queries import find_issue_on, last_issue_number
from sponsorship.inventory.rules import IssueState, RhythmChange, local_moment
from sponsorship.inventory.services.issues import add_issue, make_slots, today_of


def note_skipped(session: Session, *, issue: Issue, reason: str) -> None:
    """Mark an issue as skipped, and its day as an exception, so that planning does not bring it back."""
    issue.move_to(IssueState.SKIPPED)
    row = _exception_of(session, issue)
    if row is not None and row.change is not RhythmChange.SKIPPED:  # moved before, or extra: the day is simply off now
        session.delete(row)
        session.flush()
        row = None
    day = row.on_day if row else issue.publish_on
    row = row or _new_exception(session, issue.newsletter_id, day, RhythmChange.SKIPPED)
    row.reason = reason
    session.flush()


def note_restored(session: Session, *, issue: Issue) -> None:
    """Put a skipped issue back on its day."""
    issue.move_to(IssueState.PLANNED)
    row = _exception_on(session, issue.newsletter_id, issue.publish_on)
    if row is not None and row.change is RhythmChange.SKIPPED:
        session.delete(row)
    session.flush()


def note_moved(session: Session, *, issue: Issue, day: date, reason: str, now: datetime) -> None:
    """Give an issue another day, at the newsletter's time; raises DomainError for a day that is past or has an issue."""
    check_free_day(session, newsletter=issue.newsletter, day=day, now=now)
    row = _exception_of(session, issue)
    if row is None:
        row = _new_exception(session, issue.newsletter_id, issue.publish_on, RhythmChange.MOVED)
    if row.change is RhythmChange.EXTRA:
        row.on_day = day
    else:
        row.moved_to = day
    row.reason = reason
    issue.publish_on = day
    issue.publish_at = local_moment(day, issue.newsletter.publish_time, issue.newsletter.timezone)
    session.flush()


def add_extra_issue(
    session: Session, *, newsletter: Newsletter, day: date, title: str = "", reason: str = "", actor: str, now: datetime
) -> Issue:
    """Plan an issue that the rhythm does not give, with its slots; the planned issues after it count one on."""
    check_free_day(session, newsletter=newsletter, day=day, now=now)
    known = _exception_on(session, newsletter.id, day)
    if known is not None:  # a day that was skipped, or moved away from, gets an issue after all
        session.delete(known)
        session.flush()
    _new_exception(session, newsletter.id, day, RhythmChange.EXTRA).reason = clean_line(reason)
    number = _make_room(session, newsletter, day)
    issue = add_issue(session, newsletter=newsletter, number=number, day=day, title=clean_line(title))
    make_slots(session, issue=issue, placements=newsletter.placements)
    record_act(
        session, actor=actor, action="extra_issue_added", object_type="issue", object_id=issue.id,
        newsletter_id=newsletter.id, now=now, after={"day": day.isoformat(), "number": number, "title": issue.title},
    )  # fmt: skip
    return issue


def check_free_day(session: Session, *, newsletter: Newsletter, day: date, now: datetime) -> None:
    """Raise DomainError where an issue cannot come out on that day: it is over, or has one."""
    if local_moment(day, newsletter.publish_time, newsletter.timezone) <= now or day <= today_of(newsletter, now):
        raise DomainError(f"{long_day(day)} is not a day to come.")
    if find_issue_on(session, newsletter.id, day) is not None:
        raise DomainError(f"There is an issue on {long_day(day)} already.")


def _make_room(session: Session, newsletter: Newsletter, day: date) -> int:
    """Return the number that an issue of that day gets; the later ones, none of them sent, are counted one on."""
    query = select(Issue).where(Issue.newsletter_id == newsletter.id, Issue.publish_on > day)
    later = list(session.scalars(query.order_by(Issue.number.desc()).with_for_update(of=Issue)))
    if not later or any(issue.state is IssueState.SENT for issue in later):
        return (last_issue_number(session, newsletter.id) or newsletter.first_issue_number - 1) + 1
    number = min(issue.number for issue in later)
    for issue in later:  # from the highest down, so that no two have one number at any moment
        issue.number += 1
        session.flush()
    return number


def _exception_of(session: Session, issue: Issue) -> RhythmException | None:
    """The exception that gave an issue its day: it is extra, or was moved there; None where the rhythm gave it."""
    query = select(RhythmException).where(RhythmException.newsletter_id == issue.newsletter_id)
    moved = session.scalars(query.where(RhythmException.moved_to == issue.publish_on)).first()
    return moved or _exception_on(session, issue.newsletter_id, issue.publish_on)


def _exception_on(session: Session, newsletter_id: int, day: date) -> RhythmException | None:
    query = select(RhythmException).where(RhythmException.newsletter_id == newsletter_id, RhythmException.on_day == day)
    return session.scalars(query).one_or_none()


def _new_exception(session: Session, newsletter_id: int, day: date, change: RhythmChange) -> RhythmException:
    row = _exception_on(session, newsletter_id, day)
    if row is None:
        row = RhythmException(newsletter_id=newsletter_id, on_day=day, reason="")
        session.add(row)
    row.change, row.moved_to = change, None
    return row
