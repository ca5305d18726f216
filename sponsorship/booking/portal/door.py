"""The door of the bookings' pages: one blueprint for buyers and team, and what several of the buyers' pages need."""

import hashlib
import hmac
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Blueprint, g, request, session, url_for

from sponsorship.booking.models import Order
from sponsorship.booking.rules import OrderState
from sponsorship.booking.services.limits import UNLIMITED, Buyer
from sponsorship.core.web import settings
from sponsorship.inventory.models import Newsletter

blueprint = Blueprint("booking", __name__)


def buyer_of(newsletter: Newsletter) -> Buyer:
    """Where this request comes from, under keyed hashes: enough to count holds by, and nothing to read it from.

    The newsletter's own team is not limited. Of an IPv6 address only the network counts, for one subscriber has all of it.
    """
    if g.viewer is not None and newsletter.id in g.viewer.roles:
        return UNLIMITED
    browser = session.get("csrf_token")  # the form's own secret: one for each browser, and no form is taken without it
    return Buyer(
        _keyed("holder", network_of(request.remote_addr or "")), _keyed("browser", browser) if browser else None
    )


def network_of(address: str) -> str:
    """What of a network address stands for one subscriber: all of an IPv4 address, the first half of an IPv6 one."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(ip_network((known, 64), strict=False))
    return str(getattr(known, "ipv4_mapped", None) or known)


def _keyed(what: str, value: str) -> str:
    return hmac.new(settings().secret_key.encode(), f"{what}:{value}".encode(), hashlib.sha256).hexdigest()


def next_page(order: Order) -> str:
    """Where somebody who has just held slots goes on: to the checkout, or to the request where the publisher approves first."""
    is_request = order.state is OrderState.DRAFT and order.requested_at is None
    return url_for("booking.ask_approval" if is_request else "payments.checkout", token=order.token)
