"""A series of dates in one order, and the same dates again a quarter later."""

from datetime import date, timedelta
from typing import Any

from flask import g, render_template, request, url_for

from sponsorship.booking import queries
from sponsorship.booking.portal.door import blueprint
from sponsorship.booking.rules import MOST_EVERY
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.web import Access, access
from sponsorship.inventory.models import Newsletter, Placement
from sponsorship.inventory.queries import get_newsletter, list_placements
from sponsorship.inventory.services import today_of


@blueprint.get("/newsletters/<slug>/series")
@access(Access.PUBLIC)
def plan_series(slug: str) -> str | tuple[str, int]:
    """Pick every n-th issue of a placement until a day; what is taken is named, with the nearest that is open."""
    g.newsletter = newsletter = get_newsletter(db.session(), slug)
    placements, wish = list_placements(db.session(), newsletter.id), read_wish(newsletter)
    placement = find_placement(placements, wish)
    slots = []
    if placement is not None and not wish["error"]:
        slots = queries.find_series(
            db.session(), newsletter, placement, every=wish["every"], first=wish["first"], until=wish["until"],
            now=clock.now(),
        )  # fmt: skip
    page = render_template(
        "booking/plan_series.html", newsletter=newsletter, placements=placements, placement=placement, wish=wish,
        slots=slots, swap=queries.suggest_swap(db.session(), newsletter, [slot.id for slot in slots], clock.now()),
        home_href=url_for("storefront.show_storefront", slug=slug),
    )  # fmt: skip
    return page, 422 if wish["error"] else 200


@blueprint.get("/orders/<token>/renew")
@access(Access.LINK)
def renew_order(token: str) -> str:
    """Show the same slots a quarter later, to be held as one order."""
    order, now = queries.get_order(db.session(), token), clock.now()
    g.newsletter = order.newsletter
    slots, unplanned = queries.find_same_slots_later(db.session(), order, now)
    return render_template(
        "booking/renew_order.html", newsletter=order.newsletter, order=order, unplanned=unplanned, slots=slots,
        swap=queries.suggest_swap(db.session(), order.newsletter, [slot.id for slot in slots], now),
        home_href=url_for("storefront.show_storefront", slug=order.newsletter.slug),
    )  # fmt: skip


def read_wish(newsletter: Newsletter) -> dict[str, Any]:
    """What the address asks for, with what is usual for the rest; `error` says what cannot be read."""
    today = today_of(newsletter, clock.now())
    asked = request.args
    wish: dict[str, Any] = {
        "placement": asked.get("placement", ""), "every": 4, "first": today, "until": today + timedelta(weeks=26), "error": "",
    }  # fmt: skip
    if "placement" not in asked:
        return wish
    try:
        wish["every"] = int(asked.get("every", "4"))
        wish["first"], wish["until"] = (date.fromisoformat(asked.get(name, "")) for name in ("first", "until"))
    except ValueError:
        return wish | {"error": "Give a number of issues, and both days as a date."}
    if not 1 <= wish["every"] <= MOST_EVERY or wish["first"] > wish["until"]:
        wish["error"] = f"Every first to {MOST_EVERY}th issue, and the last day after the first."
    return wish


def find_placement(placements: list[Placement], wish: dict[str, Any]) -> Placement | None:
    """The placement that is wished for, or None where none is."""
    return next((one for one in placements if str(one.id) == wish["placement"]), None)
