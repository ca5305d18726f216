"""One sponsor with everything that is known of it; and what would follow it into another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.assembly.queries import SlotView, list_views
from sponsorship.booking.models import Booking, CreditGrant, Order, Promise, Waiting
from sponsorship.booking.queries import (
    SponsorLine,
    list_bookings_of_sponsors,
    list_credit_grants,
    list_orders_of_sponsor,
    list_promises,
    list_sponsor_timeline,
    list_waiting,
)
from sponsorship.booking.rules import BookingState
from sponsorship.booking.services import sponsor_columns
from sponsorship.core.errors import NotFound
from sponsorship.creative.models import Creative
from sponsorship.desk.rules.sponsors import SponsorSums
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice, JournalEntry
from sponsorship.payments.queries import list_open_invoices, money_by_booking
from sponsorship.sponsors.models import Sponsor

NEWEST_LINES = 40
MOVED = {"contact": "Contacts", "credit_grant": "Grants of credits", "waiting": "Wishes on the waiting list"}


@dataclass(frozen=True, slots=True)
class SponsorPage:
    """A sponsor: `coming` soonest first, `ran` latest first; `kin` are words and companies that stand by it."""

    sponsor: Sponsor
    coming: tuple[SlotView, ...]
    ran: tuple[SlotView, ...]
    invoices: tuple[Invoice, ...]
    credits: tuple[CreditGrant, ...]
    promises: tuple[Promise, ...]
    wishes: tuple[Waiting, ...]
    kin: tuple[tuple[str, Sponsor], ...]
    timeline: tuple[SponsorLine, ...]
    sums: SponsorSums


def get_sponsor_page(session: Session, newsletter: Newsletter, sponsor_id: int, now: datetime) -> SponsorPage:
    """Return all that is known of a newsletter's sponsor; raises NotFound for another's."""
    sponsor = get_own_sponsor(session, newsletter, sponsor_id)
    bookings = list_bookings_of_sponsors(session, [sponsor.id])
    views = [view for view in list_views(session, [b.slot for b in bookings], now) if view.booking in bookings]
    views.sort(key=lambda view: (view.issue.publish_at, view.slot.id))
    coming = [view for view in views if view.booking and view.booking.state is not BookingState.RAN]
    ran = [view for view in reversed(views) if view.booking and view.booking.state is BookingState.RAN]
    invoices = [
        one
        for one in list_open_invoices(session, newsletter.id)
        if (one.order.agency_id or one.order.sponsor_id) == sponsor.id and one.currency == newsletter.currency
    ]
    orders = list_orders_of_sponsor(session, [sponsor.id])
    return SponsorPage(
        sponsor=sponsor, coming=tuple(coming), ran=tuple(ran), invoices=tuple(invoices),
        credits=tuple(grant for grant in list_credit_grants(session, [sponsor.id]) if grant.left),
        promises=tuple(p for p in list_promises(session, newsletter.id) if p.booking.sponsor_id == sponsor.id),
        wishes=tuple(w for w in list_waiting(session, newsletter.id) if w.sponsor_id == sponsor.id),
        kin=_kin(session, sponsor), timeline=tuple(list_sponsor_timeline(session, sponsor, orders, NEWEST_LINES)),
        sums=_sums(session, newsletter, sponsor, bookings, invoices),
    )  # fmt: skip


def get_own_sponsor(session: Session, newsletter: Newsletter, sponsor_id: int) -> Sponsor:
    """Return a newsletter's sponsor; raises NotFound for another's."""
    sponsor = session.get(Sponsor, sponsor_id) if sponsor_id < 2**31 else None
    if sponsor is None or sponsor.newsletter_id != newsletter.id:
        raise NotFound
    return sponsor


def count_followers(session: Session, sponsor: Sponsor) -> list[tuple[str, int]]:
    """Return what would follow a sponsor into another, by word and number: every row that names it, and what hangs on those."""
    counts: dict[str, int] = {}
    for column in sponsor_columns():
        query = select(func.count()).select_from(column.table).where(column == sponsor.id)
        counts[column.table.name] = counts.get(column.table.name, 0) + int(session.scalar(query) or 0)
    orders = select(Order.id).where(Order.sponsor_id == sponsor.id)
    bookings = select(Booking.id).where(Booking.sponsor_id == sponsor.id)
    hanging = {
        "Invoices": select(func.count(Invoice.id)).where(Invoice.order_id.in_(orders)),
        "Entries in the ledger": select(func.count(JournalEntry.id)).where(JournalEntry.order_id.in_(orders)),
        "Texts": select(func.count(Creative.id)).where(Creative.booking_id.in_(bookings)),
    }
    named = [("Orders", counts.pop("purchase_order", 0)), ("Bookings", counts.pop("booking", 0))]
    named += [(word, int(session.scalar(query) or 0)) for word, query in hanging.items()]
    named += [(word, counts.pop(table, 0)) for table, word in MOVED.items()]
    return [*named, ("Other rows", sum(counts.values()))]


def _kin(session: Session, sponsor: Sponsor) -> tuple[tuple[str, Sponsor], ...]:
    query = select(Sponsor).where((Sponsor.agency_id == sponsor.id) | (Sponsor.parent_id == sponsor.id))
    others = list(session.scalars(query.order_by(Sponsor.name)))
    above = [("Agency", sponsor.agency), ("Belongs to", sponsor.parent)]
    return (
        *((word, one) for word, one in above if one is not None),
        *(("Books for", one) for one in others if one.agency_id == sponsor.id),
        *(("Owns", one) for one in others if one.parent_id == sponsor.id),
    )


def _sums(
    session: Session, newsletter: Newsletter, sponsor: Sponsor, bookings: Sequence[Booking], invoices: Sequence[Invoice]
) -> SponsorSums:
    own = [b.id for b in bookings if b.order is not None and b.order.currency == newsletter.currency]
    sold = [b for b in bookings if b.state in (BookingState.CONFIRMED, BookingState.RAN)]
    return SponsorSums(
        name=sponsor.name,
        booked_minor=sum(money.booked_minor for money in money_by_booking(session, own).values()),
        slots=len(sold),
        owed_minor=sum(one.open_minor for one in invoices),
        next_on=min((b.slot.issue.publish_on for b in sold if b.state is BookingState.CONFIRMED), default=None),
        is_refused=sponsor.is_refused,
    )
