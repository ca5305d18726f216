"""Holding slots: all of an order's, or none."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.errors import (
    HoldExpired,
    HoldExtended,
    NotForSale,
    NothingPicked,
    SlotTaken,
    TooManySlots,
)
from sponsorship.booking.models import Booking, Order, OrderPriceLine
from sponsorship.booking.queries import (
    awaited_slots,
    last_order_number,
    needs_approval,
    occupants_of,
)
from sponsorship.booking.rules import (
    BUYER,
    EXTENSION,
    HOLD,
    MOST_SLOTS,
    UNPAID_HOLDS,
    BookingKind,
    BookingState,
    OrderState,
    PriceStep,
    next_order_number,
)
from sponsorship.booking.services.limits import UNLIMITED, Buyer, check_limits
from sponsorship.booking.services.occupy import check_planned, lock_issues, lock_order, name_slots, note, occupy
from sponsorship.booking.services.placing import check_exclusive_sold, check_placing
from sponsorship.booking.services.prices import Price, price_slots, spend_credits, write_price
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.format import local
from sponsorship.core.money import smallest_step, split_amount
from sponsorship.core.text import clean_line
from sponsorship.core.tokens import new_token
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.queries import list_slots_by_id
from sponsorship.sponsors.models import Category, Sponsor
from sponsorship.sponsors.services import add_contact


def hold_slots(
    session: Session,
    *,
    newsletter: Newsletter,
    slot_ids: Sequence[int],
    buyer: Buyer = UNLIMITED,
    sponsor: Sponsor | None = None,
    agency: Sponsor | None = None,
    exclusive_category: Category | None = None,
    promo_code: str = "",
    use_credits: bool = False,
    now: datetime,
) -> Order:
    """Hold slots for 20 minutes as one order: all of them or none; a draft where the publisher approves the sponsor first.

    Raises SlotTaken or NotForSale, each naming the slots; SlotTaken too for a free slot that somebody on the waiting list is
    about to be offered; NothingPicked, TooManySlots; HoldsTooMuch where the buyer's network address, browser or
    sponsor holds as much unpaid at this newsletter as one may; PromoRefused for a code that does not hold. Credits are used
    where the sponsor, who must be proven, wants it. An `agency` buys for the sponsor, its client, and is billed. With an
    `exclusive_category` no rival in it runs in these issues, at its price; raises DomainError where that is not sold.
    """
    slots = slots_of(session, newsletter, slot_ids)
    lock_issues(session, slots)
    lock_newsletter(session, newsletter)
    if sponsor is not None:
        lock_rows(session, Sponsor, [sponsor.id])
    check_planned(slots, now)
    check_bookable(slots, now)
    check_limits(session, newsletter, now, wanted=len(slots), buyer=buyer, sponsor=sponsor)
    _check_queue(session, slots, now)
    is_exclusive = exclusive_category is not None
    check_placing(
        session, newsletter=newsletter, sponsor=sponsor, slots=slots, is_exclusive=is_exclusive, sells=exclusive_category
    )  # fmt: skip
    price = price_slots(
        session, newsletter=newsletter, slots=slots, sponsor=sponsor, is_exclusive=is_exclusive, promo_code=promo_code,
        use_credits=use_credits, now=now,
    )  # fmt: skip
    state = OrderState.DRAFT if needs_approval(session, newsletter, sponsor) else OrderState.HELD
    order = make_order(session, newsletter, slots, sponsor, price, state=state, now=now, held_until=now + HOLD)
    order.holder_key, order.browser_key = buyer.address_key, buyer.browser_key
    order.agency, order.exclusive_category = agency, exclusive_category
    keep_rivals_away(order, is_exclusive)
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
    contact_name: str = "",
    contact_email: str = "",
    total_minor: int | None = None,
    is_exclusive: bool = False,
) -> Order:
    """Hold slots for a sponsor in the publisher's name, to be confirmed on an invoice or paid by the sponsor.

    Lead times and the limit on open orders are the publisher's own and do not bind him. The hold lasts until
    `held_until`, 20 minutes without one; `total_minor` is an agreed net price in place of the rate card's. `is_exclusive`
    sells it without a rival of the sponsor's category in the issue; raises DomainError where it is in none. Raises
    SlotTaken, PlacingRefused, NotForSale, NothingPicked, TooManySlots, DomainError for a price that cannot be.
    """
    slots = slots_of(session, newsletter, slot_ids)
    lock_issues(session, slots)
    lock_newsletter(session, newsletter)
    lock_rows(session, Sponsor, [sponsor.id])
    check_planned(slots, now)
    price = price_placed(session, newsletter, sponsor, slots, is_exclusive, now)
    order = make_order(session, newsletter, slots, sponsor, price, now=now, held_until=held_until or now + HOLD)
    keep_rivals_away(order, is_exclusive)
    name_contact(session, order, sponsor, contact_name, contact_email, now)
    agree_prices(order, prices=None, total_minor=total_minor)
    occupy(session, slots, [order])
    note(session, order, "held", actor=actor, now=now, slots=[slot.id for slot in slots])
    return order


def hold_again(
    session: Session, *, order: Order, slot_ids: Sequence[int], buyer: Buyer = UNLIMITED, now: datetime
) -> Order:
    """Hold slots for the buyer of an earlier order, who need not give the details again.

    Raises what hold_slots raises.
    """
    fresh = hold_slots(
        session, newsletter=order.newsletter, slot_ids=slot_ids, buyer=buyer, sponsor=order.sponsor,
        agency=order.agency, exclusive_category=order.exclusive_category, now=now,
    )  # fmt: skip
    fresh.contact_name, fresh.contact_email = order.contact_name, order.contact_email
    fresh.purchase_order_number = order.purchase_order_number
    session.flush()
    return fresh


def extend_hold(session: Session, *, order: Order, now: datetime) -> Order:
    """Give an order ten more minutes, once; raises HoldExtended the second time, HoldExpired once time has run out."""
    was = lock_order(session, order)
    check_alive(order, now)
    if order.state not in UNPAID_HOLDS or order.requested_at is not None:
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


def name_sponsor(order: Order, sponsor: Sponsor) -> None:
    """Give an order and its bookings their sponsor."""
    order.sponsor = sponsor
    for booking in order.bookings:
        booking.sponsor = sponsor


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
    if order.state in UNPAID_HOLDS and order.held_until is not None and order.held_until <= now:
        raise HoldExpired


def slots_of(session: Session, newsletter: Newsletter, slot_ids: Sequence[int]) -> list[Slot]:
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


def check_bookable(slots: Sequence[Slot], now: datetime) -> None:
    """Raise NotForSale for slots that are too near their issue, or of a placement that is no longer sold."""
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


def _check_queue(session: Session, slots: Sequence[Slot], now: datetime) -> None:
    """A slot that is free while somebody waits for it is not sold past the line: docs/adr/0005."""
    taken = set(occupants_of(session, [slot.id for slot in slots]))
    promised = awaited_slots(session, [slot for slot in slots if slot.id not in taken], now)
    if promised:
        ids = tuple(slot.id for slot in promised)
        raise SlotTaken(f"{name_slots(promised)} came free for somebody on the waiting list.", ids)


def make_order(
    session: Session,
    newsletter: Newsletter,
    slots: Sequence[Slot],
    sponsor: Sponsor | None,
    price: Price,
    *,
    state: OrderState = OrderState.HELD,
    now: datetime,
    held_until: datetime,
) -> Order:
    """Return a held order of these slots at a price, numbered under the newsletter's lock and not written yet."""
    year = local(now, newsletter.timezone).year
    number = next_order_number(year, last_order_number(session, newsletter.id, f"IO-{year}-"))
    order = Order(
        token=new_token(), number=number, newsletter_id=newsletter.id, newsletter=newsletter, sponsor=sponsor,
        state=state, currency=price.quote.currency, created_at=now, held_until=held_until,
        bookings=[
            Booking(slot=slot, sponsor=sponsor, kind=BookingKind.SALE, state=BookingState.HELD,
                    price_minor=slot.list_price_minor, created_at=now, held_until=held_until)
            for slot in slots
        ],
    )  # fmt: skip
    write_price(order, price)
    return order


def price_placed(
    session: Session, newsletter: Newsletter, sponsor: Sponsor, slots: Sequence[Slot], is_exclusive: bool, now: datetime
) -> Price:
    """See that a sponsor may have the slots, without a rival where that is bought, and return their price."""
    if is_exclusive:
        check_exclusive_sold(session, newsletter, sponsor, sponsor.category)
    check_placing(session, newsletter=newsletter, sponsor=sponsor, slots=slots, is_exclusive=is_exclusive)
    return price_slots(session, newsletter=newsletter, slots=slots, sponsor=sponsor, is_exclusive=is_exclusive, now=now)


def keep_rivals_away(order: Order, is_exclusive: bool) -> None:
    """Write down on each booking whether it is sold without a rival in the same issue."""
    for booking in order.bookings:
        booking.is_exclusive = is_exclusive


def agree_price(order: Order, net_minor: int, label: str) -> None:
    """Put one agreed price in place of an order's price rules, explained in one line; each booking has its share already."""
    order.net_minor, order.discount_minor = net_minor, order.list_minor - net_minor
    order.discount_label = label if order.discount_minor else ""
    order.price_lines = []
    if order.discount_minor:  # several slots at one price: a package, whatever it is called
        line = OrderPriceLine(position=1, step=PriceStep.PACKAGE, label=label, amount_minor=-order.discount_minor)
        order.price_lines = [line]


def agree_prices(order: Order, *, prices: Mapping[int, int] | None, total_minor: int | None) -> None:
    """Put agreed prices in place of the rate card's, explained in one line; parts sum to the whole exactly.

    Raises DomainError for a price below nothing or one that the currency cannot be charged in.
    """
    if total_minor is None and not prices:
        return
    bookings, step = order.bookings, smallest_step(order.currency)
    if total_minor is not None:
        if total_minor % step:
            raise DomainError(f"{order.currency} is charged in whole units: give a round price.")
        shares = split_amount(total_minor // step, [booking.price_minor for booking in bookings])
        nets = [step * share for share in shares]
    else:
        nets = [(prices or {}).get(booking.slot_id or booking.slot.id, booking.net_minor) for booking in bookings]
    if any(net < 0 or net % step for net in nets):
        raise DomainError("A price is nothing or more, in amounts that the currency has.")
    for booking, net in zip(bookings, nets, strict=True):
        booking.net_minor = net
    agree_price(order, sum(nets), "As agreed")


def name_contact(
    session: Session, order: Order, sponsor: Sponsor, contact_name: str, contact_email: str, now: datetime
) -> None:
    """Address an order: to the person with that address, who acts for the sponsor from now on; else to its first contact."""
    if contact_email:
        add_contact(session, sponsor=sponsor, email=contact_email, name=clean_line(contact_name), now=now)
        session.refresh(sponsor, ["contacts"])
    address = contact_email.strip().lower()
    person = next((c.user for c in sponsor.contacts if address in ("", c.user.email)), None)
    if person is not None:
        order.contact_name, order.contact_email = person.name, person.email
