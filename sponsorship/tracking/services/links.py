"""Making the tracked links of a booking."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.core.tokens import new_token
from sponsorship.inventory.rules import IssueState
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.rules import LinkPosition, checked_destination

TOKEN_LENGTH = 12  # 72 random bits: short in a plain-text mail, and beyond guessing


def make_links(
    session: Session, *, booking: Booking, destination: str, now: datetime
) -> dict[LinkPosition, TrackedLink]:
    """Make sure of a booking's links: the block's, and its echo's where the placement is printed twice.

    A new destination replaces the old one until the issue is sent; afterwards the links lead where they led.
    Raises DestinationInvalid for anything but http(s).
    """
    destination = checked_destination(destination)
    query = select(TrackedLink).where(TrackedLink.booking_id == booking.id)
    links = {link.position: link for link in session.scalars(query)}
    issue, is_echoed = booking.slot.issue, booking.slot.placement.is_echoed
    for position in (LinkPosition.HEAD, LinkPosition.FOOT) if is_echoed else (LinkPosition.HEAD,):
        link = links.get(position)
        if link is None:
            links[position] = link = TrackedLink(
                token=new_token()[:TOKEN_LENGTH], booking_id=booking.id, issue_id=issue.id, position=position,
                destination=destination, created_at=now,
            )  # fmt: skip
            session.add(link)
        elif issue.state is not IssueState.SENT:
            link.destination = destination
    session.flush()
    return links


def move_links(session: Session, *, booking: Booking, now: datetime) -> list[TrackedLink]:
    """Let a booking's links, if it has any, belong to the issue in which it runs; an echo that it gains gets its own."""
    links = list(session.scalars(select(TrackedLink).where(TrackedLink.booking_id == booking.id)))
    for link in links:
        link.issue_id = booking.slot.issue_id
    session.flush()
    return (
        list(make_links(session, booking=booking, destination=links[0].destination, now=now).values()) if links else []
    )
