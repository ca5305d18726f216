"""Keeping a draft, and noting that an issue went out, by hand or when its moment has come."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.assembly.errors import DraftInvalid, NotReady
from sponsorship.assembly.models import IssueDraft
from sponsorship.assembly.services import LONGEST_DRAFT, save_draft, send_issue, send_when_due
from sponsorship.assembly.tasks import TASKS, mark_due
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingState
from sponsorship.checks.queries import open_findings_of_issue
from sponsorship.checks.rules import CheckRule
from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.core.errors import InvalidTransition
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.rules import IssueState
from tests.factories.assembly import COPY, ready_issue, ready_slot, sell_slot
from tests.factories.inventory import issue_on, slot_on

DAY = date(2026, 11, 22)
EARLIER = datetime(2026, 11, 10, 9, tzinfo=UTC)
MOMENT = datetime(2026, 11, 22, 8, tzinfo=UTC)
ODD = "\r\n# Hello\r\n\n\ttab \u2028 é 日本 🙂\rlast line without an end  "


def keep(newsletter: Newsletter, markdown: str, now: datetime, actor: str = "Ed") -> None:
    """Save a draft in a transaction of its own."""
    with transaction() as session:
        save_draft(session, issue=issue_on(session, newsletter, DAY), markdown=markdown, actor=actor, now=now)


def test_a_draft_is_kept_to_the_byte(session: Session, newsletter: Newsletter, now: datetime) -> None:
    keep(newsletter, ODD, now)
    draft = session.scalars(select(IssueDraft)).one()
    assert (draft.markdown, draft.saved_by, draft.saved_at) == (ODD, "Ed", now)


def test_what_a_new_draft_replaces_stays_on_record(session: Session, newsletter: Newsletter, now: datetime) -> None:
    keep(newsletter, "First words.", now)
    keep(newsletter, "Second words.", now, actor="Imogen")
    keep(newsletter, "Second words.", now, actor="Ed")  # the same again changes nothing
    assert session.scalars(select(IssueDraft.markdown)).all() == ["Second words."]
    acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "draft_saved").order_by(AuditEntry.id)).all()
    assert [(act.actor, act.before) for act in acts] == [
        ("Ed", None),
        ("Imogen", {"markdown": "First words.", "saved_by": "Ed"}),
    ]


def test_a_sponsor_among_the_drafts_links_is_pointed_out_until_the_link_goes(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        ready_slot(writing, slot_on(writing, newsletter, DAY, "primary"), now=now, sponsor_name="Cinderbox", copy=COPY)
    keep(newsletter, "See [the second version](https://blog.cinderbox.example/2).", now)
    found = open_findings_of_issue(session, newsletter.id, DAY)
    assert [(finding.rule, finding.other.heading) for finding in found] == [
        (CheckRule.EDITORIAL_LINK, "the second version")
    ]
    keep(newsletter, "See [somebody else](https://blog.other.example/2).", now)
    assert open_findings_of_issue(session, newsletter.id, DAY) == []


@pytest.mark.parametrize("markdown", ["", " \r\n\t", "a\x00b", "a" * (LONGEST_DRAFT + 1)])
def test_a_draft_that_is_none_is_refused_and_the_old_one_stays(
    session: Session, newsletter: Newsletter, now: datetime, markdown: str
) -> None:
    keep(newsletter, "Words.", now)
    with pytest.raises(DraftInvalid):
        keep(newsletter, markdown, now)
    assert session.scalars(select(IssueDraft.markdown)).all() == ["Words."]


def test_a_ready_issue_is_marked_as_sent_and_its_bookings_run(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        ready_issue(writing, newsletter, DAY, now=EARLIER)
    with transaction() as writing:
        send_issue(writing, issue=issue_on(writing, newsletter, DAY), actor="Ed", now=now)
    outbox.deliver_due(now)
    issue = issue_on(session, newsletter, DAY)
    assert (issue.state, issue.sent_at) == (IssueState.SENT, now)
    assert set(session.scalars(select(Booking.state))) == {BookingState.RAN}
    act = session.scalars(select(AuditEntry).where(AuditEntry.action == "sent")).one()
    assert (act.actor, act.object_type, act.object_id) == ("Ed", "issue", issue.id)


def test_an_issue_that_something_stops_is_not_marked_and_says_what(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        sell_slot(writing, slot_on(writing, newsletter, DAY), now=EARLIER)
    with pytest.raises(NotReady) as refused, transaction() as writing:
        send_issue(writing, issue=issue_on(writing, newsletter, DAY), actor="Ed", now=now)
    assert refused.value.message == "No. 812 was not marked as sent. One thing stops it: No copy for Primary."
    assert issue_on(session, newsletter, DAY).state is IssueState.PLANNED


def test_an_issue_is_sent_once(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        send_issue(writing, issue=issue_on(writing, newsletter, DAY), actor="Ed", now=now)
    with pytest.raises(InvalidTransition), transaction() as writing:
        send_issue(writing, issue=issue_on(writing, newsletter, DAY), actor="Ed", now=now)


def test_the_worker_marks_an_issue_when_its_moment_has_come_whatever_stops_it(
    session: Session, newsletter: Newsletter
) -> None:
    with transaction() as writing:
        sell_slot(writing, slot_on(writing, newsletter, DAY), now=EARLIER)
        for day in (date(2026, 11, 1), date(2026, 11, 8), date(2026, 11, 15)):
            issue_on(writing, newsletter, day).move_to(IssueState.SKIPPED)
    assert "assembly.mark_due" in {task.name for task in TASKS}
    assert mark_due(MOMENT - timedelta(seconds=1)) == 0
    assert mark_due(MOMENT) == 1
    assert mark_due(MOMENT + timedelta(minutes=1)) == 0
    assert issue_on(session, newsletter, DAY).sent_at == MOMENT
    act = session.scalars(select(AuditEntry).where(AuditEntry.action == "sent")).one()
    assert act.actor == "worker"
    states = {issue.publish_on: issue.state for issue in session.scalars(select(Issue))}
    assert states[date(2026, 11, 15)] is IssueState.SKIPPED
    assert states[date(2026, 11, 29)] is IssueState.PLANNED


def test_an_issue_that_was_sent_by_hand_is_left_alone_by_the_worker(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        issue = issue_on(session, newsletter, DAY)
        send_issue(session, issue=issue, actor="Ed", now=now)
        assert not send_when_due(session, issue_id=issue.id, now=MOMENT)
        assert issue.sent_at == now
