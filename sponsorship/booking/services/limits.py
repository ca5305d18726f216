"""The limits on what one buyer holds without paying, looked at under the newsletter's lock: they hold across processes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from sponsorship.booking.errors import HoldsTooMuch
from sponsorship.booking.models import Order
from sponsorship.booking.queries import hold_limits, holdings_of
from sponsorship.booking.rules import hold_refusal
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import Sponsor


@dataclass(frozen=True, slots=True)
class Buyer:
    """Where a hold comes from: keyed hashes of its network address and of its browser's session; None is not limited."""

    address_key: str | None = None
    browser_key: str | None = None


UNLIMITED = Buyer()  # the publisher, and whoever comes with a link that he gave


def check_limits(
    session: Session,
    newsletter: Newsletter,
    now: datetime,
    *,
    wanted: int,
    buyer: Buyer = UNLIMITED,
    sponsor: Sponsor | None = None,
    besides: int | None = None,
) -> None:
    """Raise HoldsTooMuch where an address, a browser or a sponsor may not hold so many more slots; rows are locked before."""
    limits = hold_limits(session, newsletter.id)
    who: list[ColumnElement[bool]] = []
    if buyer.address_key is not None:
        who.append(Order.holder_key == buyer.address_key)
    if buyer.browser_key is not None:
        who.append(Order.browser_key == buyer.browser_key)
    if sponsor is not None:
        who.append(Order.sponsor_id == sponsor.id)
    for orders in who:
        holdings = holdings_of(session, newsletter.id, orders, now, besides=besides)
        refusal = hold_refusal(limits, holdings, wanted)
        if refusal is not None:
            raise HoldsTooMuch(refusal)
