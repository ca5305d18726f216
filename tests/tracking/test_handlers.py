"""Approved copy gets its links; a task forgets old readers."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter
from sponsorship.tracking.models import ReaderKey, TrackedLink
from sponsorship.tracking.tasks import TASKS
from tests.factories.assembly import COPY, sell_slot, write_copy
from tests.factories.inventory import slot_on
from tests.tracking.conftest import SENT_AT, Tracked


@pytest.mark.parametrize(("state", "links"), [(CreativeState.APPROVED, 2), (CreativeState.CHANGES_REQUESTED, 0)])
def test_links_are_made_when_copy_is_approved_unless_it_was_taken_back(
    session: Session, newsletter: Newsletter, now: datetime, state: CreativeState, links: int
) -> None:
    with transaction() as writing:
        booking = sell_slot(writing, slot_on(writing, newsletter, date(2026, 11, 22)), now=now)
        creative = write_copy(writing, booking, state, now=now)
        outbox.publish(writing, "creative.approved", now=now, creative_id=creative.id, booking_id=booking.id)
    outbox.deliver_due(now)
    destinations = session.scalars(select(TrackedLink.destination)).all()
    assert destinations == [COPY.link_url] * links


def test_the_task_forgets_readers_of_old_issues(session: Session, tracked: Tracked) -> None:
    with transaction() as writing:
        writing.add(ReaderKey(issue_id=tracked.issue_id, secret=b"s" * 32, created_at=SENT_AT))
    (task,) = TASKS
    task.run(SENT_AT + timedelta(days=15))
    assert session.query(ReaderKey).count() == 0
