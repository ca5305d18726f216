"""What the newsletter still owes in slots: credits that sponsors hold and have not used, make-goods among them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.booking.models import CreditEntry, CreditGrant
from sponsorship.booking.rules import CreditOrigin
from sponsorship.inventory.models import Newsletter, Placement
from sponsorship.reporting.rules import Scope
from sponsorship.sponsors.models import Sponsor


@dataclass(frozen=True, slots=True)
class OpenCredit:
    """Slots of one grant that are neither used nor expired; `paid_minor` is what was paid for them, 0 for what is given.

    `worth_minor` is what they come to at today's rate card, 0 where any placement may be chosen.
    """

    sponsor_id: int
    sponsor_name: str
    origin: CreditOrigin
    placement_name: str
    slots: int
    paid_minor: int
    worth_minor: int
    currency: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Liability:
    """Open credits, those that end first at the head; sums in the newsletter's own currency only."""

    rows: tuple[OpenCredit, ...]
    slots: int
    paid_minor: int
    worth_minor: int


def get_liability(session: Session, newsletter: Newsletter, scope: Scope, today: date) -> Liability:
    """Return what is still owed in slots; what has expired is owed no more, even before it is booked as such."""
    left, paid = func.sum(CreditEntry.slots), func.sum(CreditEntry.value_minor)
    query = (
        select(CreditGrant, Sponsor.name, Placement.name, Placement.id, left, paid)
        .join(CreditEntry, CreditEntry.grant_id == CreditGrant.id)
        .join(Sponsor, CreditGrant.sponsor_id == Sponsor.id)
        .outerjoin(Placement, CreditGrant.placement_id == Placement.id)
        .where(Sponsor.newsletter_id == newsletter.id)
        .where(CreditGrant.expires_on.is_(None) | (CreditGrant.expires_on >= today))
        .group_by(CreditGrant.id, Sponsor.name, Placement.name, Placement.id)
        .having(left > 0)
        .order_by(CreditGrant.expires_on.is_(None), CreditGrant.expires_on, CreditGrant.id)
    )
    if scope.sponsor_id is not None:
        query = query.where(CreditGrant.sponsor_id == scope.sponsor_id)
    if scope.placement_id is not None:
        query = query.where(CreditGrant.placement_id == scope.placement_id)
    prices = {one.id: one.price_on(today) for one in newsletter.placements}
    rows = [
        OpenCredit(
            sponsor_id=grant.sponsor_id,
            sponsor_name=sponsor,
            origin=grant.origin,
            placement_name=placement or "",
            slots=int(slots),
            paid_minor=int(value),
            worth_minor=int(slots) * prices.get(placement_id or 0, 0),
            currency=grant.currency,
            expires_on=grant.expires_on,
        )
        for grant, sponsor, placement, placement_id, slots, value in session.execute(query)
    ]
    own = [row for row in rows if row.currency == newsletter.currency]
    paid_minor, worth_minor = sum(row.paid_minor for row in own), sum(row.worth_minor for row in own)
    return Liability(tuple(rows), sum(row.slots for row in rows), paid_minor, worth_minor)
