"""The door of the bookings' pages: one blueprint for buyers and team, and what several of the buyers' pages need."""

import hashlib
import hmac

from flask import Blueprint, request, url_for

from sponsorship.booking.models import Order
from sponsorship.booking.rules import OrderState
from sponsorship.core.web import settings

blueprint = Blueprint("booking", __name__)


def holder_key() -> str:
    """The network address under a keyed hash: enough to count open orders by, and nothing to read it from."""
    address = (request.remote_addr or "").encode()
    return hmac.new(settings().secret_key.encode(), b"holder:" + address, hashlib.sha256).hexdigest()


def next_page(order: Order) -> str:
    """Where somebody who has just held slots goes on: to the checkout, or to the request where the publisher approves first."""
    is_request = order.state is OrderState.DRAFT and order.requested_at is None
    return url_for("booking.ask_approval" if is_request else "payments.checkout", token=order.token)
