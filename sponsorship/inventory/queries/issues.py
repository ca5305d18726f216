"""Reads about newsletters, placements, issues and slots."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission, Viewer
from sponsorship.core.errors import NotFound
from sponsorship.inventory.models import Issue, Newsletter, Placement, PriceRule, PromoCode, RhythmException, Slot
from sponsorship.inventory.rhythm import OneOff


def get_newsletter(session: Session, slug: str) -> Newsletter:
    """Return the newsletter with that slug; raises NotFound."""
    newsletter = session.scalars(select(Newsletter).where(Newsletter.slug == slug)).one_or_none()
    if newsletter is None:
        raise NotFound
    return newsletter


def get_team_newsletter(session: Session, slug: str, viewer: Viewer | None, *permissions: Permission) -> Newsletter:
    """Return the newsletter of a team's page if the viewer's role covers each of the acts; raises NotFound, NotAllowed."""
    newsletter = get_newsletter(session, slug)
    for permission in permissions:
        authorise(viewer, newsletter.id, permission)
    return newsletter


def list_newsletters(session: Session) -> list[Newsletter]:
    """Return all newsletters of this installation, by name."""
    return list(session.scalars(select(Newsletter).order_by(Newsletter.name)))


def get_issue(session: Session, issue_id: int) -> Issue:
    """Return an issue by its id; raises NotFound."""
    issue = session.get(Issue, issue_id) if issue_id < 2**31 else None
    if issue is None:
        raise NotFound
    return issue


def find_issue_on(session: Session, newsletter_id: int, day: date) -> Issue | None:
    """Return the newsletter's issue of that day, or None."""
    query = select(Issue).where(Issue.newsletter_id == newsletter_id, Issue.publish_on == day)
    return session.scalars(query).one_or_none()


def list_issues(session: Session, newsletter_id: int, first: date, last: date) -> list[Issue]:
    """Return the issues from `first` to `last`, both included, in order of date."""
    query = select(Issue).where(Issue.newsletter_id == newsletter_id, Issue.publish_on.between(first, last))
    return list(session.scalars(query.order_by(Issue.publish_on)))


def list_slots(session: Session, issue_ids: list[int]) -> list[Slot]:
    """Return the slots of those issues with placement and issue, in order of date, position and ordinal; one query."""
    return list(session.scalars(_slots().where(Slot.issue_id.in_(issue_ids))).unique())


def list_slots_between(session: Session, newsletter_id: int, first: date, last: date) -> list[Slot]:
    """Return the same for the issues from `first` to `last`, both included."""
    query = _slots().where(Issue.newsletter_id == newsletter_id, Issue.publish_on.between(first, last))
    return list(session.scalars(query).unique())


def _slots() -> Select[Any]:
    return (
        select(Slot)
        .join(Slot.issue)
        .join(Issue.newsletter)
        .join(Slot.placement)
        .options(
            contains_eager(Slot.issue).contains_eager(Issue.newsletter),
            contains_eager(Slot.placement).selectinload(Placement.price_changes),
        )
        .order_by(Issue.publish_on, Placement.position, Slot.ordinal)
    )


def get_slot(session: Session, slot_id: int) -> Slot:
    """Return a slot by its id; raises NotFound."""
    slot = session.get(Slot, slot_id) if slot_id < 2**31 else None
    if slot is None:
        raise NotFound
    return slot


def list_slots_by_id(session: Session, slot_ids: Collection[int]) -> list[Slot]:
    """Return those of the slots that exist, in order of id."""
    known = [slot_id for slot_id in slot_ids if 0 < slot_id < 2**31]
    prices = joinedload(Slot.placement).selectinload(Placement.price_changes)
    return list(session.scalars(select(Slot).where(Slot.id.in_(known)).options(prices).order_by(Slot.id)))


def get_placement(session: Session, placement_id: int) -> Placement:
    """Return a placement by its id; raises NotFound."""
    placement = session.get(Placement, placement_id) if placement_id < 2**31 else None
    if placement is None:
        raise NotFound
    return placement


def list_placements(session: Session, newsletter_id: int) -> list[Placement]:
    """Return the placements that are sold, in their order in the issue."""
    query = select(Placement).where(Placement.newsletter_id == newsletter_id, Placement.retired_at.is_(None))
    query = query.options(selectinload(Placement.price_changes))
    return list(session.scalars(query.order_by(Placement.position)))


def list_all_placements(session: Session, newsletter_id: int) -> list[Placement]:
    """Return every placement, those that are sold no longer too, in their order in the issue."""
    query = select(Placement).where(Placement.newsletter_id == newsletter_id)
    return list(session.scalars(query.options(selectinload(Placement.price_changes)).order_by(Placement.position)))


def list_promo_codes(session: Session, newsletter_id: int) -> list[PromoCode]:
    """Return the promo codes, newest first, those that ended too."""
    query = select(PromoCode).where(PromoCode.newsletter_id == newsletter_id)
    return list(session.scalars(query.order_by(PromoCode.created_at.desc(), PromoCode.id.desc())))


def list_price_rules(session: Session, newsletter_id: int) -> list[PriceRule]:
    """Return the price rules in force, by kind and threshold."""
    query = select(PriceRule).where(PriceRule.newsletter_id == newsletter_id, PriceRule.retired_at.is_(None))
    return list(session.scalars(query.order_by(PriceRule.kind, PriceRule.threshold, PriceRule.id)))


def list_one_offs(session: Session, newsletter: Newsletter) -> list[OneOff]:
    """Return the exceptions to a newsletter's rhythm, by day."""
    query = select(RhythmException).where(RhythmException.newsletter_id == newsletter.id)
    rows = session.scalars(query.order_by(RhythmException.on_day))
    return [OneOff(row.on_day, row.change, row.moved_to) for row in rows]


def last_issue_number(session: Session, newsletter_id: int) -> int | None:
    """Return the highest issue number, or None before the first issue."""
    return session.scalar(select(func.max(Issue.number)).where(Issue.newsletter_id == newsletter_id))
