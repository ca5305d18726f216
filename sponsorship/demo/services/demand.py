"""Who wants what is not simply for sale: the waiting list, an offer, promises and a rival for one, a request, a proposal."""

from datetime import datetime, timedelta
from functools import partial

from sponsorship.booking.queries import find_promise
from sponsorship.booking.services import (
    challenge_hold,
    hold_courtesy,
    hold_slots,
    join_waiting,
    propose_order,
    release_booking,
    send_request,
    set_sponsor_approval,
)
from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS
from sponsorship.demo.rules.sponsors import NEWCOMER, SPONSORS
from sponsorship.demo.services.deals import sponsor_of
from sponsorship.demo.services.orders import MINUTE, details_of
from sponsorship.demo.services.stage import Place, Stage
from sponsorship.inventory.models import Slot
from sponsorship.inventory.rules import SponsorApproval

WISHES: tuple[tuple[str, Place], ...] = (
    ("ropewalk", (1, "primary", 1)),
    ("marrowstone", (1, "primary", 1)),
    ("cinderbox", (2, "primary", 1)),
)
"""Who waits for which slot that somebody else has."""
FREED: Place = (19, "primary", 1)
REFUSALS: tuple[tuple[str, Place], ...] = (("northgate", (15, "primary", 1)), ("tidewatch", (17, "primary", 1)))
REQUESTED: tuple[Place, ...] = ((16, "sponsored", 1),)
PROPOSED: tuple[Place, ...] = ((15, "classified", 1), (17, "classified", 1), (19, "classified", 1))
PROPOSED_MINOR = 75_000


def plan_demand(stage: Stage) -> None:
    """Put on the timeline who waits, whom a slot is kept for, who asks and whom the publisher asks."""
    for number, (key, place) in enumerate(WISHES):
        stage.timeline.at(stage.moment(-8 + number, 11, 20), partial(_wait, stage, key, place))
    stage.timeline.at(stage.moment(-8, 15, 40), partial(_let_go_later, stage))
    for key, place in REFUSALS:
        stage.timeline.at(stage.moment(-7, 9, 50), partial(_promise_first, stage, key, place))
    stage.timeline.at(stage.now - 3 * timedelta(hours=1), partial(_challenge, stage))
    stage.timeline.at(stage.moment(-1, 10, 45), partial(_ask, stage))
    stage.timeline.at(stage.moment(-1, 16, 30), partial(_propose, stage))


def _wait(stage: Stage, key: str, place: Place, now: datetime) -> None:
    slot, plan = stage.slots[place], SPONSORS[key]
    join_waiting(
        stage.session, newsletter=stage.newsletter, issue=slot.issue, placement=slot.placement,
        first_day=slot.issue.publish_on, last_day=slot.issue.publish_on, company=plan.name, contact_name=plan.contact,
        contact_email=plan.address, now=now,
    )  # fmt: skip


def _let_go_later(stage: Stage, now: datetime) -> datetime:
    """A slot is kept for one sponsor while another waits for it; two hours ago it was let go, and is offered now."""
    slot = stage.slots[FREED]
    booking = hold_courtesy(
        stage.session, slot=slot, sponsor=sponsor_of(stage, "sluicegate"), until=now + timedelta(days=12),
        actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip
    _wait(stage, "wrackline", FREED, now + 40 * MINUTE)

    def let_go(then: datetime) -> None:
        release_booking(
            stage.session,
            booking=booking,
            actor=PUBLISHER_ADDRESS,
            now=then,
            reason="They wait for next year’s budget.",
        )

    stage.timeline.at(stage.now - timedelta(hours=2), let_go)
    return now + 40 * MINUTE


def _promise_first(stage: Stage, key: str, place: Place, now: datetime) -> None:
    stage.bookings[place] = hold_courtesy(
        stage.session, slot=stage.slots[place], sponsor=sponsor_of(stage, key), until=stage.moment(12, 12),
        is_first_refusal=True, message="Yours each spring: say by then whether you want it again.",
        actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip


def _challenge(stage: Stage, now: datetime) -> None:
    rival = SPONSORS["marrowstone"]
    promise = find_promise(stage.session, stage.bookings[REFUSALS[0][1]])
    assert promise is not None
    challenge_hold(
        stage.session, promise=promise, company=rival.name, contact_name=rival.contact, contact_email=rival.address,
        actor=PUBLISHER_ADDRESS, now=now,
    )  # fmt: skip


def _ask(stage: Stage, now: datetime) -> datetime:
    """That day new sponsors were asked to introduce themselves first; one of them did, and still waits for the answer."""
    session, newsletter = stage.session, stage.newsletter
    set_sponsor_approval(
        session, newsletter=newsletter, approval=SponsorApproval.NEW, actor=PUBLISHER_ADDRESS, now=now - 60 * MINUTE
    )
    order = hold_slots(session, newsletter=newsletter, slot_ids=_ids(stage, REQUESTED), now=now)
    send_request(
        session, order=order, details=details_of(NEWCOMER), now=now + 4 * MINUTE,
        message="We host small fleets for people who leave the big clouds. Is that something for your readers?",
    )  # fmt: skip
    set_sponsor_approval(
        session, newsletter=newsletter, approval=SponsorApproval.NOBODY, actor=PUBLISHER_ADDRESS, now=now + 90 * MINUTE
    )
    return now + 90 * MINUTE


def _propose(stage: Stage, now: datetime) -> None:
    plan = SPONSORS["peat"]
    propose_order(
        stage.session, newsletter=stage.newsletter, slot_ids=_ids(stage, PROPOSED), sponsor_name=plan.name,
        contact_name=plan.contact, contact_email=plan.address, valid_until=stage.moment(6, 18),
        total_minor=PROPOSED_MINOR, actor=PUBLISHER_ADDRESS, now=now,
        message="Every other week, as we said on the phone, at the price of last year.",
    )  # fmt: skip


def _ids(stage: Stage, places: tuple[Place, ...]) -> list[int]:
    slots: list[Slot] = [stage.slots[place] for place in places]
    return [slot.id for slot in slots]
