"""The door of copy's pages: through an order's link, or through a copywriter's, which opens this one ad and nothing else."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, url_for
from werkzeug.wrappers import Response

from sponsorship.booking.models import Booking
from sponsorship.booking.queries import get_order, get_order_booking
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.creative.queries import open_writer_link
from sponsorship.creative.rules import Side

blueprint = Blueprint("creative", __name__)
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Door:
    """Through which link somebody came, for which booking, and as whom."""

    token: str
    booking: Booking
    side: Side
    actor: str

    def url(self, act: str, **more: Any) -> str:
        """Return where an act is, through the same door."""
        if self.side is Side.WRITER:
            return url_for(f"creative.{act}_as_writer", token=self.token, **more)
        return url_for(f"creative.{act}", token=self.token, booking_id=self.booking.id, **more)


def open_order(token: str, booking_id: int) -> Door:
    """Open an order's link, in the session that is open; raises NotFound for a booking of another order."""
    order = get_order(db.session(), token)
    g.newsletter = order.newsletter
    booking = get_order_booking(db.session(), order, booking_id)
    return Door(token, booking, Side.SPONSOR, g.viewer.email if g.viewer else f"{order.contact_email} (link)")


def open_writer(token: str) -> Door:
    """Open a copywriter's link; raises NotFound where it is over or was taken back."""
    link = open_writer_link(db.session(), token, clock.now())
    g.newsletter = link.booking.slot.issue.newsletter
    return Door(token, link.booking, Side.WRITER, f"{link.name} (copywriter)")
