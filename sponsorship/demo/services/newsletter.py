"""Opening the newsletter: rate card, readers, team, and its issues from half a year ago to the end of the horizon."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.accounts.rules import TeamRole
from sponsorship.accounts.services import add_member, make_sure_of_user
from sponsorship.core.text import LimitUnit
from sponsorship.demo.rules import newsletter as plan
from sponsorship.inventory.models import AudienceShare, Newsletter
from sponsorship.inventory.rules import PlacementKind, RhythmChange
from sponsorship.inventory.services import (
    add_frequency_discount,
    add_placement,
    add_rhythm_exception,
    create_newsletter,
    plan_issues,
)


def open_newsletter(session: Session, *, first: date, last_issue: date, last: date, now: datetime) -> Newsletter:
    """Create the demo's newsletter with its issues from `first` to `last`; readers were counted on `last_issue`."""
    newsletter = create_newsletter(
        session, slug=plan.SLUG, name=plan.NAME, timezone=plan.TIMEZONE, currency=plan.CURRENCY,
        rhythm_rule=plan.RHYTHM, rhythm_start=first, publish_time=plan.PUBLISH_TIME, now=now, tagline=plan.TAGLINE,
        introduction=plan.INTRODUCTION, publisher_name=plan.PUBLISHER, contact_email=plan.PUBLISHER_ADDRESS,
        first_issue_number=plan.number_of(first), horizon_weeks=plan.HORIZON_WEEKS, readers=plan.READERS,
        readers_on=last_issue, open_rate_basis_points=plan.OPEN_RATE_BASIS_POINTS, audience_note=plan.AUDIENCE_NOTE,
        terms=plan.TERMS, invoice_days=plan.INVOICE_DAYS,
        audience=[
            AudienceShare(position=position, label=label, share_percent=share)
            for position, (label, share) in enumerate(plan.AUDIENCE, start=1)
        ],
    )  # fmt: skip
    _add_rate_card(session, newsletter)
    _skip_year_ends(session, newsletter, first, last)
    _add_team(session, newsletter, now)
    plan_issues(session, newsletter=newsletter, first=first, last=last)
    return newsletter


def _add_rate_card(session: Session, newsletter: Newsletter) -> None:
    for line in plan.PLACEMENTS:
        add_placement(
            session, newsletter=newsletter, key=line.key, name=line.name, kind=PlacementKind(line.kind),
            price_minor=line.price_minor, capacity=line.capacity, description=line.description,
            printed_heading=line.printed_heading, heading_limit=line.heading_limit, body_limit=line.body_limit,
            limit_unit=LimitUnit.WORDS, lead_days=plan.LEAD_DAYS, lead_time=plan.LEAD_TIME,
            copy_due_days=plan.COPY_DUE_DAYS, copy_due_time=plan.COPY_DUE_TIME, is_echoed=line.is_echoed,
        )  # fmt: skip
    add_frequency_discount(
        session, newsletter=newsletter, label=plan.FREQUENCY_LABEL, threshold=plan.FREQUENCY_THRESHOLD,
        discount_basis_points=plan.FREQUENCY_BASIS_POINTS,
    )  # fmt: skip


def _skip_year_ends(session: Session, newsletter: Newsletter, first: date, last: date) -> None:
    for week in range((last - first).days // 7 + 1):
        sunday = first + timedelta(weeks=week)
        if plan.is_year_end(sunday):
            add_rhythm_exception(
                session, newsletter=newsletter, on_day=sunday, change=RhythmChange.SKIPPED, reason="Between the years."
            )


def _add_team(session: Session, newsletter: Newsletter, now: datetime) -> None:
    for address, name, role in (
        (plan.PUBLISHER_ADDRESS, plan.PUBLISHER, TeamRole.OWNER),
        (plan.BOOKKEEPER_ADDRESS, plan.BOOKKEEPER, TeamRole.FINANCE),
    ):
        user = make_sure_of_user(session, email=address, name=name, now=now)
        add_member(session, newsletter_id=newsletter.id, user=user, role=role)
