"""Making the tracked links of a booking, and of an issue's trap; pointing them elsewhere after sending."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Booking
from sponsorship.core.tokens import new_token
from sponsorship.inventory.models import Issue
from sponsorship.inventory.rules import IssueState
from sponsorship.tracking.errors import DestinationUnchanged, NoLinks
from sponsorship.tracking.models import DestinationChange, TrackedLink
from sponsorship.tracking.queries import find_trap, links_of, settings_of
from sponsorship.tracking.rules import LinkPosition, checked_destination
from sponsorship.tracking.services.keys import make_reader_keys, tell_web_servers

TOKEN_LENGTH = 12  # 71 random bits: short in a plain-text mail, and beyond guessing


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
    chosen = settings_of(session, issue.newsletter_id)
    counts_until = issue.publish_at + timedelta(days=chosen.count_days) if chosen.count_days else None
    for position in (LinkPosition.HEAD, LinkPosition.FOOT) if is_echoed else (LinkPosition.HEAD,):
        link = links.get(position)
        if link is None:
            links[position] = link = TrackedLink(
                token=_new_token(), booking_id=booking.id, issue_id=issue.id, position=position, destination=destination,
                counts_until=counts_until, carries_click_id=chosen.carries_click_id, created_at=now,
            )  # fmt: skip
            session.add(link)
        elif issue.state is not IssueState.SENT:
            link.destination, link.counts_until = destination, counts_until
            link.carries_click_id = chosen.carries_click_id
    session.flush()
    make_reader_keys(session, [issue.id], now)
    tell_web_servers(session)
    return links


def move_links(session: Session, *, booking: Booking, now: datetime) -> list[TrackedLink]:
    """Let a booking's links, if it has any, belong to the issue in which it runs; an echo that it gains gets its own."""
    links = list(session.scalars(select(TrackedLink).where(TrackedLink.booking_id == booking.id)))
    if not links:
        return []
    for link in links:
        link.issue_id = booking.slot.issue_id
    session.flush()
    return list(make_links(session, booking=booking, destination=links[0].destination, now=now).values())


def make_trap(session: Session, *, issue: Issue, destination: str, now: datetime) -> TrackedLink:
    """Make sure of an issue's trap: a link that no person sees, which leads to a harmless page of the publisher's."""
    link = find_trap(session, issue.id)
    if link is None:
        link = TrackedLink(
            token=_new_token(), issue_id=issue.id, position=LinkPosition.TRAP, created_at=now,
            destination=checked_destination(destination),
        )  # fmt: skip
        session.add(link)
        session.flush()
        make_reader_keys(session, [issue.id], now)
        tell_web_servers(session)
    return link


def repoint_links(
    session: Session, *, booking: Booking, destination: str, note: str, changed_by: str, now: datetime
) -> DestinationChange:
    """Point a booking's links elsewhere, head and foot, whatever has been sent; the report and the audit trail show it.

    Raises DestinationInvalid, NoLinks where none are made yet, DestinationUnchanged where they lead there already.
    """
    destination = checked_destination(destination)
    links = links_of(session, [booking.id]).get(booking.id)
    if not links:
        raise NoLinks
    before = links[LinkPosition.HEAD].destination
    if before == destination:
        raise DestinationUnchanged
    for link in links.values():
        link.destination = destination
    change = DestinationChange(
        booking_id=booking.id, at=now, before=before, after=destination, changed_by=changed_by, note=note.strip()
    )
    session.add(change)
    session.flush()
    record_act(
        session, actor=changed_by, action="destination_changed", object_type="booking", object_id=booking.id,
        newsletter_id=booking.slot.issue.newsletter_id, now=now, before={"destination": before},
        after={"destination": destination, "note": note.strip()},
    )  # fmt: skip
    tell_web_servers(session)
    return change


def _new_token() -> str:
    return new_token()[-TOKEN_LENGTH:]
