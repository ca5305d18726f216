"""Reads about people: who is behind a session, what they may do."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sponsorship.accounts.models import SignInLink, TeamMember, User, UserSession
from sponsorship.accounts.rules import Permission, Viewer
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
