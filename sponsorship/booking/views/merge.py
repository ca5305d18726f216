"""Two sponsors become one: the act; the page that asks is the desk's."""

from flask import flash, g, request, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.rules import Permission
from sponsorship.booking import services
from sponsorship.booking.portal import blueprint
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotFound
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.queries import get_team_newsletter
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.queries import get_sponsor


@blueprint.post("/desk/<slug>/sponsors/<int:sponsor_id>/merge")
@access(Access.TEAM, Permission.SETTINGS)
def merge_sponsors(slug: str, sponsor_id: int) -> Response:
    """Merge a sponsor into another one of the newsletter; where a rule is in the way, say which, and change nothing."""
    newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.SETTINGS)
    kept_id = request.form.get("into", type=int) or 0
    gone, kept = _own(newsletter.id, sponsor_id), _own(newsletter.id, kept_id)
    name = gone.name
    try:
        with transaction() as session:
            kept = services.merge_sponsors(
                session, kept=get_sponsor(session, kept_id), gone=get_sponsor(session, sponsor_id), actor=g.viewer.email,
                now=clock.now(),
            )  # fmt: skip
    except DomainError as refusal:
        flash(f"Nothing was merged. {refusal.message}", "error")
        return go_to(url_for("desk.show_merge", slug=slug, sponsor_id=sponsor_id, into=kept_id))
    flash(f"{name} is {kept.name} from now on.", "ok")
    return go_to(url_for("desk.show_sponsor", slug=slug, sponsor_id=kept_id))


def _own(newsletter_id: int, sponsor_id: int) -> Sponsor:
    sponsor = get_sponsor(db.session(), sponsor_id)
    if sponsor.newsletter_id != newsletter_id:
        raise NotFound
    return sponsor
