"""Reads about tracked links: by booking, by token, and all at once for the fast lane."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import TeamMember, UserSession
from sponsorship.core.errors import NotFound
from sponsorship.inventory.models import Issue
from sponsorship.tracking.fastlane import Destination, LinkBook
from sponsorship.tracking.models import (
    DestinationChange,
    LateReaderKey,
    LinkRegister,
    ReaderKey,
    SpoolFile,
    TrackedLink,
    TrackingSettings,
)
from sponsorship.tracking.rules import LinkPosition

TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)
HEADER_SAFE = "".join(chr(code) for code in range(0x21, 0x7F))


@dataclass(frozen=True, slots=True)
class TeamSessions:
    """Who of some signed-in browsers belongs to which newsletters' teams, and from when until when they were signed in."""

    sessions: dict[str, tuple[datetime, datetime, frozenset[int]]]

    def is_member(self, session_hash: str, newsletter_id: int | None, at: datetime) -> bool:
        """Whether a browser was signed in at a moment as one of the newsletter's own."""
        known = self.sessions.get(session_hash)
        return known is not None and known[0] <= at < known[1] and newsletter_id in known[2]

    def __bool__(self) -> bool:
        return bool(self.sessions)


def link_book(session: Session, known: int | None) -> LinkBook | None:
    """Return all links and keys for the fast lane, or None where nothing changed since the generation that is known."""
    generation = session.scalar(select(LinkRegister.generation)) or 0
    if generation == known:
        return None
    query = select(
        TrackedLink.token, TrackedLink.id, TrackedLink.issue_id, TrackedLink.destination, TrackedLink.carries_click_id
    )
    links = {row.token: _destination(*row[1:]) for row in session.execute(query)}
    keys = dict(session.execute(select(ReaderKey.issue_id, ReaderKey.secret)).all())
    late = session.scalar(select(LateReaderKey.secret).order_by(LateReaderKey.day.desc()).limit(1))
    return LinkBook(generation, links, keys, late or b"")


def get_destination(session: Session, token: str) -> tuple[Destination, bytes | None]:
    """Return where /c/<token> leads, and the key of its issue's readers; raises NotFound."""
    query = (
        select(
            TrackedLink.id,
            TrackedLink.issue_id,
            TrackedLink.destination,
            TrackedLink.carries_click_id,
            ReaderKey.secret,
        )
        .outerjoin(ReaderKey, ReaderKey.issue_id == TrackedLink.issue_id)
        .where(TrackedLink.token == token)
    )
    row = session.execute(query).one_or_none() if TOKEN.fullmatch(token) else None
    if row is None:
        raise NotFound
    return _destination(*row[:4]), row.secret


def _destination(link_id: int, issue_id: int, url: str, carries_click_id: bool) -> Destination:
    """A link as a header may hold it: an international host in its ASCII form, other letters escaped."""
    location = url if url.isascii() else _ascii(url)
    if not carries_click_id:
        return Destination(link_id, issue_id, location)
    address, mark, fragment = location.partition("#")
    return Destination(link_id, issue_id, address, mark + fragment, True)


def _ascii(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    netloc = f"{host}:{parts.port}" if parts.port else host
    return quote(parts._replace(netloc=netloc).geturl(), safe=HEADER_SAFE)


def teams_behind(session: Session, session_hashes: Collection[str]) -> TeamSessions:
    """Return the newsletters on whose teams some signed-in browsers are."""
    if not session_hashes:
        return TeamSessions({})
    query = (
        select(UserSession.token_hash, UserSession.created_at, UserSession.expires_at, UserSession.ended_at)
        .add_columns(TeamMember.newsletter_id)
        .join(TeamMember, TeamMember.user_id == UserSession.user_id)
        .where(UserSession.token_hash.in_(session_hashes))
    )
    found: dict[str, tuple[datetime, datetime, frozenset[int]]] = {}
    for row in session.execute(query):
        before = found.get(row.token_hash)
        newsletters = (before[2] if before else frozenset()) | {row.newsletter_id}
        found[row.token_hash] = row.created_at, row.ended_at or row.expires_at, newsletters
    return TeamSessions(found)


def links_of(session: Session, booking_ids: Collection[int]) -> dict[int, dict[LinkPosition, TrackedLink]]:
    """Return the bookings' links by position; a booking without links is not in it."""
    found: dict[int, dict[LinkPosition, TrackedLink]] = {}
    for link in session.scalars(select(TrackedLink).where(TrackedLink.booking_id.in_(booking_ids))):
        if link.booking_id is not None:
            found.setdefault(link.booking_id, {})[link.position] = link
    return found


def find_trap(session: Session, issue_id: int) -> TrackedLink | None:
    """Return the link of an issue that no person sees, or None."""
    query = select(TrackedLink).where(TrackedLink.issue_id == issue_id, TrackedLink.position == LinkPosition.TRAP)
    return session.scalars(query).one_or_none()


def destination_changes(session: Session, booking_ids: Collection[int]) -> list[DestinationChange]:
    """Return how the bookings' links were pointed elsewhere after sending, oldest first."""
    query = select(DestinationChange).where(DestinationChange.booking_id.in_(booking_ids))
    return list(session.scalars(query.order_by(DestinationChange.id)))


def settings_of(session: Session, newsletter_id: int) -> TrackingSettings:
    """Return a newsletter's settings, those of the columns' defaults where nobody has set any."""
    row = session.get(TrackingSettings, newsletter_id)
    return row or TrackingSettings(
        newsletter_id=newsletter_id, link_host=None, link_host_checked_at=None, link_host_fault=None, count_days=None,
        agent_days=180, prints_trap=True, carries_click_id=False,
    )  # fmt: skip


def link_host_of(session: Session, newsletter_id: int) -> str | None:
    """Return the domain on which a newsletter's links are printed: its own once that was checked, None for the desk's."""
    found = settings_of(session, newsletter_id)
    return found.link_host if found.link_host_checked_at is not None else None


def newsletter_of(session: Session, issue_id: int) -> int:
    """Return the newsletter of an issue."""
    return session.execute(select(Issue.newsletter_id).where(Issue.id == issue_id)).scalar_one()


def spool_positions(session: Session, names: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return how far spool files have been read, and the losses known of them, locked until the end of the transaction."""
    query = select(SpoolFile.name, SpoolFile.position, SpoolFile.lost).where(SpoolFile.name.in_(names))
    return {row.name: (row.position, row.lost) for row in session.execute(query.with_for_update())}
