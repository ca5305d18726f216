"""The door of the figures' pages: whose newsletter a page is about, and which figures are asked for."""

from flask import Blueprint, g, request

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.format import local
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_team_newsletter
from sponsorship.reporting.queries import Filters, read_filters
from sponsorship.reporting.rules import FIXED_PERIODS, Period

blueprint = Blueprint("reporting", __name__)


@blueprint.app_template_global()
def fixed_periods() -> tuple[Period, ...]:
    """The periods that pages of figures offer as segments."""
    return FIXED_PERIODS


def read_newsletter(slug: str, permission: Permission = Permission.READ) -> Newsletter:
    """Return the newsletter of a page if the viewer's role covers the act; raises NotFound, NotAllowed."""
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, permission)
    return newsletter


def asked_for(newsletter: Newsletter) -> Filters:
    """Return what the address asks for; raises DomainError where it asks for what there is not."""
    today = local(clock.now(), newsletter.timezone).date()
    return read_filters(db.session(), newsletter, request.args, today)
