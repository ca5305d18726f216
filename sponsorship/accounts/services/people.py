"""Writes about people: accounts and team membership."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.errors import NoPublisherLeft
from sponsorship.accounts.models import TeamMember, User
from sponsorship.accounts.queries import find_user
from sponsorship.accounts.rules import TeamRole, normal_email
from sponsorship.accounts.services.audit import record_act


def make_sure_of_user(session: Session, *, email: str, name: str = "", now: datetime) -> User:
    """Return the person with that address, made where there is none; a name is filled in where it was empty."""
    address = normal_email(email)
    user = find_user(session, address)
    if user is None:
        user = User(email=address, name=name, created_at=now)
        session.add(user)
    elif name and not user.name:
        user.name = name
    session.flush()
    return user


def add_member(session: Session, *, newsletter_id: int, user: User, role: TeamRole) -> TeamMember:
    """Give a person a role in a newsletter's team; a second call changes the role."""
    query = select(TeamMember).where(TeamMember.newsletter_id == newsletter_id, TeamMember.user_id == user.id)
    member = session.scalars(query).one_or_none()
    if member is None:
        member = TeamMember(newsletter_id=newsletter_id, user=user, role=role)
        session.add(member)
    member.role = role
    session.flush()
    return member


def remove_member(session: Session, *, newsletter_id: int, user: User, actor: str, now: datetime) -> None:
    """Take a person out of a newsletter's team; raises NoPublisherLeft for the last one who publishes it."""
    query = select(TeamMember).where(TeamMember.newsletter_id == newsletter_id, TeamMember.user_id == user.id)
    member = session.scalars(query).one_or_none()
    if member is None:
        return
    session.delete(member)
    check_publisher(session, newsletter_id=newsletter_id)
    record_act(
        session, actor=actor, action="member_removed", object_type="newsletter", object_id=newsletter_id,
        newsletter_id=newsletter_id, now=now, before={"email": user.email, "role": member.role.value},
    )  # fmt: skip


def check_publisher(session: Session, *, newsletter_id: int) -> None:
    """Raise NoPublisherLeft where nobody may change a newsletter's settings any more."""
    session.flush()
    owner = select(TeamMember.id).where(TeamMember.newsletter_id == newsletter_id, TeamMember.role == TeamRole.OWNER)
    if session.scalars(owner.limit(1)).one_or_none() is None:
        raise NoPublisherLeft
