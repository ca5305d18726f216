"""Whom a slot may be sold to: as tables, and at every door."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sponsorship.booking.errors import PlacingRefused
from sponsorship.booking.models import Order
from sponsorship.booking.rules import Firm, PaymentMethod, Placing, PlacingRules, are_rivals, placing_refusal
from sponsorship.booking.services import (
    book_manually,
    confirm_order,
    enter_checkout,
    hold_courtesy,
    hold_slots,
    lapse_order,
    move_booking,
    propose_order,
)
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import Category, SalesPolicy, Sponsor
from sponsorship.sponsors.queries import policy_of
from sponsorship.sponsors.rules import RivalRule
from tests.factories.booking import confirmed_order, detailed_order, make_sponsor
from tests.factories.inventory import slot_on

DAY, NEXT = date(2026, 12, 13), date(2026, 12, 20)
TOOLS, CI, FOOD = (1,), (1, 2), (3,)
OPEN = PlacingRules(RivalRule.ALLOWED, 0)


def firm(number: int, category: tuple[int, ...] = (), *kin: int) -> Firm:
    return Firm(number, frozenset({number, *kin}), category, "CI")


def placing(one: Firm, issue: int = 812, placement: int = 1, **more: Any) -> Placing:
    return Placing(one, issue, placement, f"Primary of No. {issue}", **more)


@pytest.mark.parametrize(
    ("one", "other", "rivals"),
    [
        (firm(1, CI), firm(2, CI), True),
        (firm(1, CI), firm(2, TOOLS), True),  # one stands above the other
        (firm(1, CI), firm(2, FOOD), False),
        (firm(1, CI), firm(2), False),
        (firm(1, CI, 9), firm(2, CI, 9), False),  # of one parent company
    ],
)
def test_rivals_share_a_branch_of_the_tree_and_no_parent(one: Firm, other: Firm, rivals: bool) -> None:
    assert are_rivals(one, other) is are_rivals(other, one) is rivals


@pytest.mark.parametrize(
    ("wanted", "other", "rules", "why"),
    [
        (placing(firm(1, CI)), placing(firm(2, CI)), OPEN, None),
        (
            placing(firm(1, CI)),
            placing(firm(2, CI)),
            PlacingRules(RivalRule.ISSUE, 0),
            "competitor (CI) is in that issue",
        ),
        (placing(firm(1, CI)), placing(firm(2, CI), 813), PlacingRules(RivalRule.ISSUE, 0), None),
        (placing(firm(1, CI)), placing(firm(2, CI), 812, 2), PlacingRules(RivalRule.PLACEMENT, 0), None),
        (placing(firm(1, CI)), placing(firm(2, CI)), PlacingRules(RivalRule.PLACEMENT, 0), "beside it"),
        (placing(firm(1, CI)), placing(firm(2, CI), is_exclusive=True), OPEN, "in that issue"),
        (placing(firm(1, CI), is_exclusive=True), placing(firm(2, CI)), OPEN, "in that issue"),
        (placing(firm(1)), placing(firm(1), 814), PlacingRules(RivalRule.ALLOWED, 2), "2 issues must lie between"),
        (placing(firm(1)), placing(firm(1), 815), PlacingRules(RivalRule.ALLOWED, 2), None),
        (placing(firm(1)), placing(firm(1), 812, 2), PlacingRules(RivalRule.ALLOWED, 2), None),  # one issue is one run
    ],
)
def test_a_placing_is_refused_for_a_rival_or_a_run_too_near(
    wanted: Placing, other: Placing, rules: PlacingRules, why: str | None
) -> None:
    refusal = placing_refusal(wanted, [other], rules)
    assert refusal is None if why is None else why in (refusal or "")


@pytest.fixture
def rivals(session: Session, newsletter: Newsletter, now: datetime) -> tuple[Sponsor, Sponsor]:
    """Tidewatch, which has the Primary of 13 December, and Cinderbox; both sell CI, and rivals share no issue."""
    with transaction() as writing:
        category = Category(newsletter_id=newsletter.id, name="CI tools")
        one = make_sponsor(writing, newsletter, now=now)
        other = make_sponsor(writing, newsletter, name="Cinderbox", email="joost@cinderbox.example", now=now)
        one.category = other.category = category
        policy = policy_of(writing, newsletter.id)
        policy.rivals = RivalRule.ISSUE
        writing.add(policy)
        confirmed_order(writing, newsletter, [slot_on(writing, newsletter, DAY)], now=now)
    return one, other


def attempt(door: str, writing: Session, newsletter: Newsletter, sponsor: Sponsor, now: datetime) -> object:
    """Go through one of the doors with the Sponsored of 13 December."""
    slot = slot_on(writing, newsletter, DAY, "sponsored")
    sponsor = writing.get_one(Sponsor, sponsor.id)
    buyer = {"company": "Cinderbox", "contact_email": "joost@cinderbox.example"}
    if door == "hold":
        return hold_slots(writing, newsletter=newsletter, slot_ids=[slot.id], sponsor=sponsor, now=now)
    if door == "details":
        return detailed_order(writing, newsletter, [slot], now=now, **buyer)
    if door == "by hand":
        return book_manually(writing, newsletter=newsletter, sponsor=sponsor, slot_ids=[slot.id], actor="I", now=now)
    if door == "proposal":
        return propose_order(
            writing, newsletter=newsletter, slot_ids=[slot.id], sponsor_name="Cinderbox", actor="I", now=now
        )
    if door == "promise":
        return hold_courtesy(writing, slot=slot, sponsor=sponsor, until=slot.issue.publish_at, actor="I", now=now)
    order = confirmed_order(writing, newsletter, [slot_on(writing, newsletter, NEXT)], now=now, **buyer)
    return move_booking(writing, booking=order.bookings[0], slot=slot, actor="I", now=now)


@pytest.mark.parametrize("door", ["hold", "details", "by hand", "proposal", "promise", "move"])
def test_a_rival_is_refused_at_every_door_and_nothing_is_left_behind(
    newsletter: Newsletter, rivals: tuple[Sponsor, Sponsor], now: datetime, door: str
) -> None:
    with pytest.raises(PlacingRefused, match="a competitor \\(CI tools\\) is in that issue"), transaction() as writing:
        attempt(door, writing, newsletter, rivals[1], now)


def test_a_rule_made_while_one_buys_is_asked_again_before_the_payment_page_and_when_money_is_late(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        slot = slot_on(writing, newsletter, DAY)
        order: Order = detailed_order(writing, newsletter, [slot], now=now)
        assert order.sponsor is not None
        order.sponsor.is_refused, order.sponsor.refusal_words = True, "We print no betting."
    with pytest.raises(PlacingRefused, match="We print no betting"), transaction() as writing:
        enter_checkout(writing, order=writing.get_one(Order, order.id), held_until=now, now=now)
    with transaction() as writing:
        lapse_order(writing, order=writing.get_one(Order, order.id), now=now)
    with pytest.raises(PlacingRefused), transaction() as writing:
        confirm_order(writing, order=writing.get_one(Order, order.id), method=PaymentMethod.CARD, now=now)


@pytest.mark.parametrize("who", ["agency", "parent"])
def test_whoever_belongs_to_a_refused_company_is_refused_too(newsletter: Newsletter, now: datetime, who: str) -> None:
    with transaction() as writing:
        other = make_sponsor(writing, newsletter, name="Holding", email="a@holding.example", now=now)
        other.is_refused = True
        sponsor = make_sponsor(writing, newsletter, now=now)
        setattr(sponsor, who, other)
    with pytest.raises(PlacingRefused, match="does not take this advertiser"), transaction() as writing:
        attempt("hold", writing, newsletter, sponsor, now)


def test_a_prohibited_category_is_refused_with_the_publishers_words(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        above = Category(
            newsletter_id=newsletter.id, name="Gambling", is_prohibited=True, refusal_words="No gambling here."
        )
        sponsor = make_sponsor(writing, newsletter, now=now)
        sponsor.category = Category(newsletter_id=newsletter.id, name="Lotteries", parent=above)
        writing.add(above)
    with pytest.raises(PlacingRefused, match="No gambling here"), transaction() as writing:
        attempt("hold", writing, newsletter, sponsor, now)


def test_a_sponsors_own_cadence_beats_the_newsletters(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        policy: SalesPolicy = policy_of(writing, newsletter.id)
        policy.cadence_issues = 3
        writing.add(policy)
        confirmed_order(writing, newsletter, [slot_on(writing, newsletter, NEXT)], now=now)
        sponsor = make_sponsor(writing, newsletter, now=now)
    with pytest.raises(PlacingRefused, match="3 issues must lie between"), transaction() as writing:
        attempt("hold", writing, newsletter, sponsor, now)
    with transaction() as writing:
        writing.get_one(Sponsor, sponsor.id).cadence_issues = 0
        attempt("hold", writing, newsletter, sponsor, now)
