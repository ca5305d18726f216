"""What tracking does when something happened elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.queries import get_booking
from sponsorship.core.outbox import Handler
from sponsorship.core.web import page_url
from sponsorship.creative.models import Creative
from sponsorship.creative.queries import outgoing_url
from sponsorship.creative.rules import CreativeState
from sponsorship.tracking.queries import settings_of
from sponsorship.tracking.services import make_links, make_trap, move_links


def track_approved_copy(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Make the links of copy that was approved, and the issue's trap; copy that was taken back in the meantime gets none."""
    creative = session.get_one(Creative, payload["creative_id"])
    if creative.state in (CreativeState.APPROVED, CreativeState.LOCKED):
        make_links(session, booking=creative.booking, destination=outgoing_url(session, creative), now=now)
        issue = creative.booking.slot.issue
        if settings_of(session, issue.newsletter_id).prints_trap:
            home = page_url("storefront.show_storefront", slug=issue.newsletter.slug)
            make_trap(session, issue=issue, destination=home, now=now)


def follow_move(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking moved: its links belong to the issue in which it runs now, and stay the same links."""
    move_links(session, booking=get_booking(session, payload["booking_id"]), now=now)


HANDLERS: dict[str, Sequence[Handler]] = {"creative.approved": [track_approved_copy], "booking.moved": [follow_move]}
