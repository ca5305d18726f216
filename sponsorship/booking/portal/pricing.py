"""The price of a held order, changed by its buyer: a promo code, prepaid credits."""

from flask import flash, g, url_for
from werkzeug.wrappers import Response

from sponsorship.booking import queries, services
from sponsorship.booking.errors import HoldExpired
from sponsorship.booking.forms import ChangePriceForm
from sponsorship.booking.models import Order
from sponsorship.booking.portal.door import blueprint
from sponsorship.booking.rules import BUYER
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.web import Access, access, go_to
from sponsorship.sponsors.queries import list_companies_of_user


@blueprint.post("/orders/<token>/price")
@access(Access.LINK)
def change_price(token: str) -> Response:
    """Put a promo code on a held order or take it off, use credits or not; a refusal says why and changes nothing."""
    form = ChangePriceForm()
    g.newsletter = queries.get_order(db.session(), token).newsletter
    try:
        if not form.validate():
            raise DomainError(" ".join(error for errors in form.errors.values() for error in errors))
        with transaction() as session:
            order = queries.get_order(session, token)
            services.change_price(
                session, order=order, promo_code=form.code.data or "", use_credits=form.credits.data == "1" and _is_own(order),
                actor=BUYER, now=clock.now(),
            )  # fmt: skip
        flash("The order is priced anew.", "ok")
    except HoldExpired:
        return go_to(url_for("booking.hold_again", token=token))
    except DomainError as refusal:
        flash(refusal.message, "error")
    return go_to(url_for("payments.checkout", token=token))


def _is_own(order: Order) -> bool:
    """Whether the viewer acts for the order's sponsor: nobody spends another's credits."""
    return g.viewer is not None and order.sponsor in list_companies_of_user(db.session(), g.viewer.user_id)
