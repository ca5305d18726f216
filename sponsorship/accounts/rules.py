"""Who may do what: roles of a newsletter's team and the acts each covers; how sign-in behaves; the audit trail's chain."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any


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


def chained(before: str, facts: dict[str, Any]) -> str:
    """Return the digest of an entry that follows the one with digest `before`: SHA-256 in hex, over sorted JSON."""
    written = json.dumps(facts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{before}\n{written}".encode()).hexdigest()


# What a browser calls itself, the more special before the more general: nearly all of them say Mozilla, and Chrome says Safari.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
            ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
           ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def browser_label(agent: str) -> str:
    """Return how a session's browser is called on the list of sessions, from its User-Agent: "Firefox on Linux"."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "Another browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser
