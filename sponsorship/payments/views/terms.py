"""The publisher's page of money settings: who sells, on what terms, with which tax."""

from flask import flash, g, render_template, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter, get_team_newsletter
from sponsorship.payments.forms import COUNTRY_NAMES, MoneySettingsForm, TaxRateForm
from sponsorship.payments.portal import blueprint
from sponsorship.payments.queries.terms import get_seller, get_tax_rate, list_tax_rates
from sponsorship.payments.rules.dunning import read_schedule
from sponsorship.payments.rules.taxes import Buyer, TaxMode, TaxRule
from sponsorship.payments.services.settings import describe_seller, drop_tax_rate, set_tax_rate

FIELDS = ("name", "street", "city", "country", "tax_number", "bank_details", "footer")


@blueprint.route("/desk/<slug>/money-settings", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def change_money_settings(slug: str) -> Response | tuple[str, int]:
    """Show and change who issues the invoices and on what terms."""
    newsletter = _newsletter(slug)
    form = _form(newsletter)
    if not form.validate_on_submit():
        return _show(newsletter, form, TaxRateForm(formdata=None), 422 if form.is_submitted() else 200)
    with transaction() as session:
        describe_seller(
            session, newsletter=get_newsletter(session, slug), actor=g.viewer.email, now=clock.now(),
            tax_mode=TaxMode(form.tax_mode.data), reminder_days=read_schedule(form.reminder_days.data or ""),
            holds_disputed=bool(form.holds_disputed.data), invoice_days=form.invoice_days.data or 14,
            sends_by_stripe=bool(form.sends_by_stripe.data),
            **{name: form[name].data or "" for name in FIELDS},
        )  # fmt: skip
    flash("Saved. Invoices issued from now on say so.", "ok")
    return go_to(url_for("payments.change_money_settings", slug=slug))


@blueprint.post("/desk/<slug>/tax-rates")
@access(Access.TEAM, Permission.SETTINGS)
def add_tax_rate(slug: str) -> Response | tuple[str, int]:
    """Put a line into the tax table."""
    newsletter, form = _newsletter(slug), TaxRateForm()
    if not form.validate_on_submit():
        return _show(newsletter, _form(newsletter, bare=True), form, 422)
    rule = TaxRule(
        form.place.data or "", Buyer(form.buyer.data), form.label.data or "", form.basis_points,
        bool(form.is_reverse_charge.data), form.note.data or "",
    )  # fmt: skip
    with transaction() as session:
        set_tax_rate(
            session, newsletter=get_newsletter(session, slug), rule=rule, actor=g.viewer.email, now=clock.now()
        )
    flash(f"{rule.label} is in the table.", "ok")
    return go_to(url_for("payments.change_money_settings", slug=slug, _anchor="taxes"))


@blueprint.post("/desk/<slug>/tax-rates/<int:rate_id>/remove")
@access(Access.TEAM, Permission.SETTINGS)
def remove_tax_rate(slug: str, rate_id: int) -> Response:
    """Take a line out of the tax table."""
    newsletter = _newsletter(slug)
    authorise(g.viewer, get_tax_rate(db.session(), rate_id).newsletter_id, Permission.SETTINGS)
    with transaction() as session:
        drop_tax_rate(session, rate=get_tax_rate(session, rate_id), actor=g.viewer.email, now=clock.now())
    return go_to(url_for("payments.change_money_settings", slug=newsletter.slug, _anchor="taxes"))


def _newsletter(slug: str) -> Newsletter:
    newsletter = g.newsletter = get_team_newsletter(db.session(), slug, g.viewer, Permission.SETTINGS)
    return newsletter


def _form(newsletter: Newsletter, *, bare: bool = False) -> MoneySettingsForm:
    seller = get_seller(db.session(), newsletter)
    known = {name: getattr(seller, name) for name in FIELDS} | {
        "tax_mode": seller.tax_mode.value, "holds_disputed": seller.holds_disputed, "sends_by_stripe": seller.sends_by_stripe,
        "invoice_days": newsletter.invoice_days, "reminder_days": ", ".join(map(str, seller.reminder_days)),
    }  # fmt: skip
    return MoneySettingsForm(formdata=None, **known) if bare else MoneySettingsForm(**known)


def _show(newsletter: Newsletter, form: MoneySettingsForm, rate_form: TaxRateForm, status: int) -> tuple[str, int]:
    page = render_template(
        "payments/change_money_settings.html", form=form, rate_form=rate_form,
        rates=list_tax_rates(db.session(), newsletter.id), countries=COUNTRY_NAMES,
    )  # fmt: skip
    return page, status
