"""Slots that fall away: every booking is named, offered something, and settled once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sponsorship.booking import queries, services
from sponsorship.booking.errors import SlotTaken
from sponsorship.booking.models import Displacement, Order, Waiting
from sponsorship.booking.rules import (
    BookingKind,
    BookingState,
    DisplacementCause,
    DisplacementState,
    OrderState,
    PaymentMethod,
    Remedy,
    WaitingState,
)
from sponsorship.core import outbox
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.mail import Mail
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.rules import IssueState
from sponsorship.inventory.services import plan_issues
from tests.factories.booking import confirmed_order, detailed_order, hold_order
from tests.factories.inventory import issue_on, slot_on

DAY, OTHER = date(2026, 12, 13), date(2026, 12, 20)
WHO = "imogen@sundayrunbook.example"


def sold(newsletter: Newsletter, now: datetime, day: date = DAY, key: str = "primary", ordinal: int = 1) -> Order:
    with transaction() as session:
        return confirmed_order(session, newsletter, [slot_on(session, newsletter, day, key, ordinal)], now=now)


def skip(newsletter: Newsletter, now: datetime) -> list[Displacement]:
    with transaction() as session:
        issue = issue_on(session, newsletter, DAY)
        return services.skip_issue(session, issue=issue, reason="On holiday", actor=WHO, now=now)


def choose(displacement: Displacement, remedy: Remedy, now: datetime, day: date | None = None) -> Displacement:
    with transaction() as session:
        slot = slot_on(session, displacement.booking.order.newsletter, day) if day else None
        return services.choose_remedy(
            session, displacement=displacement, remedy=remedy, slot=slot, actor="buyer", now=now
        )


def states(displaced: Sequence[Displacement]) -> list[tuple[DisplacementState, BookingState]]:
    return [(one.state, one.booking.state) for one in displaced]


def test_a_skipped_issue_names_what_is_sold_releases_what_is_held_and_clears_what_is_the_publishers(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order = sold(newsletter, now)
    with transaction() as writing:
        held = hold_order(writing, newsletter, [slot_on(session, newsletter, DAY, "sponsored")], now=now)
        block = services.block_slot(
            writing, slot=slot_on(session, newsletter, DAY, "classified"), reason="Survey", actor=WHO, now=now
        )
    displaced = skip(newsletter, now)
    assert [(one.cause, one.was_on, one.booking.order_id) for one in displaced] == [
        (DisplacementCause.ISSUE_SKIPPED, DAY, order.id), (DisplacementCause.ISSUE_SKIPPED, DAY, held.id),
    ]  # fmt: skip
    assert displaced[0].offers == ["move", "credit", "refund"]
    assert states(displaced) == [
        (DisplacementState.OPEN, BookingState.CONFIRMED), (DisplacementState.RESOLVED, BookingState.RELEASED),
    ]  # fmt: skip
    assert (held.state, block.state) == (OrderState.CANCELLED, BookingState.RELEASED)
    assert issue_on(session, newsletter, DAY).state is IssueState.SKIPPED
    with transaction() as writing:
        assert plan_issues(writing, newsletter=newsletter, first=DAY, last=DAY) == []


def test_each_who_is_concerned_has_a_mail(session: Session, newsletter: Newsletter, now: datetime) -> None:
    sold(newsletter, now)
    skip(newsletter, now)
    outbox.deliver_due(now)
    mails = [mail for mail in session.query(Mail) if "displaced" in mail.key]
    assert [(mail.to_address, mail.subject) for mail in mails] == [
        ("noor@tidewatch.example", "Please choose: Primary, Sun 13 Dec in The Sunday Runbook")
    ]
    assert "On holiday" in mails[0].text and "/displacements/" in mails[0].text


def test_a_move_takes_the_new_slot_at_the_price_paid(session: Session, newsletter: Newsletter, now: datetime) -> None:
    order = sold(newsletter, now)
    (displaced,) = skip(newsletter, now)
    choose(displaced, Remedy.MOVE, now, OTHER)
    booking = order.bookings[0]
    assert (booking.slot.issue.publish_on, booking.state, booking.net_minor) == (OTHER, BookingState.CONFIRMED, 165_000)
    assert (displaced.state, displaced.outcome) == (DisplacementState.RESOLVED, "Moved to Primary on Sun 20 Dec")
    with pytest.raises(InvalidTransition):
        choose(displaced, Remedy.REFUND, now)


def test_a_move_to_a_slot_that_went_is_refused_and_can_be_chosen_again(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    sold(newsletter, now)
    sold(newsletter, now, OTHER)
    displaced = skip(newsletter, now)[0]
    with pytest.raises(SlotTaken):
        choose(displaced, Remedy.MOVE, now, OTHER)
    db.session.expire_all()
    assert (displaced.state, displaced.choice) == (DisplacementState.OPEN, None)


def test_a_credit_is_an_undated_slot_of_the_placement_and_the_booking_ends(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order = sold(newsletter, now)
    (displaced,) = skip(newsletter, now)
    choose(displaced, Remedy.CREDIT, now)
    (grant,) = queries.list_credit_grants(session, [order.sponsor_id or 0])
    assert (grant.left, grant.placement and grant.placement.key, grant.value_minor) == (1, "primary", 165_000)
    assert (order.bookings[0].state, displaced.state) == (BookingState.CANCELLED, DisplacementState.RESOLVED)


def test_a_refund_is_left_to_payments_and_settled_once_the_booking_is_cancelled(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order = sold(newsletter, now)
    (displaced,) = skip(newsletter, now)
    choose(displaced, Remedy.REFUND, now)
    assert (displaced.state, displaced.choice) == (DisplacementState.CHOSEN, Remedy.REFUND)
    assert session.query(outbox.OutboxEvent).filter_by(topic="displacement.refund_chosen").count() == 1
    assert order.bookings[0].state in (BookingState.CONFIRMED, BookingState.CANCELLED)


def test_what_was_not_offered_cannot_be_chosen(newsletter: Newsletter, now: datetime) -> None:
    sold(newsletter, now)
    (displaced,) = skip(newsletter, now)
    with pytest.raises(DomainError, match="not offered"):
        choose(displaced, Remedy.KEEP, now)


def test_a_moved_issue_takes_its_bookings_along_and_its_deadlines_follow(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order, to = sold(newsletter, now), date(2026, 12, 16)
    before = order.bookings[0].slot.deadlines.copy_due_at
    with transaction() as writing:
        issue = issue_on(session, newsletter, DAY)
        (displaced,) = services.move_issue(writing, issue=issue, day=to, reason="", actor=WHO, now=now)
    assert displaced.offers == ["keep", "move", "credit", "refund"]
    assert (issue.publish_on, order.bookings[0].slot.deadlines.copy_due_at - before) == (to, timedelta(days=3))
    choose(displaced, Remedy.KEEP, now)
    assert (displaced.state, order.bookings[0].state) == (DisplacementState.RESOLVED, BookingState.CONFIRMED)
    with transaction() as writing:  # neither the old day nor the new one gets a second issue
        assert plan_issues(writing, newsletter=newsletter, first=DAY, last=to) == []


@pytest.mark.parametrize("day", [OTHER, date(2026, 11, 19), date(2026, 11, 1)])
def test_an_issue_does_not_move_to_a_day_that_has_one_or_is_over(
    newsletter: Newsletter, now: datetime, day: date
) -> None:
    with pytest.raises(DomainError), transaction() as session:
        services.move_issue(session, issue=issue_on(session, newsletter, DAY), day=day, reason="", actor=WHO, now=now)


def test_an_issue_that_comes_back_settles_what_waits(session: Session, newsletter: Newsletter, now: datetime) -> None:
    order = sold(newsletter, now)
    (displaced,) = skip(newsletter, now)
    with transaction() as writing:
        services.restore_issue(writing, issue=issue_on(session, newsletter, DAY), actor=WHO, now=now)
    assert (displaced.state, order.bookings[0].state) == (DisplacementState.RESOLVED, BookingState.CONFIRMED)
    assert issue_on(session, newsletter, DAY).state is IssueState.PLANNED


def test_a_lower_capacity_blocks_what_is_free_and_names_only_what_is_sold_beyond_it(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    kept, beyond = sold(newsletter, now, DAY, "classified", 1), sold(newsletter, now, DAY, "classified", 2)
    alone = sold(newsletter, now, OTHER, "classified", 2)
    classified = newsletter.placements[2]
    with transaction() as writing:
        displaced = services.change_capacity(writing, placement=classified, capacity=1, actor=WHO, now=now)
    assert [one.booking.order_id for one in displaced] == [beyond.id]
    slots = [slot_on(session, newsletter, OTHER, "classified", ordinal) for ordinal in (1, 2)]
    occupants = queries.occupants_of(session, [slot.id for slot in slots])
    assert [occupants[slot.id].kind for slot in slots] == [BookingKind.BLOCK, BookingKind.SALE]
    assert {kept.bookings[0].state, alone.bookings[0].state} == {BookingState.CONFIRMED}
    with transaction() as writing:
        assert services.change_capacity(writing, placement=classified, capacity=3, actor=WHO, now=now) == []
    free = queries.occupants_of(session, [slot_on(session, newsletter, OTHER, "classified", n).id for n in (1, 2, 3)])
    assert [one.kind for one in free.values()] == [BookingKind.SALE]


def test_a_cart_beyond_a_lower_capacity_is_released_and_its_slot_is_not_sold_again(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    sold(newsletter, now, DAY, "classified", 1)
    with transaction() as writing:
        slot = slot_on(session, newsletter, DAY, "classified", 2)
        cart = detailed_order(
            writing, newsletter, [slot], now=now, contact_email="ana@pallet.example", company="Pallet"
        )
        (displaced,) = services.change_capacity(
            writing, placement=newsletter.placements[2], capacity=1, actor=WHO, now=now
        )
    assert (cart.state, displaced.state) == (OrderState.CANCELLED, DisplacementState.RESOLVED)
    assert queries.occupants_of(session, [slot.id])[slot.id].kind is BookingKind.BLOCK


def wait_for_classified(newsletter: Newsletter, now: datetime) -> Waiting:
    with transaction() as session:
        return services.join_waiting(
            session, newsletter=newsletter, issue=issue_on(session, newsletter, DAY), placement=newsletter.placements[2],
            first_day=DAY, last_day=DAY, company="Pallet", contact_name="Ana", contact_email="ana@pallet.example", now=now,
        )  # fmt: skip


@pytest.mark.parametrize("freed_by", ["cancelled", "cut", "lapsed", "refund"])
def test_a_slot_beyond_a_lower_capacity_is_never_offered_to_whoever_waits(
    session: Session, newsletter: Newsletter, now: datetime, freed_by: str
) -> None:
    classified = newsletter.placements[2]
    orders = [sold(newsletter, now, DAY, "classified", n) for n in range(1, classified.capacity + 1)]
    waiting = wait_for_classified(newsletter, now)
    with transaction() as writing:
        (displaced,) = services.change_capacity(
            writing, placement=classified, capacity=classified.capacity - 1, actor=WHO, now=now
        )
    order, booking = orders[-1], displaced.booking
    assert booking.order_id == order.id
    with transaction() as writing:
        if freed_by == "cut":
            services.cancel_bookings(writing, order=order, bookings=[booking], reason="", actor=WHO, now=now)
        elif freed_by == "lapsed":
            booking.state, order.state = BookingState.HELD, OrderState.HELD
            services.lapse_order(writing, order=order, now=now)
        else:
            services.cancel_order(writing, order=order, reason="", actor=WHO, now=now)
        if freed_by == "refund":
            services.resolve_displacement(writing, displacement=displaced, outcome="Paid back", actor=WHO, now=now)
        occupant = queries.occupants_of(writing, [booking.slot_id])[booking.slot_id]
        assert (occupant.kind, occupant.reason) == (BookingKind.BLOCK, "Capacity lowered")
    assert waiting.state is WaitingState.WAITING
    with transaction() as writing:  # a slot that there is room for goes to whoever waits
        services.cancel_order(writing, order=orders[0], reason="", actor=WHO, now=now)
    assert waiting.state is WaitingState.OFFERED


def test_a_cart_in_an_issue_that_moves_is_released_and_its_slot_stays_on_sale(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        slot = slot_on(session, newsletter, DAY)
        cart = hold_order(writing, newsletter, [slot], now=now)
        services.move_issue(
            writing, issue=slot.issue, day=DAY + timedelta(days=1), reason="A holiday", actor=WHO, now=now
        )
    assert cart.state is OrderState.CANCELLED
    assert queries.occupants_of(session, [slot.id]) == {}
    with pytest.raises(SlotTaken, match="moved to that day"), transaction() as writing:  # its money came late
        services.confirm_order(writing, order=cart, method=PaymentMethod.CARD, now=now)


def test_the_publisher_may_put_a_slot_that_was_taken_off_back_on_sale(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slot = slot_on(session, newsletter, DAY, "classified", 2)
    with transaction() as writing:
        services.change_capacity(writing, placement=newsletter.placements[2], capacity=1, actor=WHO, now=now)
        services.unblock_slot(writing, slot=slot, actor=WHO, now=now)
    assert queries.occupants_of(session, [slot.id]) == {}


@pytest.mark.parametrize(("displaces", "named"), [(False, 0), (True, 1)])
def test_a_retired_placement_runs_what_is_sold_or_names_it(
    session: Session, newsletter: Newsletter, now: datetime, displaces: bool, named: int
) -> None:
    order, placement = sold(newsletter, now), newsletter.placements[0]
    with transaction() as writing:
        displaced = services.retire_placement(writing, placement=placement, displaces=displaces, actor=WHO, now=now)
    assert (len(displaced), order.bookings[0].state) == (named, BookingState.CONFIRMED)
    other = slot_on(session, newsletter, OTHER)
    assert queries.occupants_of(session, [other.id])[other.id].kind is BookingKind.BLOCK


def test_an_order_being_paid_waits_and_chooses_once_it_is_booked(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = detailed_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)
        services.enter_checkout(writing, order=order, held_until=now + timedelta(minutes=40), now=now)
    (displaced,) = skip(newsletter, now)
    assert states([displaced]) == [(DisplacementState.OPEN, BookingState.HELD)]
    with pytest.raises(InvalidTransition, match="not paid"):
        choose(displaced, Remedy.CREDIT, now)
    with transaction() as writing:
        services.lapse_order(writing, order=order, now=now + timedelta(hours=2))
    outbox.deliver_due(now + timedelta(hours=2))
    db.session.expire_all()
    assert (displaced.state, displaced.outcome) == (DisplacementState.RESOLVED, "The booking is lapsed")
