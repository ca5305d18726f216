"""What a publisher sets: the newsletter, its placements, prices and codes. What takes slots off sale is booking's."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.core.errors import DomainError
from sponsorship.core.format import long_day
from sponsorship.core.text import clean_line, slugify
from sponsorship.inventory.models import Issue, Newsletter, Placement, PlacementPrice, PriceRule, PromoCode
from sponsorship.inventory.queries import list_newsletters
from sponsorship.inventory.rules import IssueState, PriceRuleKind, normal_code
from sponsorship.inventory.services.issues import add_placement, create_newsletter, make_slots, plan_horizon, today_of

PLACEMENT_FIELDS = (
    "name", "kind", "price_minor", "description", "printed_heading", "heading_limit", "body_limit", "limit_unit",
    "lead_days", "lead_time", "copy_due_days", "copy_due_time", "horizon_weeks", "is_echoed", "fills_with_house", "house_ad",
)  # fmt: skip
NEWSLETTER_FIELDS = (
    "name", "tagline", "introduction", "publisher_name", "contact_email", "readers", "readers_on", "audience_note", "terms",
    "invoice_days",
)  # fmt: skip


def open_newsletter(session: Session, *, slug: str, actor: str, now: datetime, **facts: Any) -> Newsletter:
    """Create a newsletter from its form and plan its issues; raises DomainError for an address that is taken or empty."""
    if not slug:
        raise DomainError("Give an address in plain letters and figures, like sunday-runbook.")
    if slug in {one.slug for one in list_newsletters(session)}:
        raise DomainError(f"The address {slug} is taken by another newsletter.")
    newsletter = create_newsletter(session, slug=slug, now=now, **facts)
    plan_horizon(session, newsletter=newsletter, now=now)
    record_act(
        session, actor=actor, action="created", object_type="newsletter", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, after={"slug": slug, "currency": newsletter.currency},
    )  # fmt: skip
    return newsletter


def edit_newsletter(
    session: Session, *, newsletter: Newsletter, facts: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """Change what a newsletter says of itself; other terms are a new version, which orders from now on accept."""
    if facts["terms"] != newsletter.terms:
        newsletter.terms_version += 1
    _change(session, newsletter, "newsletter", newsletter.id, NEWSLETTER_FIELDS, facts, actor, now)


def create_placement(
    session: Session, *, newsletter: Newsletter, facts: Mapping[str, Any], capacity: int, actor: str, now: datetime
) -> Placement:
    """Add a placement at the end of the issue, with its slots in every issue to come."""
    keys = set(session.scalars(select(Placement.key).where(Placement.newsletter_id == newsletter.id)))
    base = slugify(facts["name"]) or "placement"
    key = next(k for k in (base, *(f"{base}-{n}" for n in range(2, 1000))) if k not in keys)
    last = session.scalar(select(func.max(Placement.position)).where(Placement.newsletter_id == newsletter.id)) or 0
    placement = add_placement(session, newsletter=newsletter, key=key, capacity=capacity, position=last + 1, **facts)
    for issue in session.scalars(
        select(Issue).where(
            Issue.newsletter_id == newsletter.id, Issue.state == IssueState.PLANNED, Issue.publish_at > now
        )
    ):
        make_slots(session, issue=issue, placements=[placement])
    record_act(
        session, actor=actor, action="created", object_type="placement", object_id=placement.id,
        newsletter_id=newsletter.id, now=now, after={"name": placement.name, "price_minor": placement.price_minor},
    )  # fmt: skip
    return placement


def edit_placement(
    session: Session, *, placement: Placement, facts: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """Change a placement; what was booked keeps its price. How many slots it has is booking.change_capacity's to change."""
    _change(session, placement, "placement", placement.newsletter_id, PLACEMENT_FIELDS, facts, actor, now)


def set_price_from(
    session: Session, *, placement: Placement, starts_on: date, price_minor: int, actor: str, now: datetime
) -> PlacementPrice:
    """Set the list price of issues from a day on; raises DomainError for a day that is over."""
    if starts_on < today_of(placement.newsletter, now):
        raise DomainError(f"{long_day(starts_on)} is over: the price of issues that went out does not change.")
    row = next((one for one in placement.price_changes if one.starts_on == starts_on), None)
    if row is None:
        row = PlacementPrice(placement_id=placement.id, starts_on=starts_on)
        placement.price_changes.append(row)
    row.price_minor = price_minor
    session.flush()
    record_act(
        session, actor=actor, action="price_set", object_type="placement", object_id=placement.id,
        newsletter_id=placement.newsletter_id, now=now, after={"from": starts_on.isoformat(), "price_minor": price_minor},
    )  # fmt: skip
    return row


def drop_price_change(session: Session, *, placement: Placement, starts_on: date, actor: str, now: datetime) -> None:
    """Take a dated price back; what was booked at it keeps it."""
    for row in [one for one in placement.price_changes if one.starts_on == starts_on]:
        placement.price_changes.remove(row)
        session.delete(row)
    session.flush()
    record_act(
        session, actor=actor, action="price_dropped", object_type="placement", object_id=placement.id,
        newsletter_id=placement.newsletter_id, now=now, after={"from": starts_on.isoformat()},
    )  # fmt: skip


def add_price_rule(
    session: Session,
    *,
    newsletter: Newsletter,
    kind: PriceRuleKind,
    label: str,
    placements: Sequence[Placement] = (),
    actor: str,
    now: datetime,
    **figures: Any,
) -> PriceRule:
    """Add a price rule; it holds for orders from now on."""
    rule = PriceRule(
        newsletter_id=newsletter.id, kind=kind, label=clean_line(label), placements=list(placements), **figures
    )
    session.add(rule)
    session.flush()
    record_act(
        session, actor=actor, action="price_rule_added", object_type="newsletter", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, after={"rule": rule.id, "kind": kind.value, "label": rule.label},
    )  # fmt: skip
    return rule


def retire_price_rule(session: Session, *, rule: PriceRule, actor: str, now: datetime) -> None:
    """End a price rule; what was ordered by it keeps its price."""
    rule.retired_at = rule.retired_at or now
    session.flush()
    record_act(
        session, actor=actor, action="price_rule_retired", object_type="newsletter", object_id=rule.newsletter_id,
        newsletter_id=rule.newsletter_id, now=now, after={"rule": rule.id, "label": rule.label},
    )  # fmt: skip


def add_promo_code(
    session: Session,
    *,
    newsletter: Newsletter,
    code: str,
    label: str = "",
    placements: Sequence[Placement] = (),
    actor: str,
    now: datetime,
    **figures: Any,
) -> PromoCode:
    """Add a promo code; raises DomainError where the newsletter has one that reads the same."""
    written = normal_code(code)
    same = select(PromoCode).where(PromoCode.newsletter_id == newsletter.id, PromoCode.code == written)
    if session.scalars(same).one_or_none() is not None:
        raise DomainError(f"There is a code {written} already, in force or ended.")
    promo = PromoCode(
        newsletter_id=newsletter.id, code=written, label=clean_line(label), placements=list(placements), created_at=now,
        **figures,
    )  # fmt: skip
    session.add(promo)
    session.flush()
    record_act(
        session, actor=actor, action="promo_code_added", object_type="newsletter", object_id=newsletter.id,
        newsletter_id=newsletter.id, now=now, after={"code": written},
    )  # fmt: skip
    return promo


def retire_promo_code(session: Session, *, promo: PromoCode, actor: str, now: datetime) -> None:
    """End a promo code; orders that stand on it keep their price."""
    promo.retired_at = promo.retired_at or now
    session.flush()
    record_act(
        session, actor=actor, action="promo_code_retired", object_type="newsletter", object_id=promo.newsletter_id,
        newsletter_id=promo.newsletter_id, now=now, after={"code": promo.code},
    )  # fmt: skip


def _change(
    session: Session,
    row: Newsletter | Placement,
    kind: str,
    newsletter_id: int,
    fields: Sequence[str],
    facts: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> None:
    """Set what is different, and write both sides into the audit trail."""
    changed = {
        name: (getattr(row, name), facts[name])
        for name in fields
        if name in facts and getattr(row, name) != facts[name]
    }
    for name, (_, after) in changed.items():
        setattr(row, name, after)
    session.flush()
    if changed:
        record_act(
            session, actor=actor, action="changed", object_type=kind, object_id=row.id, newsletter_id=newsletter_id, now=now,
            before={name: str(pair[0]) for name, pair in changed.items()},
            after={name: str(pair[1]) for name, pair in changed.items()},
        )  # fmt: skip
