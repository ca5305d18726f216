"""The desk's door: whose newsletter a page is about, and the way to it."""

from flask import Blueprint, g, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.core.db import db
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_team_newsletter, list_newsletters

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk")
@access(Access.SIGNED_IN)
def home() -> Response:
    """Lead a member of a team to their first newsletter's revenue, and a sponsor to his bookings."""
    own = [one for one in list_newsletters(db.session()) if one.id in g.viewer.roles]
    if not own:
        return go_to(url_for("storefront.show_home"))
    return go_to(url_for("desk.show_revenue", slug=own[0].slug))


def read_newsletter(slug: str, permission: Permission = Permission.READ) -> Newsletter:
    """Return the newsletter of a page if the viewer's role covers the act; raises NotFound, NotAllowed."""
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, permission)
    return newsletter
