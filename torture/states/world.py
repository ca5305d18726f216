"""The small newsletter in which the histories take place: two placements, three slots an issue, three issues."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import list_slots
from sponsorship.inventory.rules import PlacementKind
from sponsorship.inventory.services import add_placement, create_newsletter, plan_issues
from torture.states.model import SlotFact

BEGIN = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)
SUNDAYS = (date(2026, 11, 29), date(2026, 12, 13))  # every Sunday between them has an issue
EIGHT, SIX = time(8), time(18)  # London has no summer time in November and December: the wall clock shows UTC
LEAD_DAYS = 2


@dataclass(frozen=True, slots=True)
class World:
    """What every history begins with: rows that are committed once."""

    newsletter_id: int
    slots: tuple[SlotFact, ...]


def make_world() -> World:
    """Make the newsletter through the services, and note its slots with moments worked out here."""
    with transaction() as session:
        newsletter = create_newsletter(
            session, slug="states", name="The States", timezone="Europe/London", currency="USD",
            rhythm_rule="FREQ=WEEKLY;BYDAY=SU", rhythm_start=date(2026, 1, 4), publish_time=EIGHT, now=BEGIN,
        )  # fmt: skip
        _add_placements(session, newsletter)
        issues = plan_issues(session, newsletter=newsletter, first=SUNDAYS[0], last=SUNDAYS[1])
        slots = list_slots(session, [issue.id for issue in issues])
        return World(newsletter.id, tuple(_fact(slot.id, slot.issue_id, slot.issue.publish_on) for slot in slots))


def _add_placements(session: Session, newsletter: Newsletter) -> None:
    times = {"lead_days": LEAD_DAYS, "lead_time": SIX, "copy_due_days": 3, "copy_due_time": SIX}
    limits = {"heading_limit": 8, "body_limit": 60}
    with_capacity = (("primary", PlacementKind.PRIMARY, 1), ("classified", PlacementKind.CLASSIFIED, 2))
    for key, kind, capacity in with_capacity:
        add_placement(
            session, newsletter=newsletter, key=key, name=key.title(), kind=kind, price_minor=10_000,
            printed_heading="Sponsor", capacity=capacity, **limits, **times,
        )  # fmt: skip


def _fact(slot_id: int, issue_id: int, day: date) -> SlotFact:
    published = datetime.combine(day, EIGHT, UTC)
    sold_until = datetime.combine(day - timedelta(days=LEAD_DAYS), SIX, UTC)
    return SlotFact(slot_id, issue_id, published, sold_until)
