"""Who may do what: roles of a newsletter's team and the acts each covers; how sign-in behaves."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Permission(StrEnum):
    """An act on a newsletter's desk that a role may cover."""

    READ = "read"
    SELL = "sell"
    EDIT = "edit"
    MONEY = "money"
    SETTINGS = "settings"


class TeamRole(StrEnum):
    """A member's role in one newsletter's team."""

    OWNER = "owner"
    SALES = "sales"
    EDITOR = "editor"
    FINANCE = "finance"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        """The role as screens say it."""
        return {"owner": "Publisher", "finance": "Bookkeeper"}.get(self.value, self.value.capitalize())


PERMISSIONS: dict[TeamRole, frozenset[Permission]] = {
    TeamRole.OWNER: frozenset(Permission),
    TeamRole.SALES: frozenset({Permission.READ, Permission.SELL}),
    TeamRole.EDITOR: frozenset({Permission.READ, Permission.EDIT}),
    TeamRole.FINANCE: frozenset({Permission.READ, Permission.MONEY}),
    TeamRole.VIEWER: frozenset({Permission.READ}),
}

LINK_LIVES = timedelta(minutes=10)
SESSION_LIVES = timedelta(days=14)
MOST_CODE_TRIES = 5
MOST_LINKS_PER_HOUR = 6


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking at a page: a person who is signed in, with the roles they hold by newsletter id."""

    user_id: int
    name: str
    email: str
    roles: dict[int, TeamRole] = field(default_factory=dict)

    @property
    def initials(self) -> str:
        """At most two letters for the round mark in the masthead."""
        words = (self.name or self.email).split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()

    @property
    def role_label(self) -> str:
        """The first role, for the account menu; a person without one is a sponsor."""
        return next((role.label for role in self.roles.values()), "Sponsor")

    def may(self, permission: Permission, newsletter_id: int) -> bool:
        """Whether the viewer's role in that newsletter covers the act."""
        role = self.roles.get(newsletter_id)
        return role is not None and permission in PERMISSIONS[role]


def normal_email(address: str) -> str:
    """Return an address as it is compared and stored: trimmed, in lower case."""
    return address.strip().lower()
