"""An order on paper."""

from flask import Response

from sponsorship.booking import queries
from sponsorship.booking.portal.door import blueprint
from sponsorship.core.db import db
from sponsorship.core.pdf import typeset
from sponsorship.core.web import Access, access


@blueprint.get("/orders/<token>/insertion-order.pdf")
@access(Access.LINK)
def show_insertion_order(token: str) -> Response:
    """Return the insertion order as PDF, as the order stands now."""
    order = queries.get_order(db.session(), token)
    values = queries.insertion_order(db.session(), order)
    page = typeset("insertion_order", values, made_at=order.confirmed_at or order.created_at)
    name = f'inline; filename="{order.number}.pdf"'
    return Response(page, mimetype="application/pdf", headers={"Content-Disposition": name})
