"""Newsletters for tests, made through the services."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.queries import find_issue_on, list_slots
from sponsorship.inventory.rules import PlacementKind
from sponsorship.inventory.services import add_frequency_discount, add_placement, create_newsletter, plan_issues

PLACEMENTS: tuple[dict[str, Any], ...] = (
    {"key": "primary", "name": "Primary", "kind": PlacementKind.PRIMARY, "price_minor": 165_000, "is_echoed": True,
     "printed_heading": "Sponsor", "heading_limit": 8, "body_limit": 60},
    {"key": "sponsored", "name": "Sponsored", "kind": PlacementKind.SECONDARY, "price_minor": 85_000,
     "printed_heading": "Sponsored", "heading_limit": 8, "body_limit": 40},
    {"key": "classified", "name": "Classified", "kind": PlacementKind.CLASSIFIED, "price_minor": 30_000, "capacity": 2,
     "printed_heading": "Classified", "heading_limit": 5, "body_limit": 25},
)  # fmt: skip


def make_newsletter(session: Session, *, now: datetime, slug: str = "sunday-runbook", **more: Any) -> Newsletter:
    """A weekly newsletter, Sundays 08:00 London, three placements, issues from 1 November 2026 to 28 February 2027."""
    settings: dict[str, Any] = {
        "name": "The Sunday Runbook", "timezone": "Europe/London", "currency": "USD", "rhythm_rule": "FREQ=WEEKLY;BYDAY=SU",
        "rhythm_start": date(2026, 1, 4), "publish_time": time(8), "first_issue_number": 809,
        "publisher_name": "Imogen Hale", "contact_email": "imogen@sundayrunbook.example", "terms": "Copy by the Thursday before.",
        "readers": 30_412, "open_rate_basis_points": 4300,
    }  # fmt: skip
    newsletter = create_newsletter(session, slug=slug, now=now, **(settings | more))
    for placement in PLACEMENTS:
        times = {"lead_days": 2, "lead_time": time(18), "copy_due_days": 3, "copy_due_time": time(18)}
        add_placement(session, newsletter=newsletter, **(placement | times))
    add_frequency_discount(
        session, newsletter=newsletter, label="Run of three, 10% off", threshold=3, discount_basis_points=1000
    )
    plan_issues(session, newsletter=newsletter, first=date(2026, 11, 1), last=date(2027, 2, 28))
    return newsletter


def issue_on(session: Session, newsletter: Newsletter, day: date) -> Issue:
    """The newsletter's issue of a day."""
    issue = find_issue_on(session, newsletter.id, day)
    assert issue is not None, f"no issue on {day}"
    return issue


def slot_on(session: Session, newsletter: Newsletter, day: date, key: str = "primary", ordinal: int = 1) -> Slot:
    """One slot by day, placement and ordinal."""
    issue = issue_on(session, newsletter, day)
    return next(s for s in list_slots(session, [issue.id]) if s.placement.key == key and s.ordinal == ordinal)
