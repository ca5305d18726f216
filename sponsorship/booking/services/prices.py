"""An order's price: worked out under locks, written down line by line; promo codes and prepaid credits spent and given back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.errors import CreditsRefused, HoldExpired, PromoRefused, SlotTaken
from sponsorship.booking.models import Booking, CreditEntry, CreditGrant, Order, OrderPriceLine
from sponsorship.booking.queries import (
    find_promo,
    get_live_uses,
    list_credit_lots,
    list_expired_grants,
    pay_with_credits,
    priced_slots,
    promo_refusal,
    quote_slots,
)
from sponsorship.booking.rules import (
    CLOCK,
    CreditChange,
    CreditOrigin,
    MakeGoodCause,
    OrderState,
    Quote,
    next_credit_value,
    unknown_promo,
)
from sponsorship.booking.services.occupy import lock_order, note
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.text import clean_line
from sponsorship.inventory.models import Newsletter, Placement, PromoCode, Slot
from sponsorship.sponsors.models import Sponsor

CREDITS_GONE = "Your credits are not there any more: they were used for another order, or have expired."


@dataclass(frozen=True, slots=True)
class Price:
    """A price that holds while its locks do: the quote, the code it stands on, and which grant pays for which slot (by id)."""

    quote: Quote
    promo: PromoCode | None = None
    grants: Mapping[int, int] = field(default_factory=dict)


def price_slots(
    session: Session,
    *,
    newsletter: Newsletter,
    slots: Sequence[Slot],
    sponsor: Sponsor | None,
    promo_code: str = "",
    use_credits: bool = False,
    besides: int | None = None,
    list_prices: Sequence[int] | None = None,
    is_exclusive: bool = False,
    now: datetime,
) -> Price:
    """Price slots, and lock the code and the credits that the price stands on, so that nobody else spends them meanwhile.

    The issues, the newsletter and the sponsor are locked before. `besides` is the order that is priced anew. Raises
    PromoRefused with the reason.
    """
    grants: dict[int, int] = {}
    if use_credits and sponsor is not None:
        lots = list_credit_lots(session, sponsor.id)
        lock_rows(session, CreditGrant, sorted(lot.grant_id for lot in lots))
        grants = pay_with_credits(session, newsletter, slots, sponsor.id, now)
    promo = None
    if clean_line(promo_code):
        promo = _lock_promo(session, newsletter, promo_code)
        priced = priced_slots(newsletter, slots, now, on_credit=grants, list_prices=list_prices)
        sponsor_id = sponsor.id if sponsor else None
        refusal = promo_refusal(session, newsletter, promo, priced, now, sponsor_id=sponsor_id, besides=besides)
        if refusal:
            raise PromoRefused(refusal)
    quote = quote_slots(
        session,
        newsletter,
        slots,
        now,
        promo=promo,
        on_credit=grants,
        list_prices=list_prices,
        is_exclusive=is_exclusive,
    )
    return Price(quote, promo, grants)


def _lock_promo(session: Session, newsletter: Newsletter, code: str) -> PromoCode:
    found = find_promo(session, newsletter.id, code)
    if found is None:
        raise PromoRefused(unknown_promo(clean_line(code)))
    locked: PromoCode = lock_rows(session, PromoCode, [found.id])[0]
    return locked


def write_price(order: Order, price: Price) -> None:
    """Write a price down on an order whose bookings stand in the order of the quote: sums, lines, and each one's share."""
    quote = price.quote
    order.list_minor, order.net_minor = quote.list_minor, quote.net_minor
    order.discount_minor = quote.list_minor - quote.net_minor
    order.discount_label = ", ".join(line.label for line in quote.lines)[:255]
    order.promo_code = price.promo
    order.price_lines = [
        OrderPriceLine(position=position, step=line.step, label=line.label, amount_minor=line.amount_minor)
        for position, line in enumerate(quote.lines, start=1)
    ]
    for booking, net_minor in zip(order.bookings, quote.net_by_slot, strict=True):
        booking.net_minor = net_minor


def change_price(
    session: Session, *, order: Order, promo_code: str, use_credits: bool, actor: str, now: datetime
) -> Order:
    """Price a held order anew with or without a code, with or without credits, at the list prices of its first moment.

    Raises PromoRefused and changes nothing; HoldExpired; InvalidTransition where it is being paid or closed.
    """
    was = lock_order(session, order)
    if order.state is OrderState.LAPSED or (order.held_until is not None and order.held_until <= now):
        raise HoldExpired
    if order.state is not OrderState.HELD:
        raise InvalidTransition
    if order.proposed_at is not None:
        raise PromoRefused("The price of a proposal is agreed: codes and credits do not change it.")
    return_credits(session, bookings=order.bookings, actor=actor, now=now)
    price = price_slots(
        session, newsletter=order.newsletter, slots=[booking.slot for booking in order.bookings], sponsor=order.sponsor,
        promo_code=promo_code, use_credits=use_credits, besides=order.id,
        list_prices=[booking.price_minor for booking in order.bookings],
        is_exclusive=any(booking.is_exclusive for booking in order.bookings), now=now,
    )  # fmt: skip
    order.price_lines = []
    session.flush()
    write_price(order, price)
    session.flush()
    spend_credits(session, order=order, grants=price.grants, actor=actor, now=now)
    code = price.promo.code if price.promo else ""
    note(session, order, "priced", actor=actor, now=now, was=was, net_minor=order.net_minor, promo_code=code,
         credits=len(price.grants))  # fmt: skip
    return order


def check_price_of_sponsor(session: Session, *, order: Order, now: datetime) -> None:
    """See, once it is known who buys, that the price may stand: the code's uses by that sponsor, and whose credits they are."""
    if any(entry.grant.sponsor_id != order.sponsor_id for entry in get_live_uses(session, order.bookings)):
        raise CreditsRefused(
            "These credits belong to another company. Buy in its name, or take the credits off the order."
        )
    if order.promo_code is None:
        return
    lock_rows(session, PromoCode, [order.promo_code.id])
    refusal = _refusal_of(session, order, now)
    if refusal:
        raise PromoRefused(f"{refusal} Take the code off the order to go on.")


def _refusal_of(session: Session, order: Order, now: datetime) -> str:
    assert order.promo_code is not None
    on_credit = {entry.booking_id for entry in get_live_uses(session, order.bookings)}
    bookings = [booking for booking in order.bookings if booking.id not in on_credit]
    slots, prices = [booking.slot for booking in bookings], [booking.price_minor for booking in bookings]
    priced = priced_slots(order.newsletter, slots, now, list_prices=prices)
    return promo_refusal(
        session, order.newsletter, order.promo_code, priced, order.created_at, sponsor_id=order.sponsor_id,
        besides=order.id,
    )  # fmt: skip


def retake_price(session: Session, *, order: Order, now: datetime) -> None:
    """Take the code and the credits of an order again that lapsed before its money came; raises SlotTaken where they are gone."""
    if order.promo_code is not None:
        lock_rows(session, PromoCode, [order.promo_code.id])
        refusal = _refusal_of(session, order, now)
        if refusal:
            raise SlotTaken(refusal, tuple(booking.slot_id for booking in order.bookings))
    returned = _returned_uses(session, order)
    grants = {booking.slot_id: returned[booking.id] for booking in order.bookings if booking.id in returned}
    try:
        spend_credits(session, order=order, grants=grants, actor=CLOCK, now=now)
    except CreditsRefused as gone:
        raise SlotTaken(gone.message, tuple(grants)) from gone


def _returned_uses(session: Session, order: Order) -> dict[int, int]:
    """Which grant had paid for which booking until the order was closed."""
    entries = session.query(CreditEntry).filter(CreditEntry.booking_id.in_([booking.id for booking in order.bookings]))
    last = {entry.booking_id: entry for entry in entries.order_by(CreditEntry.id) if entry.booking_id}
    return {
        booking_id: entry.grant_id for booking_id, entry in last.items()
        if entry.change is CreditChange.RETURNED and entry.at == order.closed_at
    }  # fmt: skip


def spend_credits(
    session: Session, *, order: Order, grants: Mapping[int, int], actor: str, now: datetime
) -> list[CreditEntry]:
    """Pay for an order's slots with credits (slot id -> grant id); raises CreditsRefused where one is not there any more."""
    lock_rows(session, CreditGrant, sorted(set(grants.values())))
    entries = []
    for booking in order.bookings:
        if booking.slot_id not in grants:
            continue
        grant = session.get_one(CreditGrant, grants[booking.slot_id])
        if grant.left < 1:
            raise CreditsRefused(CREDITS_GONE)
        value = next_credit_value(grant.remaining_minor, grant.left)
        entries.append(_enter(session, grant, CreditChange.USED, -1, -value, booking=booking, actor=actor, now=now))
    return entries


def return_credits(session: Session, *, bookings: Iterable[Booking], actor: str, now: datetime) -> list[CreditEntry]:
    """Give back the credits that these bookings were paid with; a second call finds none."""
    uses = get_live_uses(session, list(bookings))
    lock_rows(session, CreditGrant, sorted({entry.grant_id for entry in uses}))
    return [
        _enter(
            session, use.grant, CreditChange.RETURNED, 1, -use.value_minor, booking=use.booking, actor=actor, now=now
        )
        for use in uses
    ]


def grant_credits(
    session: Session,
    *,
    sponsor: Sponsor,
    newsletter: Newsletter,
    slots: int,
    placement: Placement | None = None,
    value_minor: int = 0,
    expires_on: date | None = None,
    origin: CreditOrigin = CreditOrigin.GIVEN,
    cause: MakeGoodCause | None = None,
    booking: Booking | None = None,
    note: str = "",
    actor: str,
    now: datetime,
) -> CreditGrant:
    """Give a sponsor so many undated slots; `value_minor` is what was paid for all of them (deferred until they run).

    Publishes "credit.granted", on which money that was received for them is booked. Raises DomainError for a number below 1.
    """
    if not 1 <= slots <= 100:
        raise DomainError("Give between 1 and 100 credits.")
    grant = CreditGrant(
        sponsor=sponsor, placement=placement, booking_id=booking.id if booking else None, origin=origin, cause=cause, slots=slots,
        value_minor=value_minor, currency=newsletter.currency, note=clean_line(note), expires_on=expires_on,
        created_at=now, created_by=actor,
    )  # fmt: skip
    session.add(grant)
    session.flush()
    _enter(session, grant, CreditChange.GRANTED, slots, value_minor, booking=booking, actor=actor, now=now)
    return grant


def expire_credits(session: Session, *, today: date, newsletter: Newsletter, now: datetime) -> int:
    """Write off what is left of a newsletter's grants whose last day is over; returns how many grants."""
    grants = list_expired_grants(session, newsletter.id, today)
    lock_rows(session, CreditGrant, [grant.id for grant in grants])
    for grant in grants:
        _enter(
            session,
            grant,
            CreditChange.EXPIRED,
            -grant.left,
            -grant.remaining_minor,
            booking=None,
            actor=CLOCK,
            now=now,
        )
    return len(grants)


def cancel_credits(session: Session, *, grant: CreditGrant, actor: str, now: datetime) -> CreditEntry:
    """Take back what is left of a grant; raises InvalidTransition where nothing is."""
    lock_rows(session, CreditGrant, [grant.id])
    session.refresh(grant, ["entries"])
    if grant.left < 1:
        raise InvalidTransition("Nothing is left of it: it was used, has expired, or was taken back before.")
    left, value = grant.left, grant.remaining_minor
    return _enter(session, grant, CreditChange.CANCELLED, -left, -value, booking=None, actor=actor, now=now)


def _enter(
    session: Session,
    grant: CreditGrant,
    change: CreditChange,
    slots: int,
    value_minor: int,
    *,
    booking: Booking | None,
    actor: str,
    now: datetime,
) -> CreditEntry:
    """Write a line of a grant's account, the audit entry beside it, and publish "credit.granted" and the like."""
    entry = CreditEntry(
        grant=grant, change=change, slots=slots, value_minor=value_minor, booking_id=booking.id if booking else None,
        at=now, actor=actor,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    record_act(
        session, actor=actor, action=f"credit_{change.value}", object_type="sponsor", object_id=grant.sponsor_id,
        newsletter_id=grant.sponsor.newsletter_id, now=now,
        after={"grant": grant.id, "slots": slots, "left": grant.left, "booking": entry.booking_id},
    )  # fmt: skip
    outbox.publish(session, f"credit.{change.value}", now=now, entry_id=entry.id, grant_id=grant.id)
    return entry
