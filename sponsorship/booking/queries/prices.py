"""Reads about prices: what an order costs, whether a promo code holds, which credits a sponsor has."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from sponsorship.booking.models import Booking, CreditEntry, CreditGrant, Order
from sponsorship.booking.rules import (
    CreditChange,
    CreditLot,
    CreditOrigin,
    CreditWish,
    OrderState,
    PricedSlot,
    PriceTerms,
    PromoFacts,
    PromoTerms,
    Quote,
    match_credits,
    quote,
    refuse_promo,
)
from sponsorship.core.errors import NotFound
from sponsorship.core.format import local
from sponsorship.inventory.models import Newsletter, PriceRule, PromoCode, Slot
from sponsorship.inventory.queries import list_price_rules
from sponsorship.inventory.rules import normal_code
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.queries import policy_of

PROMO_FREED = (
    OrderState.LAPSED,
    OrderState.CANCELLED,
    OrderState.LATE_PAYMENT,
    OrderState.REFUNDING,
    OrderState.REFUNDED,
)


def quote_slots(
    session: Session,
    newsletter: Newsletter,
    slots: Sequence[Slot],
    now: datetime,
    *,
    promo: PromoCode | None = None,
    on_credit: Collection[int] = (),
    list_prices: Sequence[int] | None = None,
    is_exclusive: bool = False,
) -> Quote:
    """Return what an order of these slots costs if made now; `net_by_slot` is in the order given.

    `on_credit` names the slots paid with credits; `list_prices` stand in for today's where an order was priced before.
    """
    slots_ = priced_slots(newsletter, slots, now, on_credit=on_credit, list_prices=list_prices)
    terms = [_terms(rule) for rule in list_price_rules(session, newsletter.id)] if slots else []
    exclusive = policy_of(session, newsletter.id).exclusive_basis_points if is_exclusive else 0
    return quote(newsletter.currency, slots_, terms, promo_terms(promo) if promo else None, exclusive)


def priced_slots(
    newsletter: Newsletter,
    slots: Sequence[Slot],
    now: datetime,
    *,
    on_credit: Collection[int] = (),
    list_prices: Sequence[int] | None = None,
) -> list[PricedSlot]:
    """Return slots as the price rules look at them, days counted on the newsletter's calendar."""
    today = local(now, newsletter.timezone).date()
    prices = list_prices if list_prices is not None else [slot.list_price_minor for slot in slots]
    return [
        PricedSlot(
            list_minor=price, placement_id=slot.placement_id, issue_id=slot.issue_id, publish_on=slot.issue.publish_on,
            days_ahead=(slot.issue.publish_on - today).days, is_on_credit=slot.id in on_credit,
        )
        for slot, price in zip(slots, prices, strict=True)
    ]  # fmt: skip


def _terms(rule: PriceRule) -> PriceTerms:
    return PriceTerms(
        kind=rule.kind, label=rule.label, basis_points=rule.discount_basis_points, threshold=rule.threshold,
        counts_issues=rule.counts_issues, starts_on=rule.starts_on, ends_on=rule.ends_on,
        placements=frozenset(placement.id for placement in rule.placements), package_minor=rule.package_price_minor,
    )  # fmt: skip


def promo_terms(promo: PromoCode) -> PromoTerms:
    """Return a code as it is evaluated; the buyer sees its label, or the code itself."""
    return PromoTerms(
        label=promo.label or f"Code {promo.code}", basis_points=promo.discount_basis_points,
        amount_minor=promo.discount_minor, placements=frozenset(placement.id for placement in promo.placements),
    )  # fmt: skip


def find_promo(session: Session, newsletter_id: int, code: str) -> PromoCode | None:
    """Return the newsletter's code, however it was typed, or None."""
    query = select(PromoCode).where(PromoCode.newsletter_id == newsletter_id, PromoCode.code == normal_code(code))
    return session.scalars(query).one_or_none()


def promo_refusal(
    session: Session,
    newsletter: Newsletter,
    promo: PromoCode,
    slots: Sequence[PricedSlot],
    now: datetime,
    *,
    sponsor_id: int | None = None,
    besides: int | None = None,
) -> str:
    """Return why a code does not hold for an order of these slots, or an empty text; `besides` leaves one order's use out."""
    fitting = {placement.id for placement in promo.placements}
    paid = [slot for slot in slots if not slot.is_on_credit]
    facts = PromoFacts(
        code=promo.code, currency=newsletter.currency, ordered_on=local(now, newsletter.timezone).date(),
        is_retired=promo.retired_at is not None, starts_on=promo.starts_on, ends_on=promo.ends_on,
        most_uses=promo.most_uses, uses=count_promo_uses(session, promo, now, besides=besides),
        most_uses_per_sponsor=promo.most_uses_per_sponsor,
        uses_by_sponsor=count_promo_uses(session, promo, now, sponsor_id=sponsor_id, besides=besides) if sponsor_id else None,
        minimum_minor=promo.minimum_minor, list_minor=sum(slot.list_minor for slot in paid),
        placements=tuple(placement.name for placement in promo.placements),
        fitting=sum(not fitting or slot.placement_id in fitting for slot in paid),
    )  # fmt: skip
    return refuse_promo(facts)


def count_promo_uses(
    session: Session, promo: PromoCode, now: datetime, *, sponsor_id: int | None = None, besides: int | None = None
) -> int:
    """Count the orders that a code stands on: held and alive, being paid, or confirmed; what lapsed or was cancelled is free."""
    alive = or_(Order.state != OrderState.HELD, Order.held_until > now)
    query = select(func.count(Order.id)).where(Order.promo_code_id == promo.id, Order.state.not_in(PROMO_FREED), alive)
    if sponsor_id is not None:
        query = query.where(Order.sponsor_id == sponsor_id)
    if besides is not None:
        query = query.where(Order.id != besides)
    return session.scalar(query) or 0


def list_credit_grants(session: Session, sponsor_ids: Collection[int]) -> list[CreditGrant]:
    """Return the grants of these sponsors with their entries, oldest first."""
    query = (
        select(CreditGrant)
        .where(CreditGrant.sponsor_id.in_(sponsor_ids))
        .options(
            selectinload(CreditGrant.entries), selectinload(CreditGrant.placement), selectinload(CreditGrant.sponsor)
        )
    )
    return list(session.scalars(query.order_by(CreditGrant.id)))


def list_credit_lots(session: Session, sponsor_id: int) -> list[CreditLot]:
    """Return what a sponsor has left, a lot for each grant that is not used up."""
    grants = list_credit_grants(session, [sponsor_id])
    lots = [CreditLot(grant.id, grant.placement_id, grant.left, grant.expires_on) for grant in grants]
    return [lot for lot in lots if lot.left > 0]


def pay_with_credits(
    session: Session, newsletter: Newsletter, slots: Sequence[Slot], sponsor_id: int, now: datetime
) -> dict[int, int]:
    """Return which grant of the sponsor's would pay for which of these slots, by slot id."""
    wishes = [CreditWish(slot.placement_id, slot.list_price_minor) for slot in slots]
    today = local(now, newsletter.timezone).date()
    matched = match_credits(wishes, list_credit_lots(session, sponsor_id), today)
    return {slots[index].id: grant_id for index, grant_id in matched.items()}


def get_live_uses(session: Session, bookings: Sequence[Booking]) -> list[CreditEntry]:
    """Return the entries by which these bookings are paid with credits now: used, and not returned since."""
    query = select(CreditEntry).where(CreditEntry.booking_id.in_([booking.id for booking in bookings if booking.id]))
    last: dict[int, CreditEntry] = {}
    for entry in session.scalars(query.order_by(CreditEntry.id)):
        if entry.booking_id is not None and entry.change in (CreditChange.USED, CreditChange.RETURNED):
            last[entry.booking_id] = entry
    return [entry for entry in last.values() if entry.change is CreditChange.USED]


def list_expired_grants(session: Session, newsletter_id: int, today: date) -> list[CreditGrant]:
    """Return a newsletter's grants whose last day lies before today and of which something is left."""
    query = (
        select(CreditGrant)
        .join(Sponsor)
        .where(Sponsor.newsletter_id == newsletter_id, CreditGrant.expires_on < today)
        .options(selectinload(CreditGrant.entries))
    )
    return [grant for grant in session.scalars(query.order_by(CreditGrant.id)) if grant.left > 0]


def _make_goods() -> Select[CreditGrant]:
    query = select(CreditGrant).where(CreditGrant.origin == CreditOrigin.MADE_GOOD).order_by(CreditGrant.id)
    return query.options(
        selectinload(CreditGrant.entries).joinedload(CreditEntry.booking).joinedload(Booking.order),
        selectinload(CreditGrant.booking).joinedload(Booking.order),
        selectinload(CreditGrant.placement), selectinload(CreditGrant.sponsor),
    )  # fmt: skip


def list_make_goods(session: Session, newsletter_id: int) -> list[CreditGrant]:
    """Return a newsletter's make-goods, open or settled, oldest first."""
    return list(session.scalars(_make_goods().join(Sponsor).where(Sponsor.newsletter_id == newsletter_id)))


def list_make_goods_of(session: Session, booking_ids: Collection[int]) -> list[CreditGrant]:
    """Return what makes good these bookings, oldest first."""
    return list(session.scalars(_make_goods().where(CreditGrant.booking_id.in_(booking_ids))))


def list_make_goods_placed(session: Session, booking_ids: Collection[int]) -> list[CreditGrant]:
    """Return the make-goods of which these bookings are the run that makes good."""
    used = select(CreditEntry.grant_id).where(CreditEntry.booking_id.in_(booking_ids), CreditEntry.change == "used")
    return [
        grant
        for grant in session.scalars(_make_goods().where(CreditGrant.id.in_(used)))
        if grant.used_for is not None and grant.used_for.id in booking_ids
    ]


def get_make_good(session: Session, grant_id: int) -> CreditGrant:
    """Return a make-good; raises NotFound."""
    grant = session.scalars(_make_goods().where(CreditGrant.id == grant_id)).one_or_none()
    if grant is None:
        raise NotFound
    return grant
