"""The door of inventory's pages."""

from flask import Blueprint, g

from sponsorship.accounts.rules import Permission
from sponsorship.core.db import db
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_team_newsletter

blueprint = Blueprint("inventory", __name__)


def team_newsletter(slug: str) -> Newsletter:
    """Return the newsletter of a page if the viewer's role lets them change its settings; raises NotFound, NotAllowed."""
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.SETTINGS)
    return newsletter
