"""Reads about orders and bookings."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sponsorship.booking import queries
from sponsorship.booking.services import block_slot, book_archived, cancel_order
from sponsorship.core.db import transaction
from sponsorship.core.errors import NotFound
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.rules import IssueState
from tests.factories.booking import confirmed_order, hold_order, make_sponsor
from tests.factories.inventory import issue_on, make_newsletter, slot_on

DAY = date(2026, 12, 13)
WEEK = timedelta(weeks=1)


def test_an_order_is_opened_by_its_token_and_a_booking_only_through_its_own_order(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        one = hold_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)
        other = hold_order(writing, newsletter, [slot_on(session, newsletter, DAY + WEEK)], now=now)
    assert queries.get_order(session, one.token) is one
    assert queries.get_order_by_id(session, one.id) is one
    booking = one.bookings[0]
    assert queries.get_order_booking(session, one, booking.id) is booking
    for miss in (
        lambda: queries.get_order(session, one.token + "x"),
        lambda: queries.get_order_by_id(session, 2**40),
        lambda: queries.get_booking(session, 2**40),
        lambda: queries.get_order_booking(session, other, booking.id),
    ):
        with pytest.raises(NotFound):
            miss()


def test_the_nearest_open_dates_of_the_same_placement_are_offered(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    wanted = slot_on(session, newsletter, DAY)
    with transaction() as writing:
        hold_order(writing, newsletter, [wanted, slot_on(session, newsletter, DAY + WEEK)], now=now)
        block_slot(writing, slot=slot_on(session, newsletter, DAY - WEEK), reason="", actor="imogen", now=now)
        issue_on(session, newsletter, DAY + 2 * WEEK).move_to(IssueState.SKIPPED)
    offered = queries.open_slots_like(session, wanted, now, 3)
    assert [slot.issue.publish_on for slot in offered] == [DAY - 2 * WEEK, DAY + 3 * WEEK, DAY - 3 * WEEK]
    assert {slot.placement.key for slot in offered} == {"primary"}


def test_one_slot_of_an_issue_is_offered_where_several_are_open(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    wanted = slot_on(session, newsletter, DAY, "classified", 2)
    with transaction() as writing:
        hold_order(writing, newsletter, [slot_on(session, newsletter, DAY + WEEK, "classified")], now=now)
    offered = queries.open_slots_like(session, wanted, now, 4)
    assert [(slot.issue.publish_on, slot.ordinal) for slot in offered] == [
        (DAY + WEEK, 2), (DAY - WEEK, 1), (DAY + 2 * WEEK, 1), (DAY - 2 * WEEK, 1),
    ]  # fmt: skip


def test_dates_too_near_to_book_are_not_offered(session: Session, newsletter: Newsletter) -> None:
    wanted = slot_on(session, newsletter, DAY)
    moment = slot_on(session, newsletter, DAY - WEEK).deadlines.bookable_until
    offered = queries.open_slots_like(session, wanted, moment, 10)
    assert min(slot.issue.publish_on for slot in offered) == DAY + WEEK


def test_orders_and_bookings_are_listed_for_whom_they_belong_to(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="other", name="Other")
        first = confirmed_order(writing, newsletter, [slot_on(session, newsletter, DAY + WEEK)], now=now)
        second = confirmed_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now + timedelta(hours=1))
        rival = confirmed_order(
            writing, newsletter, [slot_on(session, newsletter, DAY + 2 * WEEK)], now=now, company="Acme",
            contact_email="bo@acme.example", website="",
        )  # fmt: skip
        elsewhere = hold_order(writing, other, [slot_on(session, other, DAY)], now=now)
        sponsor = make_sponsor(writing, newsletter, now=now)
        past = book_archived(writing, slot=slot_on(session, newsletter, date(2026, 11, 1)), sponsor=sponsor, now=now)
        cancel_order(writing, order=first, reason="", actor="imogen", now=now)
    assert first.sponsor_id == sponsor.id
    assert queries.list_orders(session, newsletter.id) == [second, rival, first]
    assert queries.list_orders(session, other.id) == [elsewhere]
    assert queries.list_orders_of_sponsor(session, [sponsor.id]) == [second, first]
    assert queries.list_bookings_of_sponsors(session, [sponsor.id]) == [past, second.bookings[0], first.bookings[0]]
    issue = issue_on(session, newsletter, DAY)
    assert queries.list_bookings_of_issue(session, issue) == [second.bookings[0]]


def test_a_quote_is_the_lists_price_less_the_discount_that_the_number_has_reached(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = [slot_on(session, newsletter, DAY + week * WEEK) for week in range(3)]
    assert queries.quote_slots(session, newsletter, slots[:2], now).total_minor == 330_000
    priced = queries.quote_slots(session, newsletter, slots, now)
    assert [(line.label, line.amount_minor) for line in priced.lines] == [("Run of three, 10% off", -49_500)]
    assert (priced.total_minor, priced.net_by_slot) == (445_500, (148_500,) * 3)
