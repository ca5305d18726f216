"""Reads about people: who is behind a session, what they may do, what they did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session, joinedload

from sponsorship.accounts.models import AuditEntry, AuditSeal, SignInLink, TeamMember, User, UserSession
from sponsorship.accounts.rules import Permission, Viewer, chained
from sponsorship.core.errors import NotAllowed, NotFound
from sponsorship.core.tokens import hash_token


def find_viewer(session: Session, token: str, now: datetime) -> Viewer | None:
    """Return who holds a live session, or None where the token is unknown, ended or too old."""
    query = (
        select(UserSession)
        .where(UserSession.token_hash == hash_token(token))
        .options(joinedload(UserSession.user).joinedload(User.memberships).lazyload(TeamMember.user))
    )
    row = session.scalars(query).unique().one_or_none()
    if row is None or row.ended_at is not None or row.expires_at <= now or row.user.disabled_at is not None:
        return None
    return viewer_of(row.user)


def viewer_of(user: User) -> Viewer:
    """Return a person with their roles."""
    roles = {member.newsletter_id: member.role for member in user.memberships}
    return Viewer(user_id=user.id, name=user.name, email=user.email, roles=roles)


def authorise(viewer: Viewer | None, newsletter_id: int, permission: Permission) -> Viewer:
    """Return the viewer where their role in the newsletter covers the act.

    Raises NotFound for whoever is not in the team (a foreign object looks like none), NotAllowed for a role too small.
    """
    if viewer is None or newsletter_id not in viewer.roles:
        raise NotFound
    if not viewer.may(permission, newsletter_id):
        raise NotAllowed
    return viewer


def find_user(session: Session, email: str) -> User | None:
    """Return the person with that address (already in normal form), or None."""
    return session.scalars(select(User).where(User.email == email)).one_or_none()


def get_user(session: Session, user_id: int) -> User:
    """Return a person by id; raises NotFound."""
    user = session.get(User, user_id) if user_id < 2**31 else None
    if user is None:
        raise NotFound
    return user


def list_members(session: Session, newsletter_id: int) -> list[TeamMember]:
    """Return a newsletter's team, by role and address."""
    query = select(TeamMember).where(TeamMember.newsletter_id == newsletter_id).join(User)
    return list(session.scalars(query.order_by(TeamMember.role, User.email)))


def find_live_link(session: Session, token: str, now: datetime) -> SignInLink | None:
    """Return the link of a token, locked for use, or None where it is unknown, used or too old."""
    query = select(SignInLink).where(SignInLink.token_hash == hash_token(token)).with_for_update()
    link = session.scalars(query).one_or_none()
    is_live = link is not None and link.consumed_at is None and link.expires_at > now
    return link if is_live else None


def is_asking_browser(link: SignInLink, browser: str | None) -> bool:
    """Whether the link may be used from this browser without its code: it asked for it, or nobody's browser did."""
    return link.browser_hash is None or (browser is not None and link.browser_hash == hash_token(browser))


def list_sessions(session: Session, user_id: int, now: datetime) -> list[UserSession]:
    """Return where a person is signed in, the latest first."""
    query = select(UserSession).where(
        UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.expires_at > now
    )
    return list(session.scalars(query.order_by(UserSession.created_at.desc(), UserSession.id.desc())))


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Which entries of a newsletter's trail: words that all must occur, and the time from `since` until before `until`."""

    newsletter_id: int
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_audit(session: Session, search: AuditSearch, *, before_id: int | None = None, limit: int) -> list[AuditEntry]:
    """Return entries, the latest first; `before_id` goes on behind a page that ended with that one."""
    query = select(AuditEntry).where(AuditEntry.newsletter_id == search.newsletter_id)
    for word in search.words.split():
        texts = (AuditEntry.actor, AuditEntry.action, AuditEntry.object_type, cast(AuditEntry.object_id, String),
                 cast(AuditEntry.before, String), cast(AuditEntry.after, String))  # fmt: skip
        query = query.where(or_(*(text.icontains(word, autoescape=True) for text in texts)))
    if search.since is not None:
        query = query.where(AuditEntry.at >= search.since)
    if search.until is not None:
        query = query.where(AuditEntry.at < search.until)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return list(session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)))


def audit_facts(entry: AuditEntry) -> dict[str, Any]:
    """What the chain covers of an entry: all of it."""
    return {
        "id": entry.id, "at": entry.at.isoformat(timespec="microseconds"), "actor": entry.actor, "action": entry.action,
        "object_type": entry.object_type, "object_id": entry.object_id, "newsletter_id": entry.newsletter_id,
        "before": entry.before, "after": entry.after,
    }  # fmt: skip


def find_audit_faults(session: Session) -> Iterator[str]:
    """Walk the chain from its first link and say, in a sentence each, where an entry was changed or taken away."""
    query = select(AuditSeal, AuditEntry).outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
    digest = ""
    for seal, entry in session.execute(query.order_by(AuditSeal.id).execution_options(yield_per=1000)):
        if entry is None:
            yield f"Entry {seal.entry_id} of the audit trail was taken away."
        elif chained(digest, audit_facts(entry)) != seal.digest:
            yield f"Entry {entry.id} of the audit trail was changed after it was written, or its link was."
        digest = seal.digest
