"""Approved copy gets its links; a task forgets old readers."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter
from sponsorship.tracking.fastlane.book import write_snapshot
from sponsorship.tracking.models import ReaderKey, TrackedLink
from sponsorship.tracking.queries import link_book
from sponsorship.tracking.tasks import make_tasks
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
    of_booking = select(TrackedLink.destination).where(TrackedLink.booking_id.is_not(None))
    assert session.scalars(of_booking).all() == [COPY.link_url] * links
    traps = select(TrackedLink.destination).where(TrackedLink.booking_id.is_(None))
    assert [url.rsplit("/", 1)[1] for url in session.scalars(traps)] == [newsletter.slug][:links]


def test_the_task_forgets_readers_of_old_issues_on_disk_as_well(app: Flask, session: Session, tracked: Tracked) -> None:
    settings = app.config["SETTINGS"]
    book = link_book(session, None)
    assert book is not None and book.keys[tracked.issue_id]
    write_snapshot(settings.spool_dir / "links.json", book)
    session.rollback()
    (task,) = (task for task in make_tasks(settings) if task.name == "tracking.forget_readers")
    task.run(SENT_AT + timedelta(days=15))
    assert session.query(ReaderKey).count() == 0
    assert not (settings.spool_dir / "links.json").exists()
    again = link_book(session, book.generation)
    assert again is not None and again.keys == {} and len(again.late_key) == 32
