"""Slots as they are shown, read from both databases in a fixed number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from sponsorship.assembly.queries import SlotView, list_issue_views, list_slot_views
from sponsorship.booking.rules import SlotState
from sponsorship.booking.services import block_slot, release_booking, run_bookings
from sponsorship.core.db import db, transaction
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.tracking.models import ClickHour, TrackedLink
from sponsorship.tracking.rules import LinkPosition
from tests.factories.assembly import hold_slot, sell_slot, write_copy
from tests.factories.inventory import slot_on

OCTOBER = datetime(2026, 10, 20, 9, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 1), date(2027, 2, 28)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def read_everything(views: list[SlotView]) -> None:
    """Touch what a page shows, so that a query hidden behind a relationship is counted too."""
    for view in views:
        _ = (view.slot.name, view.issue.newsletter.name, view.placement.name, view.note)
        _ = view.booking and (view.booking.slot, view.booking.sponsor, view.booking.order)
        _ = view.order and (view.order.sponsor, view.order.newsletter)
        _ = view.creative and view.creative.booking
        _ = view.invoice and view.invoice.order


def test_slots_come_by_date_position_and_ordinal(session: Session, newsletter: Newsletter, now: datetime) -> None:
    views = list_slot_views(session, newsletter, date(2026, 11, 22), date(2026, 11, 29), now)
    assert [(view.issue.number, view.slot.name) for view in views] == [
        (812, "Primary"), (812, "Sponsored"), (812, "Classified A"), (812, "Classified B"),
        (813, "Primary"), (813, "Sponsored"), (813, "Classified A"), (813, "Classified B"),
    ]  # fmt: skip
    assert {view.state for view in views} == {SlotState.OPEN}
    assert [view.price_minor for view in views[:4]] == [165_000, 85_000, 30_000, 30_000]


def test_a_slot_shows_its_copy_and_its_debt(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        slot = slot_on(writing, newsletter, date(2026, 11, 22), "classified", 2)
        booking = sell_slot(
            writing, slot, now=now, sponsor_name="Peat Systems", due_on=date(2026, 11, 29), paid_minor=10_000
        )
        write_copy(writing, booking, CreativeState.APPROVED, now=now)
    view = next(view for view in list_issue_views(session, slot.issue, now) if view.booking)
    assert (view.slot.name, view.sponsor_name, view.state) == ("Classified B", "Peat Systems", SlotState.APPROVED)
    assert view.is_unpaid_besides
    assert view.note == "Invoice due 29 Nov"
    assert view.money is not None
    assert (view.money.booked_minor, view.money.collected_minor, view.money.outstanding_minor) == (
        30_000, 10_000, 20_000,
    )  # fmt: skip


def test_a_released_booking_leaves_its_slot_open(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        slot = slot_on(writing, newsletter, date(2026, 12, 6))
        booking = hold_slot(writing, slot, now=now)
        release_booking(writing, booking=booking, actor="Imogen Hale", now=now)
    view = list_issue_views(session, slot.issue, now)[0]
    assert (view.state, view.booking, view.sponsor_name) == (SlotState.OPEN, None, "")


def test_clicks_of_head_and_foot_are_added_up(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        slot = slot_on(writing, newsletter, date(2026, 11, 8))
        booking = sell_slot(writing, slot, now=OCTOBER)
        mark_issue_sent(writing, issue=slot.issue, now=slot.issue.publish_at)
        run_bookings(writing, issue=slot.issue, now=now)
        for position, human in ((LinkPosition.HEAD, 201), (LinkPosition.FOOT, 100)):
            link = TrackedLink(
                token=f"t-{position}", booking_id=booking.id, issue_id=slot.issue_id, position=position,
                destination="https://cinderbox.example", created_at=now,
            )  # fmt: skip
            writing.add(link)
            writing.flush()
            writing.add(ClickHour(link_id=link.id, hour=now, hits=human * 2, human=human, unique=human))
    view = list_issue_views(session, slot.issue, now)[0]
    assert (view.state, view.clicks, view.note) == (SlotState.RAN, 301, "301 clicks")


def test_the_number_of_queries_does_not_grow_with_the_issues(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        days = [date(2026, 11, 8) + timedelta(weeks=week) for week in range(12)]
        for number, day in enumerate(days):
            slot = slot_on(writing, newsletter, day)
            booking = sell_slot(
                writing, slot, now=OCTOBER, sponsor_name=f"Number{number} Ltd", due_on=date(2026, 12, 1)
            )
            write_copy(writing, booking, CreativeState.SUBMITTED, now=now)
            taken = slot_on(writing, newsletter, day, "sponsored")
            block_slot(writing, slot=taken, reason="Reader survey", actor="Imogen Hale", now=OCTOBER)
            hold_slot(
                writing, slot_on(writing, newsletter, day, "classified"), now=OCTOBER, sponsor_name=f"Held{number}"
            )

    def queries_for(first: date, last: date) -> int:
        db.session.remove()
        fresh = db.session.get_one(Newsletter, newsletter_id)
        _ = fresh.name
        with counted_queries() as statements:
            read_everything(list_slot_views(db.session(), fresh, first, last, now))
        return len([statement for statement in statements if statement.lstrip().upper().startswith("SELECT")])

    newsletter_id = newsletter.id
    one, all_of_them = queries_for(date(2026, 11, 8), date(2026, 11, 8)), queries_for(FIRST, LAST)
    assert one == all_of_them
    assert all_of_them <= 11


def test_a_period_without_issues_is_empty(session: Session, newsletter: Newsletter, now: datetime) -> None:
    assert list_slot_views(session, newsletter, date(2030, 1, 1), date(2030, 12, 31), now) == []
