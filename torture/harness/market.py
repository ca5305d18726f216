"""Newsletters with as many slots as a proof wants to sell, made through the services."""

from dataclasses import dataclass
from datetime import datetime, time

from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.inventory.queries import list_issues, list_slots
from sponsorship.inventory.rules import PlacementKind
from sponsorship.inventory.services import add_placement, create_newsletter, plan_horizon

WEEKS = 26
CAPACITY = 4
FIRST_BOOKABLE = 2  # issues nearer than that may be past their lead time


@dataclass(frozen=True, slots=True)
class Stall:
    """One slot on sale: its newsletter's slug and its id."""

    slug: str
    slot_id: int


def open_market(how_many: int) -> list[Stall]:
    """Make weekly newsletters until there are so many slots that can be bought for weeks to come."""
    stalls: list[Stall] = []
    now = clock.now()
    while len(stalls) < how_many:
        stalls += _open_newsletter(f"market-{1 + len(stalls)}", now)
    return stalls[:how_many]


def _open_newsletter(slug: str, now: datetime) -> list[Stall]:
    with transaction() as session:
        newsletter = create_newsletter(
            session, slug=slug, name=f"The {slug.title()}", timezone="Europe/London", currency="USD",
            rhythm_rule="FREQ=WEEKLY;BYDAY=SU", rhythm_start=now.date(), publish_time=time(8), horizon_weeks=WEEKS,
            terms="Copy by the Thursday before.", now=now,
        )  # fmt: skip
        add_placement(
            session, newsletter=newsletter, key="classified", name="Classified", kind=PlacementKind.CLASSIFIED,
            price_minor=30_000, capacity=CAPACITY, printed_heading="Classified", heading_limit=5, body_limit=25,
            lead_days=2, lead_time=time(18), copy_due_days=3, copy_due_time=time(18),
        )  # fmt: skip
        planned = plan_horizon(session, newsletter=newsletter, now=now)
        first, last = planned[FIRST_BOOKABLE].publish_on, planned[-1].publish_on
        issues = list_issues(session, newsletter.id, first, last)
        return [Stall(slug, slot.id) for slot in list_slots(session, [issue.id for issue in issues])]
