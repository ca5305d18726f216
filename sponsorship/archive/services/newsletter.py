"""The newsletter that an archive belongs to, and the placements that it had."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from sponsorship.archive.rules import FoundKind, FoundPlacement
from sponsorship.core.text import slugify
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.queries import list_newsletters
from sponsorship.inventory.rules import PlacementKind
from sponsorship.inventory.services import add_placement, add_slot, create_newsletter

KINDS = {
    FoundKind.PRIMARY: PlacementKind.PRIMARY,
    FoundKind.SECONDARY: PlacementKind.SECONDARY,
    FoundKind.PARTNER: PlacementKind.PARTNER,
    FoundKind.CLASSIFIED: PlacementKind.CLASSIFIED,
}


def make_sure_of_newsletter(session: Session, *, name: str, now: datetime) -> Newsletter:
    """Return the newsletter of that name, or a new one: weekly on Sundays at noon UTC in dollars, to be set right later.

    Names are compared by letters and figures alone: past issues spell "DevOps Weekly" and "Devops-Weekly".
    """
    slug = slugify(name)
    for newsletter in list_newsletters(session):
        if newsletter.slug.replace("-", "") == slug.replace("-", ""):
            return newsletter
    return create_newsletter(
        session, slug=slug, name=name, timezone="UTC", currency="USD", rhythm_rule="FREQ=WEEKLY;BYDAY=SU",
        rhythm_start=date(now.year, 1, 1), publish_time=time(12), now=now,
    )  # fmt: skip


def slots_for(session: Session, *, issue: Issue, found: Sequence[FoundPlacement], now: datetime) -> dict[int, Slot]:
    """Return a slot of a past issue for each placement found in it, by its place in the list; what is missing is made.

    Echoes and house ads get none: an echo is the same placement, a house ad is nobody's booking.
    """
    wanted = {index: KINDS[each.slot] for index, each in enumerate(found) if each.slot in KINDS and not each.house}
    placements = {
        kind: _placement(session, issue.newsletter, kind, capacity, now)
        for kind, capacity in Counter(wanted.values()).items()
    }
    made: Counter[PlacementKind] = Counter()
    slots: dict[int, Slot] = {}
    for index, kind in wanted.items():
        made[kind] += 1
        slots[index] = _slot(session, issue, placements[kind], made[kind])
    return slots


def _placement(
    session: Session, newsletter: Newsletter, kind: PlacementKind, capacity: int, now: datetime
) -> Placement:
    """The newsletter's placement of a kind; where it sells none, one that is retired from the start and never for sale."""
    known = [placement for placement in newsletter.placements if placement.kind is kind]
    for placement in known:
        if placement.retired_at is not None:
            placement.capacity = max(placement.capacity, min(capacity, 12))
        return placement
    return add_placement(
        session, newsletter=newsletter, key=f"past-{kind.value}", name=kind.label, kind=kind, price_minor=0,
        capacity=min(capacity, 12), printed_heading=kind.label, heading_limit=12, body_limit=150, lead_days=2,
        lead_time=time(18), copy_due_days=3, copy_due_time=time(18), retired_at=now,
    )  # fmt: skip


def _slot(session: Session, issue: Issue, placement: Placement, ordinal: int) -> Slot:
    for slot in issue.slots:
        if slot.placement_id == placement.id and slot.ordinal == ordinal:
            return slot
    return add_slot(session, issue=issue, placement=placement, ordinal=ordinal)
