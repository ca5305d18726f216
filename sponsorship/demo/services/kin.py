"""How the sponsors stand to each other: what they sell, who competes, and an agency that books for two of them."""

from datetime import datetime
from functools import partial

from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS
from sponsorship.demo.rules.sponsors import AGENCY, CATEGORIES, CLIENTS, EXCLUSIVE_BASIS_POINTS, SPONSORS
from sponsorship.demo.services.stage import Stage
from sponsorship.sponsors.queries import find_sponsor
from sponsorship.sponsors.services import (
    add_category,
    add_contact,
    let_pay_by_invoice,
    make_sure_of_sponsor,
    set_policy,
    set_sponsor_terms,
)


def plan_kin(stage: Stage) -> None:
    """Let the publisher sort his sponsors, the day before yesterday."""
    stage.timeline.at(stage.moment(-2, 17, 5), partial(_sort, stage))


def _sort(stage: Stage, now: datetime) -> None:
    session, newsletter_id = stage.session, stage.newsletter.id
    set_policy(
        session,
        newsletter_id=newsletter_id,
        exclusive_basis_points=EXCLUSIVE_BASIS_POINTS,
        actor=PUBLISHER_ADDRESS,
        now=now,
    )
    for name, keys in CATEGORIES.items():
        category = add_category(
            session, newsletter_id=newsletter_id, name=name, parent=None, is_prohibited=False, refusal_words="",
            actor=PUBLISHER_ADDRESS, now=now,
        )  # fmt: skip
        _set(stage, keys, now, category_id=category.id)
    agency = make_sure_of_sponsor(session, newsletter_id=newsletter_id, name=AGENCY.name, now=now)
    agency.street, agency.city, agency.country = AGENCY.street, AGENCY.city, AGENCY.country
    add_contact(session, sponsor=agency, email=AGENCY.address, name=AGENCY.contact, now=now)
    let_pay_by_invoice(session, sponsor=agency, actor=PUBLISHER_ADDRESS, now=now)
    _set(stage, CLIENTS, now, agency_id=agency.id)


def _set(stage: Stage, keys: tuple[str, ...], now: datetime, **terms: int) -> None:
    """Set terms of those of the sponsors that have bought by now."""
    for key in keys:
        sponsor = find_sponsor(stage.session, stage.newsletter.id, SPONSORS[key].name)
        if sponsor is not None:
            set_sponsor_terms(stage.session, sponsor=sponsor, actor=PUBLISHER_ADDRESS, now=now, **terms)
