"""Counting what sponsors' shops report back: each event of a click once, apart from clicks."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from sponsorship.core.errors import NotFound
from sponsorship.tracking.models import Conversion, TrackedLink
from sponsorship.tracking.rules.conversions import Postback
from sponsorship.tracking.services.judging import insert_or


def record_conversion(session: Session, *, postback: Postback, now: datetime) -> bool:
    """Count a conversion for its click's link; False where this event of this click was counted already.

    Raises NotFound where the link is gone.
    """
    if session.get(TrackedLink, postback.click.link_id) is None:
        raise NotFound("The link of that click is not there any more.")
    insert = insert_or(session, Conversion).on_conflict_do_nothing().returning(Conversion.id)
    values = {
        "link_id": postback.click.link_id, "click_reference": postback.click.reference, "event": postback.event,
        "clicked_at": datetime.fromtimestamp(postback.click.clicked_at, UTC), "at": now,
        "value_minor": postback.value_minor, "currency": postback.currency,
    }  # fmt: skip
    return bool(session.scalars(insert.values(**values)).all())
