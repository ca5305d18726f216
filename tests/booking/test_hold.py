"""Holding slots: what is held, for how long, at what price, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.errors import (
    HoldExpired,
    HoldExtended,
    HoldsTooMuch,
    NotForSale,
    NothingPicked,
    SlotTaken,
    TooManySlots,
)
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingKind, BookingState, OrderState
from sponsorship.booking.services import (
    book_manually,
    cancel_order,
    enter_checkout,
    extend_hold,
    hold_slots,
    lapse_order,
)
from sponsorship.booking.services.limits import Buyer
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.outbox import OutboxEvent
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.queries import list_issues, list_slots
from sponsorship.inventory.rules import IssueState
from tests.factories.booking import hold_order, make_sponsor
from tests.factories.inventory import issue_on, make_newsletter, slot_on

SUNDAYS = [date(2026, 12, 13) + timedelta(weeks=week) for week in range(8)]
MINUTE = timedelta(minutes=1)


def primaries(session: Session, newsletter: Newsletter, how_many: int) -> list[Slot]:
    return [slot_on(session, newsletter, day) for day in SUNDAYS[:how_many]]


def test_three_slots_are_held_for_twenty_minutes_at_the_price_of_the_moment(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = [*primaries(session, newsletter, 2), slot_on(session, newsletter, SUNDAYS[0], "sponsored")]
    with transaction() as writing:
        order = hold_order(writing, newsletter, slots, now=now, buyer=Buyer("address"))
    assert (order.number, order.state, order.currency) == ("IO-2026-0001", OrderState.HELD, "USD")
    assert order.held_until == now + timedelta(minutes=20)
    assert (order.list_minor, order.discount_minor, order.net_minor) == (415_000, 41_500, 373_500)
    assert order.discount_label == "Run of three, 10% off"
    assert sorted((b.price_minor, b.net_minor) for b in order.bookings) == [
        (85_000, 76_500), (165_000, 148_500), (165_000, 148_500),
    ]  # fmt: skip
    assert {(b.kind, b.state, b.held_until) for b in order.bookings} == {
        (BookingKind.SALE, BookingState.HELD, order.held_until)
    }
    assert [e.action for e in session.query(AuditEntry)] == ["held"]
    event = session.query(OutboxEvent).one()
    assert (event.topic, event.payload) == ("order.held", {"order_id": order.id})


def test_a_price_changed_later_does_not_change_what_was_held(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, primaries(session, newsletter, 1), now=now)
        newsletter.placements[0].price_minor = 999_900
    assert (order.net_minor, order.bookings[0].price_minor) == (165_000, 165_000)


def test_the_same_slot_ticked_twice_is_one_slot(session: Session, newsletter: Newsletter, now: datetime) -> None:
    slot = primaries(session, newsletter, 1)[0]
    with transaction() as writing:
        order = hold_order(writing, newsletter, [slot, slot], now=now)
    assert len(order.bookings) == 1


def test_numbers_count_up_for_each_newsletter_and_year(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="other", name="Other")
        slots = primaries(session, newsletter, 3)
        numbers = [hold_order(writing, newsletter, [slot], now=now).number for slot in slots[:2]]
        numbers.append(hold_order(writing, other, primaries(session, other, 1), now=now).number)
        new_year = datetime(2027, 1, 1, 12, tzinfo=UTC)
        numbers.append(
            hold_order(writing, newsletter, [slot_on(session, newsletter, date(2027, 2, 7))], now=new_year).number
        )
    assert numbers == ["IO-2026-0001", "IO-2026-0002", "IO-2026-0001", "IO-2027-0001"]


def last_minute(slot: Slot) -> datetime:
    return slot.deadlines.bookable_until


@pytest.mark.parametrize(
    ("when", "refused"),
    [(timedelta(seconds=-1), False), (timedelta(0), True), (timedelta(days=1), True), (timedelta(days=9), True)],
)
def test_a_slot_is_sold_until_its_lead_time_begins(
    session: Session, newsletter: Newsletter, when: timedelta, refused: bool
) -> None:
    slot = primaries(session, newsletter, 1)[0]
    with transaction() as writing:
        if refused:
            with pytest.raises(NotForSale) as refusal:
                hold_order(writing, newsletter, [slot], now=last_minute(slot) + when)
            assert refusal.value.slot_ids == (slot.id,)
            assert "Primary on Sun 13 Dec" in refusal.value.message
        else:
            hold_order(writing, newsletter, [slot], now=last_minute(slot) + when)
    assert session.query(Booking).count() == (0 if refused else 1)


@pytest.mark.parametrize("state", [IssueState.SENT, IssueState.SKIPPED])
def test_an_issue_that_is_not_planned_sells_nothing(
    session: Session, newsletter: Newsletter, now: datetime, state: IssueState
) -> None:
    slot = primaries(session, newsletter, 1)[0]
    with transaction() as writing:
        issue_on(session, newsletter, SUNDAYS[0]).move_to(state)
    with pytest.raises(NotForSale), transaction() as writing:
        hold_order(writing, newsletter, [slot], now=now)


def test_a_retired_placement_sells_nothing(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction():
        newsletter.placements[0].retired_at = now - MINUTE
    with pytest.raises(NotForSale), transaction() as writing:
        hold_order(writing, newsletter, primaries(session, newsletter, 1), now=now)


@pytest.mark.parametrize("slot_ids", [[999_999], [2**40], [0], [-1]])
def test_a_slot_that_does_not_exist_is_refused(
    session: Session, newsletter: Newsletter, now: datetime, slot_ids: list[int]
) -> None:
    known = primaries(session, newsletter, 1)[0].id
    with pytest.raises(NotForSale) as refusal, transaction() as writing:
        hold_slots(writing, newsletter=newsletter, slot_ids=[known, *slot_ids], now=now)
    assert refusal.value.slot_ids == tuple(slot_ids)
    assert session.query(Order).count() == 0


def test_a_slot_of_another_newsletter_is_refused(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="other", name="Other")
    mixed = [primaries(session, newsletter, 1)[0], primaries(session, other, 1)[0]]
    with pytest.raises(NotForSale), transaction() as writing:
        hold_order(writing, newsletter, mixed, now=now)
    assert session.query(Booking).count() == 0


def test_an_order_of_nothing_is_refused(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with pytest.raises(NothingPicked), transaction() as writing:
        hold_slots(writing, newsletter=newsletter, slot_ids=[], now=now)


@pytest.mark.parametrize(("how_many", "refused"), [(26, False), (27, True)])
def test_an_order_takes_at_most_twenty_six_slots(
    session: Session, newsletter: Newsletter, now: datetime, how_many: int, refused: bool
) -> None:
    issues = list_issues(session, newsletter.id, SUNDAYS[0], SUNDAYS[-1])
    slots = list_slots(session, [issue.id for issue in issues])[:how_many]
    assert len(slots) == how_many
    if refused:
        with pytest.raises(TooManySlots, match="27"), transaction() as writing:
            hold_order(writing, newsletter, slots, now=now)
    else:
        with transaction() as writing:
            assert len(hold_order(writing, newsletter, slots, now=now).bookings) == 26


def test_the_fourth_open_order_of_an_address_is_refused_until_one_is_released_lapses_or_runs_out(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = primaries(session, newsletter, 8)
    with transaction() as writing:
        orders = [hold_order(writing, newsletter, [slot], now=now, buyer=Buyer("k")) for slot in slots[:3]]
    with pytest.raises(HoldsTooMuch, match="3 unpaid orders"), transaction() as writing:
        hold_order(writing, newsletter, [slots[3]], now=now, buyer=Buyer("k"))
    with transaction() as writing:
        hold_order(writing, newsletter, [slots[3]], now=now, buyer=Buyer("another"))
        cancel_order(writing, order=orders[0], reason="", actor="buyer", now=now)
        hold_order(writing, newsletter, [slots[4]], now=now, buyer=Buyer("k"))
        lapse_order(writing, order=orders[1], now=now)
        hold_order(writing, newsletter, [slots[5]], now=now, buyer=Buyer("k"))
        hold_order(writing, newsletter, [slots[6]], now=now + 20 * MINUTE, buyer=Buyer("k"))


def test_an_order_in_checkout_still_counts_as_open(session: Session, newsletter: Newsletter, now: datetime) -> None:
    slots = primaries(session, newsletter, 4)
    with transaction() as writing:
        for slot in slots[:3]:
            order = hold_order(writing, newsletter, [slot], now=now, buyer=Buyer("k"))
            enter_checkout(writing, order=order, held_until=now + 46 * MINUTE, now=now)
    with pytest.raises(HoldsTooMuch), transaction() as writing:
        hold_order(writing, newsletter, [slots[3]], now=now + 30 * MINUTE, buyer=Buyer("k"))


def test_the_fourth_open_order_of_a_sponsor_is_refused_from_any_address(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = primaries(session, newsletter, 4)

    def hold(writing: Session, position: int) -> Order:
        return hold_slots(
            writing, newsletter=newsletter, slot_ids=[slots[position].id], buyer=Buyer(str(position)), sponsor=sponsor,
            now=now,
        )  # fmt: skip

    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
        for position in range(3):
            hold(writing, position)
    with pytest.raises(HoldsTooMuch), transaction() as writing:
        hold(writing, 3)


def test_a_hold_is_made_ten_minutes_longer_once(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, primaries(session, newsletter, 2), now=now)
    with transaction() as writing:
        extend_hold(writing, order=order, now=now + 19 * MINUTE)
    assert order.held_until == now + 30 * MINUTE
    assert {booking.held_until for booking in order.bookings} == {now + 30 * MINUTE}
    with pytest.raises(HoldExtended), transaction() as writing:
        extend_hold(writing, order=order, now=now + 20 * MINUTE)
    assert order.held_until == now + 30 * MINUTE


@pytest.mark.parametrize("minutes", [20, 21, 600])
def test_a_hold_that_ran_out_is_not_made_longer(
    session: Session, newsletter: Newsletter, now: datetime, minutes: int
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, primaries(session, newsletter, 1), now=now)
    with pytest.raises(HoldExpired), transaction() as writing:
        extend_hold(writing, order=order, now=now + minutes * MINUTE)


def test_an_order_being_paid_is_not_made_longer_by_hand(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, primaries(session, newsletter, 1), now=now)
        enter_checkout(writing, order=order, held_until=now + 46 * MINUTE, now=now)
    with pytest.raises(InvalidTransition), transaction() as writing:
        extend_hold(writing, order=order, now=now)


def test_the_publisher_books_in_a_sponsors_name_after_the_lead_time_and_beyond_the_limit_of_open_orders(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = primaries(session, newsletter, 4)
    late = slots[0].deadlines.bookable_until + MINUTE
    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
        orders = [
            book_manually(
                writing, newsletter=newsletter, sponsor=sponsor, slot_ids=[slot.id], actor="imogen", now=late,
                held_until=late + timedelta(days=3) if slot is slots[3] else None,
            )
            for slot in slots
        ]  # fmt: skip
    assert {order.state for order in orders} == {OrderState.HELD}
    assert {(order.sponsor_id, order.contact_email) for order in orders} == {(sponsor.id, "noor@tidewatch.example")}
    assert [order.held_until for order in orders[2:]] == [late + 20 * MINUTE, late + timedelta(days=3)]
    assert session.query(AuditEntry).order_by(AuditEntry.id.desc()).first().actor == "imogen"  # type: ignore[union-attr]


def test_the_publisher_too_is_refused_what_is_taken_or_went_out(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slot = primaries(session, newsletter, 1)[0]
    with transaction() as writing:
        sponsor = make_sponsor(writing, newsletter, now=now)
        hold_order(writing, newsletter, [slot], now=now)
    for moment, refusal in ((now, SlotTaken), (slot.issue.publish_at, NotForSale)):
        with pytest.raises(refusal) as error, transaction() as writing:
            book_manually(
                writing, newsletter=newsletter, sponsor=sponsor, slot_ids=[slot.id], actor="imogen", now=moment
            )
        assert isinstance(error.value, DomainError)
