"""Holding slots: all of an order's, or none."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.errors import (
    HoldExpired,
    HoldExtended,
    NotForSale,
    NothingPicked,
    TooManyOpenOrders,
    TooManySlots,
)
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import count_open_orders, last_order_number
from sponsorship.booking.rules import (
    BUYER,
    EXTENSION,
    HOLD,
    MOST_OPEN_ORDERS,
    MOST_SLOTS,
    PROPOSAL,
    BookingKind,
    BookingState,
    OrderState,
    next_order_number,
)
from sponsorship.booking.services.occupy import check_planned, lock_issues, lock_order, name_slots, note, occupy
from sponsorship.booking.services.prices import Price, price_slots, spend_credits, write_price
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import InvalidTransition
from sponsorship.core.format import local
from sponsorship.core.text import clean_line
from sponsorship.core.tokens import new_token
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.queries import list_slots_by_id
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.services import add_contact, make_sure_of_sponsor


def hold_slots(
    session: Session,
    *,
    newsletter: Newsletter,
    slot_ids: Sequence[int],
    holder_key: str | None = None,
    sponsor: Sponsor | None = None,
    promo_code: str = "",
    use_credits: bool = False,
    now: datetime,
) -> Order:
    """Hold slots for 20 minutes as one order: all of them or none.

    Raises SlotTaken or NotForSale, each naming the slots; NothingPicked, TooManySlots; TooManyOpenOrders where the
    network address (`holder_key`) or the sponsor has three unpaid orders at this newsletter already; PromoRefused for a
    code that does not hold. Credits are used where the sponsor, who must be proven, wants it.
    """
    slots = _slots_of(session, newsletter, slot_ids)
    lock_issues(session, slots)
    lock_newsletter(session, newsletter)
    if sponsor is not None:
        lock_rows(session, Sponsor, [sponsor.id])
    check_planned(slots, now)
    _check_bookable(slots, now)
    check_open_orders(session, newsletter, now, holder_key=holder_key, sponsor=sponsor)
    price = price_slots(
        session,
        newsletter=newsletter,
        slots=slots,
        sponsor=sponsor,
        promo_code=promo_code,
        use_credits=use_credits,
        now=now,
    )
    order = _new_order(newsletter, slots, sponsor, price, number=_next_number(session, newsletter, now), now=now,
                       held_until=now + HOLD)  # fmt: skip
    order.holder_key = holder_key
    occupy(session, slots, [order])
    spend_credits(session, order=order, grants=price.grants, actor=BUYER, now=now)
    note(session, order, "held", actor=BUYER, now=now, slots=[slot.id for slot in slots])
    return order


def book_manually(
    session: Session,
    *,
    newsletter: Newsletter,
    sponsor: Sponsor,
    slot_ids: Sequence[int],
    actor: str,
    now: datetime,
    held_until: datetime | None = None,
) -> Order:
    """Hold slots for a sponsor in the publisher's name, to be confirmed on an invoice or paid by the sponsor.

    Lead times and the limit on open orders are the publisher's own and do not bind him. The hold lasts until
    `held_until`, 20 minutes without one. Raises SlotTaken, NotForSale, NothingPicked, TooManySlots.
    """
    slots = _slots_of(session, newsletter, slot_ids)
    lock_issues(session, slots)
    lock_newsletter(session, newsletter)
    lock_rows(session, Sponsor, [sponsor.id])
    check_planned(slots, now)
    price = price_slots(session, newsletter=newsletter, slots=slots, sponsor=sponsor, now=now)
    order = _new_order(newsletter, slots, sponsor, price, number=_next_number(session, newsletter, now), now=now,
                       held_until=held_until or now + HOLD)  # fmt: skip
    if sponsor.contacts:
        person = sponsor.contacts[0].user
        order.contact_name, order.contact_email = person.name, person.email
    occupy(session, slots, [order])
    note(session, order, "held", actor=actor, now=now, slots=[slot.id for slot in slots])
    return order


def hold_again(
    session: Session, *, order: Order, slot_ids: Sequence[int], holder_key: str | None = None, now: datetime
) -> Order:
    """Hold slots for the buyer of an order that lapsed or was released, who need not give the details again.

    Raises what hold_slots raises.
    """
    fresh = hold_slots(session, newsletter=order.newsletter, slot_ids=slot_ids, holder_key=holder_key, now=now)
    fresh.sponsor = order.sponsor
    for booking in fresh.bookings:
        booking.sponsor = order.sponsor
    fresh.contact_name, fresh.contact_email = order.contact_name, order.contact_email
    fresh.purchase_order_number = order.purchase_order_number
    session.flush()
    return fresh


def propose_order(
    session: Session, *, slot: Slot, sponsor_name: str, contact_name: str, contact_email: str, actor: str, now: datetime
) -> Order:
    """Book a slot by phone or mail: held for three days, at most until the issue, for a sponsor who is sent the link to pay.

    Raises SlotTaken, NotForSale.
    """
    newsletter = slot.issue.newsletter
    lock_issues(session, [slot])
    lock_newsletter(session, newsletter)
    sponsor = make_sure_of_sponsor(session, newsletter_id=newsletter.id, name=sponsor_name, now=now)
    order = book_manually(
        session, newsletter=newsletter, sponsor=sponsor, slot_ids=[slot.id], actor=actor, now=now,
        held_until=min(now + PROPOSAL, slot.issue.publish_at),
    )  # fmt: skip
    if contact_email:
        contact = add_contact(session, sponsor=sponsor, email=contact_email, name=clean_line(contact_name), now=now)
        order.contact_name, order.contact_email = contact.user.name, contact.user.email
        session.flush()
    note(session, order, "proposed", actor=actor, now=now, contact=order.contact_email)
    return order


def extend_hold(session: Session, *, order: Order, now: datetime) -> Order:
    """Give an order ten more minutes, once; raises HoldExtended the second time, HoldExpired once time has run out."""
    was = lock_order(session, order)
    check_alive(order, now)
    if order.state is not OrderState.HELD:
        raise InvalidTransition
    if order.is_extended:
        raise HoldExtended
    order.is_extended = True
    hold_until(order, (order.held_until or now) + EXTENSION)
    note(session, order, "extended", actor=BUYER, now=now, was=was)
    return order


def lock_newsletter(session: Session, newsletter: Newsletter) -> None:
    """Let one order of a newsletter at a time be numbered, counted and given its sponsor; after issues, before sponsors."""
    session.execute(select(Newsletter.id).where(Newsletter.id == newsletter.id).with_for_update(key_share=True))


def hold_until(order: Order, moment: datetime | None) -> None:
    """Set the end of an order's hold, and of its bookings'; None where no clock runs."""
    order.held_until = moment
    for booking in order.bookings:
        if booking.state is BookingState.HELD:
            booking.held_until = moment


def check_alive(order: Order, now: datetime) -> None:
    """Raise HoldExpired for an order that lapsed, or is held and past its time."""
    if order.state is OrderState.LAPSED:
        raise HoldExpired
    if order.state is OrderState.HELD and order.held_until is not None and order.held_until <= now:
        raise HoldExpired


def check_open_orders(
    session: Session,
    newsletter: Newsletter,
    now: datetime,
    *,
    holder_key: str | None = None,
    sponsor: Sponsor | None = None,
    besides: int | None = None,
) -> None:
    """Raise TooManyOpenOrders where an address or a sponsor has as many unpaid orders as one may; rows are locked before."""
    open_orders = 0
    if holder_key is not None:
        open_orders = count_open_orders(session, newsletter.id, now, holder_key=holder_key, besides=besides)
    if sponsor is not None:
        of_sponsor = count_open_orders(session, newsletter.id, now, sponsor_id=sponsor.id, besides=besides)
        open_orders = max(open_orders, of_sponsor)
    if open_orders >= MOST_OPEN_ORDERS:
        raise TooManyOpenOrders(
            f"You have {open_orders} unpaid orders open. Pay or release one of them first, or wait until it lapses."
        )


def _slots_of(session: Session, newsletter: Newsletter, slot_ids: Sequence[int]) -> list[Slot]:
    """The slots asked for, each once, in order of id; every one of this newsletter's, or none."""
    wanted = set(slot_ids)
    if not wanted:
        raise NothingPicked
    if len(wanted) > MOST_SLOTS:
        raise TooManySlots(
            f"One order takes at most {MOST_SLOTS} slots; you picked {len(wanted)}. Book the rest in a second."
        )
    slots = [s for s in list_slots_by_id(session, wanted) if s.issue.newsletter_id == newsletter.id]
    if len(slots) < len(wanted):
        missing = tuple(sorted(wanted - {slot.id for slot in slots}))
        raise NotForSale(f"One of the dates is not on the rate card of {newsletter.name}. Pick it again.", missing)
    return slots


def _check_bookable(slots: Sequence[Slot], now: datetime) -> None:
    early = [s for s in slots if s.bookable_from and s.bookable_from > local(now, s.issue.newsletter.timezone).date()]
    if early:
        raise NotForSale(f"{name_slots(early)} cannot be bought yet.", tuple(slot.id for slot in early))
    late = [slot for slot in slots if slot.deadlines.bookable_until <= now]
    if late:
        ids = tuple(slot.id for slot in late)
        raise NotForSale(f"{name_slots(late)} can no longer be bought: the issue is too near.", ids)
    retired = [s for s in slots if s.placement.retired_at is not None and s.placement.retired_at <= now]
    if retired:
        raise NotForSale(f"{name_slots(retired)} is no longer sold.", tuple(slot.id for slot in retired))


def _next_number(session: Session, newsletter: Newsletter, now: datetime) -> str:
    year = local(now, newsletter.timezone).year
    return next_order_number(year, last_order_number(session, newsletter.id, f"IO-{year}-"))


def _new_order(
    newsletter: Newsletter,
    slots: Sequence[Slot],
    sponsor: Sponsor | None,
    price: Price,
    *,
    number: str,
    now: datetime,
    held_until: datetime,
) -> Order:
    order = Order(
        token=new_token(), number=number, newsletter_id=newsletter.id, newsletter=newsletter, sponsor=sponsor,
        state=OrderState.HELD, currency=price.quote.currency, created_at=now, held_until=held_until,
        bookings=[
            Booking(slot=slot, sponsor=sponsor, kind=BookingKind.SALE, state=BookingState.HELD,
                    price_minor=slot.list_price_minor, created_at=now, held_until=held_until)
            for slot in slots
        ],
    )  # fmt: skip
    write_price(order, price)
    return order
