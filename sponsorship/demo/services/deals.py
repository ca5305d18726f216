"""What the rate card's rules and the publisher's word do: prices, codes, credits; a series, a move; an issue off, one more."""

from datetime import datetime, timedelta
from functools import partial

from sponsorship.booking.models import Order
from sponsorship.booking.rules import CreditOrigin, MakeGoodCause
from sponsorship.booking.services import (
    give_details,
    grant_credits,
    hold_slots,
    move_booking,
    owe_make_good,
    skip_issue,
)
from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS
from sponsorship.demo.rules.sponsors import AGENCY, SPONSORS
from sponsorship.demo.services.orders import MINUTE, details_of, pay_by_card
from sponsorship.demo.services.stage import Place, Stage
from sponsorship.inventory.models import Placement
from sponsorship.inventory.rules import PriceRuleKind
from sponsorship.inventory.services import add_extra_issue, add_price_rule, add_promo_code, set_price_from
from sponsorship.sponsors.models import Category, Sponsor
from sponsorship.sponsors.rules import RivalRule
from sponsorship.sponsors.services import add_category, make_sure_of_sponsor, set_policy, set_sponsor_terms

CODE = "RUNBOOK10"
DEARER_FROM, PRIMARY_THEN = 16, 175_000  # from that issue on a Primary costs so many cents
SERIES: tuple[Place, ...] = ((14, "sponsored", 1), (18, "sponsored", 1), (22, "sponsored", 1))
MOVED_TO: Place = (15, "sponsored", 1)
OFF: Place = (20, "sponsored", 1)
GAMBLING = "We run no gambling, and no tokens: our readers asked us not to, and we agree with them."
CATEGORIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Developer tools", "", ("pinfold",)),
    ("Continuous integration", "Developer tools", ("kestrel", "patchwell")),
    ("Observability", "", ("tidewatch", "thistledown", "lanternfish")),
    ("Databases", "", ("quorum", "hollowgrid")),
    ("Hiring", "", ("gangway", "peat")),
)
"""A category, the one above it, and who is in it."""


def plan_prices(stage: Stage) -> None:
    """Price rules and a code beside the frequency discount, and a dearer Primary from a day on."""
    stage.timeline.at(stage.moment(-45, 16, 5), partial(_price, stage))


def plan_deals(stage: Stage) -> None:
    """A series at a code’s price that was moved, credits, a make-good, categories, an issue that falls away, one more."""
    stage.timeline.at(stage.moment(-11, 14, 31), partial(_buy_series, stage))
    stage.timeline.at(stage.moment(-6, 10, 2), partial(_buy_one, stage))
    stage.timeline.at(stage.moment(-3, 16, 44), partial(_sort_sponsors, stage))
    stage.timeline.at(stage.moment(-2, 15, 15), partial(_owe, stage))
    stage.timeline.at(stage.moment(-1, 13, 10), partial(_change_dates, stage))


def _price(stage: Stage, now: datetime) -> None:
    session, newsletter = stage.session, stage.newsletter
    by_key = _placements(stage)
    add_price_rule(
        session, newsletter=newsletter, kind=PriceRuleKind.EARLY_BIRD, label="Early bird, 5% off", threshold=150,
        discount_basis_points=500, actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip
    add_price_rule(
        session, newsletter=newsletter, kind=PriceRuleKind.PACKAGE, label="Primary with a Classified",
        placements=[by_key["primary"], by_key["classified"]], package_price_minor=180_000, actor=PUBLISHER_ADDRESS,
        now=now,
    )  # fmt: skip
    add_promo_code(
        session, newsletter=newsletter, code=CODE, label="Readers’ meet-up, 10% off", discount_basis_points=1000,
        ends_on=stage.day + timedelta(days=60), most_uses=25, most_uses_per_sponsor=3, minimum_minor=50_000,
        actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip
    set_price_from(
        session, placement=by_key["primary"], starts_on=stage.issues[DEARER_FROM].publish_on, price_minor=PRIMARY_THEN,
        actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip


def _buy_series(stage: Stage, now: datetime) -> datetime:
    """Every fourth issue in one order, with the code; four days later its first date is moved by a week."""
    order = buy(stage, "cinderbox", SERIES, now, code=CODE)
    stage.timeline.at(now + timedelta(days=4), partial(_move, stage, order))
    return now + 8 * MINUTE


def _move(stage: Stage, order: Order, now: datetime) -> None:
    first = min(order.bookings, key=lambda booking: booking.slot.issue.publish_at)
    move_booking(
        stage.session, booking=first, slot=stage.slots[MOVED_TO], actor=PUBLISHER_ADDRESS, now=now,
        reason="Their launch slipped by a week.",
    )  # fmt: skip


def _buy_one(stage: Stage, now: datetime) -> datetime:
    buy(stage, "bramblekey", (OFF,), now)
    return now + 8 * MINUTE


def _sort_sponsors(stage: Stage, now: datetime) -> None:
    session, newsletter_id = stage.session, stage.newsletter.id
    known: dict[str, Category | None] = {"": None}
    for name, above, keys in CATEGORIES:
        known[name] = category = add_category(
            session, newsletter_id=newsletter_id, name=name, parent=known[above], is_prohibited=False, refusal_words="",
            actor=PUBLISHER_ADDRESS, now=now,
        )  # fmt: skip
        for key in keys:
            _set_terms(stage, sponsor_of(stage, key), now, category_id=category.id)
    add_category(
        session, newsletter_id=newsletter_id, name="Gambling and tokens", parent=None, is_prohibited=True,
        refusal_words=GAMBLING, actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip
    agency = make_sure_of_sponsor(session, newsletter_id=newsletter_id, name=AGENCY, now=now)
    _set_terms(stage, sponsor_of(stage, "lanternfish"), now, agency_id=agency.id)
    _set_terms(stage, sponsor_of(stage, "oncall"), now, parent_id=sponsor_of(stage, "pager").id)
    set_policy(session, newsletter_id=newsletter_id, actor=PUBLISHER_ADDRESS, now=now, rivals=RivalRule.PLACEMENT)


def _owe(stage: Stage, now: datetime) -> None:
    by_key = _placements(stage)
    owe_make_good(
        stage.session, booking=stage.bookings[-3, "primary", 1], cause=MakeGoodCause.BROKEN_LINK,
        placement=by_key["primary"], expires_on=stage.day + timedelta(days=120),
        note_text="The link at the foot led nowhere until noon.", actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip
    grant_credits(
        stage.session, sponsor=sponsor_of(stage, "cinderbox"), newsletter=stage.newsletter, slots=2,
        placement=by_key["classified"], expires_on=stage.day + timedelta(days=180), origin=CreditOrigin.GIVEN,
        note="For the talk at the readers’ meet-up.", actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip


def _change_dates(stage: Stage, now: datetime) -> None:
    skip_issue(
        stage.session, issue=stage.issues[OFF[0]], reason="The whole desk is at a conference that week.",
        actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip
    add_extra_issue(
        stage.session, newsletter=stage.newsletter, day=stage.issues[6].publish_on + timedelta(days=3),
        title="The incident review, a special", actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip


def buy(stage: Stage, key: str, places: tuple[Place, ...], now: datetime, code: str = "") -> Order:
    """Let a sponsor hold slots and pay for them by card, within eight minutes."""
    slots = [stage.slots[place] for place in places]
    order = hold_slots(
        stage.session, newsletter=stage.newsletter, slot_ids=[slot.id for slot in slots], promo_code=code, now=now
    )
    give_details(stage.session, order=order, **details_of(SPONSORS[key]), now=now + 3 * MINUTE)
    pay_by_card(stage, order, now)
    return order


def sponsor_of(stage: Stage, key: str) -> Sponsor:
    """Return a company of the plan, which has bought before."""
    return make_sure_of_sponsor(
        stage.session, newsletter_id=stage.newsletter.id, name=SPONSORS[key].name, now=stage.now
    )


def _set_terms(stage: Stage, sponsor: Sponsor, now: datetime, **values: int) -> None:
    set_sponsor_terms(stage.session, sponsor=sponsor, actor=PUBLISHER_ADDRESS, now=now, **values)


def _placements(stage: Stage) -> dict[str, Placement]:
    return {slot.placement.key: slot.placement for slot in stage.slots.values()}
