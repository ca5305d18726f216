"""Where sponsors' shops report back what became of a click."""

from flask import Response, request

from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.core.web import Access, access, csrf, settings
from sponsorship.tracking import queries, services
from sponsorship.tracking.queries import ConversionCount
from sponsorship.tracking.rules.conversions import USUAL_EVENT, read_postback
from sponsorship.tracking.views.door import blueprint

LARGEST_REPORT = 16 * 1024  # bytes


@blueprint.route("/postback", methods=["GET", "POST"])
@access(Access.PUBLIC)
@csrf.exempt
def receive_postback() -> Response:
    """Count a conversion that carries a signed click id, once; say in a sentence what is wrong with any other."""
    request.max_content_length = LARGEST_REPORT
    said, now = request.values, clock.now()
    try:
        postback = read_postback(
            settings().secret_key.encode(), click_id=said.get("click_id", ""), event=said.get("event", USUAL_EVENT),
            value=said.get("value", ""), currency=said.get("currency", ""), now=now,
        )  # fmt: skip
        with transaction() as session:
            is_new = services.record_conversion(session, postback=postback, now=now)
    except DomainError as refusal:
        return _answer(refusal.message, refusal.status)
    return _answer("counted" if is_new else "counted already", 200)


def _answer(sentence: str, status: int) -> Response:
    return Response(f"{sentence}\n", status, mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blueprint.app_template_global()
def conversions_by_booking(names: dict[int, str]) -> list[tuple[str, ConversionCount]]:
    """What shops reported for bookings, each with its name, in the order in which the bookings are given."""
    found = queries.conversions_of(db.session(), names)
    return [(name, one) for booking_id, name in names.items() for one in found.get(booking_id, ())]
