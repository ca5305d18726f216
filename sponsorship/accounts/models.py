"""People, their sign-in links and sessions, team membership, and the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.accounts.rules import TeamRole
from sponsorship.core.db import Base, word_enum


class User(Base):
    """A person, known by one e-mail address in lower case."""

    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("email"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    memberships: Mapped[list["TeamMember"]] = relationship(back_populates="user")


class TeamMember(Base):
    """A person's role in one newsletter's team."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("newsletter_id", "user_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[TeamRole] = mapped_column(word_enum(TeamRole))
    user: Mapped[User] = relationship(back_populates="memberships", lazy="joined", innerjoin=True)


class SignInLink(Base):
    """One e-mailed link with its code: hashed, single use, short-lived, bound to the asking browser or the code."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_sign_in_link_email_created", "email", "created_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    token_hash: Mapped[str]
    code_hash: Mapped[str]
    browser_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    code_tries: Mapped[int] = mapped_column(default=0)
    consumed_at: Mapped[datetime | None]


class UserSession(Base):
    """A signed-in browser; ending the row ends the session, whatever cookie is replayed."""

    __tablename__ = "user_session"
    __table_args__ = (UniqueConstraint("token_hash"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(default="")  # "Firefox on Linux", as the browser says of itself
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class AuditEntry(Base):
    """Who did what to which object, when, with what was before and after."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_type", "object_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[int]
    newsletter_id: Mapped[int | None] = mapped_column(ForeignKey("newsletter.id"), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class AuditSeal(Base):
    """One link of the chain over the audit trail: `digest` covers its entry and the digest before it.

    Links are added behind the entries, one writer at a time, so that no act has to wait for another's.
    """

    __tablename__ = "audit_seal"
    __table_args__ = (UniqueConstraint("entry_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int]  # no foreign key: a link outlives an entry that somebody deleted, and tells of it
    digest: Mapped[str]
