"""The settings of tracking: how links are made, how long clicks count and are kept, on what domain links stand."""

from typing import Any

from flask import Response, current_app, flash, g, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.web import Access, access, go_to, page_url
from sponsorship.core.web import settings as installation
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter
from sponsorship.tracking import flows, queries, services
from sponsorship.tracking.forms import TrackingForm
from sponsorship.tracking.gateway import LinkHostGateway
from sponsorship.tracking.rules.conversions import POSTBACK_DAYS
from sponsorship.tracking.rules.hosts import LinkHostInvalid, clean_host, host_proof, on_host
from sponsorship.tracking.services import TrackingChoice
from sponsorship.tracking.views.door import blueprint, open_newsletter

LONGEST_NONCE = 64


@blueprint.route("/desk/<slug>/settings/tracking", methods=["GET", "POST"])
@access(Access.TEAM, Permission.SETTINGS)
def edit_tracking(slug: str) -> AnyResponse | str | tuple[str, int]:
    """Change how links are made and clicks kept; a domain that is new is checked at once."""
    newsletter = open_newsletter(slug, Permission.SETTINGS)
    form = TrackingForm(obj=queries.settings_of(db.session(), newsletter.id))
    if not form.validate_on_submit():
        return _show(newsletter, form), 422 if form.is_submitted() else 200
    home = page_url("storefront.show_storefront", slug=slug)
    try:
        choice = _choice(form)
        with transaction() as session:
            kept = services.change_settings(
                session, newsletter=get_newsletter(session, slug), choice=choice, home=home, changed_by=g.viewer.email,
                now=clock.now(),
            )  # fmt: skip
            is_unchecked = kept.link_host is not None and kept.link_host_checked_at is None
    except LinkHostInvalid as refusal:
        form.link_host.errors = [refusal.message]
        return _show(get_newsletter(db.session(), slug), form), 422
    flash("Saved.", "ok")
    return _check(newsletter.id, slug) if is_unchecked else go_to(url_for("tracking.edit_tracking", slug=slug))


@blueprint.post("/desk/<slug>/settings/tracking/check")
@access(Access.TEAM, Permission.SETTINGS)
def check_link_host(slug: str) -> AnyResponse:
    """Ask the newsletter's own domain whether it leads here."""
    return _check(open_newsletter(slug, Permission.SETTINGS).id, slug)


@blueprint.get("/c/check/<nonce>")
@access(Access.PUBLIC)
def prove_host(nonce: str) -> Response:
    """Answer a domain's check with what only this installation can."""
    proof = host_proof(installation().secret_key.encode(), nonce[:LONGEST_NONCE])
    return Response(f"{proof}\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


def _check(newsletter_id: int, slug: str) -> AnyResponse:
    gateway: LinkHostGateway = current_app.extensions["link_host_gateway"]
    fault = flows.check_link_host(
        gateway, newsletter_id=newsletter_id, check_url=page_url("tracking.prove_host", nonce=""),
        secret=installation().secret_key.encode(), now=clock.now(),
    )  # fmt: skip
    flash(fault or "The domain leads here: links stand on it from now on.", "warn" if fault else "ok")
    return go_to(url_for("tracking.edit_tracking", slug=slug))


def _choice(form: TrackingForm) -> TrackingChoice:
    host = clean_host(form.link_host.data or "", _desk())
    return TrackingChoice(
        form.count_days.data, form.agent_days.data, form.prints_trap.data, form.carries_click_id.data, host
    )


def _desk() -> str:
    return installation().base_url.partition("://")[2].partition("/")[0]


def _show(newsletter: Newsletter, form: TrackingForm) -> str:
    g.newsletter = newsletter
    host = queries.link_host_of(db.session(), newsletter.id)
    values: dict[str, Any] = {
        "kept": queries.settings_of(db.session(), newsletter.id),
        "postback_days": POSTBACK_DAYS,
        "example": on_host(page_url("tracking.follow_link", token="Ab3dEf6hIj9k"), host),
        "postback": page_url(
            "tracking.receive_postback", click_id="CLICK_ID", event="purchase", value="49", currency=newsletter.currency
        ),
    }
    return render_template("tracking/edit_tracking.html", form=form, **values)
