"""The storefront, the page of an order, and a sponsor's home."""

from dataclasses import replace
from datetime import datetime

from flask import Blueprint, g, render_template, request, url_for

from sponsorship.accounts.rules import Permission
from sponsorship.booking.queries import (
    get_order,
    list_make_goods_of,
    list_make_goods_placed,
    list_open_of_bookings,
    list_timeline,
)
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.text import clean_line
from sponsorship.core.web import Access, access
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_newsletter, list_newsletters
from sponsorship.sponsors.queries import find_sponsor_of_address, list_clients
from sponsorship.storefront import queries
from sponsorship.storefront.rules import Clause, copy_clause, home_headline, order_headline, split_terms

blueprint = Blueprint("storefront", __name__)


@blueprint.get("/")
@access(Access.PUBLIC)
def index() -> str:
    """The storefront of the only newsletter, or a list where there are several."""
    newsletters = list_newsletters(db.session())
    if len(newsletters) == 1:
        return _storefront(newsletters[0])
    return render_template("storefront/index.html", newsletters=newsletters)


@blueprint.get("/newsletters/<slug>")
@access(Access.PUBLIC)
def show_storefront(slug: str) -> str:
    """A newsletter's rate card, open dates and readers; ?slot=7 ticks a date."""
    return _storefront(get_newsletter(db.session(), slug))


@blueprint.get("/newsletters/<slug>/price")
@access(Access.PUBLIC)
def price_order(slug: str) -> str:
    """The order slip for what is ticked, a fragment."""
    g.newsletter = get_newsletter(db.session(), slug)
    return render_template("storefront/_order.html", slip=_slip(g.newsletter, _picks()))


@blueprint.get("/orders/<token>")
@access(Access.LINK)
def show_order(token: str) -> str:
    """What is booked, how it stands, and what is due next."""
    order, now = get_order(db.session(), token), clock.now()
    g.newsletter = order.newsletter
    view = queries.view_order(db.session(), order, now)
    is_team = g.viewer is not None and g.viewer.may(Permission.READ, order.newsletter_id)
    timeline = list_timeline(db.session(), order, internal=is_team)
    ids = [booking.id for booking in order.bookings]
    return render_template(
        "storefront/show_order.html", timeline=timeline, view=view, now=now, clauses=order_headline(view.facts, now),
        owed=[one for one in list_make_goods_of(db.session(), ids) if not one.is_cancelled],
        placed=list_make_goods_placed(db.session(), ids), displaced=list_open_of_bookings(db.session(), ids),
    )  # fmt: skip


@blueprint.get("/sponsor")
@access(Access.SIGNED_IN)
def show_home() -> str:
    """All that the viewer's companies have booked, in every newsletter of this desk."""
    now = clock.now()
    view = queries.view_home(db.session(), g.viewer, now)
    rows = [*view.coming, *view.ran]
    newsletters = list_newsletters(db.session())
    g.newsletter = rows[0].booking.slot.issue.newsletter if rows else next(iter(newsletters), None)
    return render_template(
        "storefront/show_home.html", view=view, newsletters=newsletters,
        clauses=home_headline(len(view.coming), len(view.ran), _due(view, now), view.questions),
    )  # fmt: skip


def _due(view: queries.HomeView, now: datetime) -> Clause | None:
    """Which copy is due next, in words."""
    if view.next_copy is None:
        return None
    issue = view.next_copy.booking.slot.issue
    return copy_clause(issue.publish_on, view.next_copy.copy_due_at, issue.newsletter.timezone, now)


def _picks() -> list[int]:
    """The slots named in the address; words that are no number are left out."""
    words = request.args.getlist("slot")
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 11]


def _slip(newsletter: Newsletter, picks: list[int]) -> queries.Slip:
    """The order slip, with the code and the credits that the address names."""
    own = find_sponsor_of_address(db.session(), newsletter.id, g.viewer.email) if g.viewer else None
    clients = list_clients(db.session(), own.id) if own else []
    client = next((one for one in clients if one.id == request.args.get("client", type=int)), None)
    slip = queries.price_slip(
        db.session(), newsletter, picks, clock.now(), code=clean_line(request.args.get("code", ""))[:40],
        sponsor=client or own, uses_credits=request.args.get("credits") == "1",
        category_id=request.args.get("exclusive", 0, type=int),
    )  # fmt: skip
    chosen = client.id if client is not None else 0
    return replace(slip, agency=own if clients else None, clients=tuple(clients), client_id=chosen)


def _storefront(newsletter: Newsletter) -> str:
    g.newsletter = newsletter
    now, picks = clock.now(), _picks()
    return render_template(
        "storefront/show_storefront.html", avails=queries.list_avails(db.session(), newsletter, now, picks),
        slip=_slip(newsletter, picks), terms=split_terms(newsletter.terms),
        rule_sentences=queries.rule_sentences(db.session(), newsletter, now),
        usual=queries.clicks_by_placement(db.session(), newsletter),
        home_href=url_for("storefront.show_storefront", slug=newsletter.slug),
    )  # fmt: skip
