"""The publisher sets how he deals with sponsors, and what holds for one of them."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.queries import get_sponsor, list_categories, policy_of
from sponsorship.sponsors.rules import RivalRule
from tests.factories.booking import make_sponsor
from tests.page_checks import CheckedClient

DEALS = "/desk/sunday-runbook/settings/deals"
RULES = {
    "sponsors_may_move": "y", "move_cutoff_days": "5", "cancel_free_days": "30", "cancel_kept_percent": "25",
    "cancel_full_days": "3", "rivals": "issue", "cadence_issues": "2",
    "open_orders": "2", "held_slots": "10", "unpaid_a_day": "5",
}  # fmt: skip


@pytest.fixture
def desk(client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User]) -> CheckedClient:
    """The client, signed in as the publisher."""
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    return client


@pytest.fixture
def sponsor(newsletter: Newsletter, now: datetime) -> Sponsor:
    """Tidewatch."""
    with transaction() as session:
        return make_sponsor(session, newsletter, now=now)


def test_the_rules_are_kept_and_wrong_ones_said(desk: CheckedClient, session: Session, newsletter: Newsletter) -> None:
    assert desk.post_form(DEALS, RULES).status_code == 303
    session.expire_all()
    policy = policy_of(session, newsletter.id)
    assert (policy.rivals, policy.cancel_kept_basis_points, policy.cadence_issues) == (RivalRule.ISSUE, 2500, 2)
    assert (policy.open_orders, policy.held_slots, policy.unpaid_a_day) == (2, 10, 5)
    answer = desk.post_form(DEALS, RULES | {"held_slots": "0"})
    assert answer.status_code == 422 and "From 1 to 1,000." in answer.text
    answer = desk.post_form(DEALS, RULES | {"cancel_full_days": "40"})
    assert answer.status_code == 422 and "cannot be earlier" in answer.text and 'value="40"' in answer.text


def test_a_category_is_added_once(desk: CheckedClient, session: Session, newsletter: Newsletter) -> None:
    path, fields = "/desk/sunday-runbook/settings/categories", {"category-name": "Gambling", "category-parent": "0",
                    "category-is_prohibited": "y", "category-refusal_words": "No betting."}  # fmt: skip
    assert desk.post_form(path, fields, page=DEALS).status_code == 303
    assert [(c.name, c.is_prohibited, c.refusal_words) for c in list_categories(session, newsletter.id)] == [
        ("Gambling", True, "No betting.")
    ]
    again = desk.post_form(path, fields, page=DEALS)
    assert again.status_code == 422 and "already" in again.text


def test_a_sponsor_is_refused_with_words_and_belongs_to_no_circle(
    desk: CheckedClient, session: Session, newsletter: Newsletter, sponsor: Sponsor, now: datetime
) -> None:
    with transaction() as writing:
        child = make_sponsor(writing, newsletter, name="Child", email="a@child.example", now=now)
        child.parent_id = sponsor.id
    path = f"/desk/sunday-runbook/sponsors/{sponsor.id}/terms"
    fields = {
        "category": "0",
        "agency": "0",
        "parent": "0",
        "is_refused": "y",
        "refusal_words": "Not again.",
        "notes": "",
    }
    assert desk.post_form(path, fields).status_code == 303
    session.expire_all()
    assert get_sponsor(session, sponsor.id).refusal_words == "Not again."
    answer = desk.post_form(path, fields | {"parent": str(child.id)})
    assert answer.status_code == 422 and "cannot belong to itself" in answer.text


def test_a_strangers_sponsor_looks_like_none(desk: CheckedClient, newsletter: Newsletter) -> None:
    assert desk.get("/desk/sunday-runbook/sponsors/9999/terms").status_code == 404
