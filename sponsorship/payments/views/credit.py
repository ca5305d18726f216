"""The publisher's page of a sponsor's credit: whether it may pay by invoice, and how much it may owe at a time."""

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import NotFound
from sponsorship.core.money import to_major
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.queries import get_newsletter
from sponsorship.payments.forms import CreditForm
from sponsorship.payments.portal import blueprint
from sponsorship.payments.queries.reversals import owed_by_sponsor
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.queries import get_sponsor
from sponsorship.sponsors.services import set_credit


@blueprint.route("/desk/<slug>/sponsors/<int:sponsor_id>/credit", methods=["GET", "POST"])
@access(Access.TEAM, Permission.MONEY)
def change_credit(slug: str, sponsor_id: int) -> Response | tuple[str, int]:
    """Show and change what a sponsor may owe."""
    sponsor = _sponsor(slug, sponsor_id)
    limit, currency = sponsor.credit_limit_minor, g.newsletter.currency
    form = CreditForm(
        currency=currency, may_pay_by_invoice=sponsor.may_pay_by_invoice,
        credit_limit="" if limit is None else str(to_major(limit, currency)),
    )  # fmt: skip
    if not form.validate_on_submit():
        owed = owed_by_sponsor(db.session(), sponsor.id, currency)
        page = render_template("payments/change_credit.html", sponsor=sponsor, form=form, owed=owed)
        return page, 422 if form.is_submitted() else 200
    with transaction() as session:
        set_credit(
            session, sponsor=get_sponsor(session, sponsor_id), may_pay_by_invoice=bool(form.may_pay_by_invoice.data),
            credit_limit_minor=form.credit_limit_minor, actor=g.viewer.email, now=clock.now(),
        )  # fmt: skip
    flash("Saved. What is invoiced already stays so.", "ok")
    return go_to(url_for("desk.list_sponsors", slug=slug, sponsor=sponsor_id, _anchor="sponsor"))


def _sponsor(slug: str, sponsor_id: int) -> Sponsor:
    g.newsletter = get_newsletter(db.session(), slug)
    authorise(g.viewer, g.newsletter.id, Permission.MONEY)
    sponsor = get_sponsor(db.session(), sponsor_id)
    if sponsor.newsletter_id != g.newsletter.id:
        raise NotFound
    return sponsor
