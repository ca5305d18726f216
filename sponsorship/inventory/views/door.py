"""The door of inventory's pages."""

from flask import Blueprint, g

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core.db import db
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter

blueprint = Blueprint("inventory", __name__)


def team_newsletter(slug: str) -> Newsletter:
    """Return the newsletter of a page if the viewer's role lets them change its settings; raises NotFound, NotAllowed."""
    newsletter = get_newsletter(db.session(), slug)
    authorise(g.viewer, newsletter.id, Permission.SETTINGS)
    g.newsletter = newsletter
    return newsletter
