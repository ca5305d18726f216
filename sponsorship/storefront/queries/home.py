"""What a sponsor finds at home: what waits for an answer, what is to come, what ran, what is waited for, what is owed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.rules import Viewer
from sponsorship.booking.models import CreditGrant, Displacement, Order, Promise, Waiting
from sponsorship.booking.queries import (
    list_bookings_of_sponsors,
    list_credit_grants,
    list_displacements_to_choose,
    list_promises_to,
    list_proposals_to,
    list_wishes_of,
)
from sponsorship.booking.rules import BookingState
from sponsorship.sponsors.queries import list_companies_of_user
from sponsorship.storefront.queries.orders import BookingRow, next_copy, view_rows


@dataclass(frozen=True, slots=True)
class HomeView:
    """All that a person's companies have: bookings to come, soonest first, and those that ran, latest first.

    Then what waits for their answer (slots that fell away, promises, proposals), what they wait for, and credits left.
    """

    coming: tuple[BookingRow, ...]
    ran: tuple[BookingRow, ...]
    displaced: tuple[Displacement, ...] = ()
    promises: tuple[Promise, ...] = ()
    proposals: tuple[Order, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    credits: tuple[CreditGrant, ...] = ()
    has_clients: bool = False  # of more than one company: each line says whose it is

    @property
    def next_copy(self) -> BookingRow | None:
        """The booking whose copy is wanted soonest."""
        return next_copy(self.coming)

    @property
    def questions(self) -> int:
        """How many things wait for an answer."""
        return len(self.displaced) + len(self.promises) + len(self.proposals)


def view_home(session: Session, viewer: Viewer, now: datetime) -> HomeView:
    """Return what every sponsor has that a person acts for; closed bookings, and archived ones without a price, aside."""
    ids = [sponsor.id for sponsor in list_companies_of_user(session, viewer.user_id)]
    rows = [row for row in view_rows(session, list_bookings_of_sponsors(session, ids), now) if row.view is not None]
    coming = [row for row in rows if row.booking.state is not BookingState.RAN and row.booking.order is not None]
    ran = [row for row in reversed(rows) if row.booking.state is BookingState.RAN]
    return HomeView(
        tuple(coming),
        tuple(ran),
        displaced=tuple(list_displacements_to_choose(session, ids)),
        promises=tuple(list_promises_to(session, viewer.email, ids)),
        proposals=tuple(list_proposals_to(session, ids)),
        waiting=tuple(list_wishes_of(session, viewer.email)),
        credits=tuple(grant for grant in list_credit_grants(session, ids) if grant.left > 0),
        has_clients=len(ids) > 1,
    )
