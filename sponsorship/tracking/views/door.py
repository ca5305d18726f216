"""The door of tracking's pages: whose newsletter a page is about."""

from flask import Blueprint, g

from sponsorship.accounts.rules import Permission, Viewer
from sponsorship.core.db import db
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_team_newsletter

blueprint = Blueprint("tracking", __name__)


def open_newsletter(slug: str, permission: Permission) -> Newsletter:
    """Return the newsletter of a page, if the viewer may be there."""
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, permission)
    return newsletter


def name_of(viewer: Viewer) -> str:
    """Who does something, as records name them."""
    return viewer.name or viewer.email
