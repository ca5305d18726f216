"""The page of rules over HTTP."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.accounts.rules import TeamRole
from sponsorship.checks.queries import get_policy
from sponsorship.checks.rules import CheckRule, RuleSetting
from sponsorship.inventory.models import Newsletter
from tests.page_checks import CheckedClient

PAGE = "/desk/sunday-runbook/settings/checks"
SignIn = Callable[..., User]


def filled(**changes: str) -> dict[str, str]:
    values = {f"{rule.value}-is_on": "y" for rule in CheckRule}
    for rule in ("same_destination", "same_copy", "near_copy"):
        values |= {f"{rule}-issues": "3", f"{rule}-days": "28"}
    for rule in ("near_copy", "others_copy"):
        values |= {f"{rule}-likeness": "67"}
    values |= changes
    return {name: value for name, value in values.items() if value != "off"}


def test_the_owner_sets_the_rules(
    client: CheckedClient, session: Session, newsletter: Newsletter, sign_in: SignIn
) -> None:
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    assert "Every rule is on." in client.get(PAGE).text
    changes = filled(**{"same_sponsor-is_on": "off", "near_copy-likeness": "80", "same_copy-issues": "8"})
    answer = client.post_form(PAGE, changes)
    assert answer.status_code == 303
    page = client.get(PAGE).text
    assert "One rule is off." in page and "Three rules changed." in page
    policy = get_policy(session, newsletter.id)
    assert policy[CheckRule.SAME_SPONSOR] == RuleSetting(is_on=False)
    assert policy[CheckRule.NEAR_COPY].likeness == 80
    assert policy[CheckRule.SAME_COPY].issues == 8


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("near_copy-likeness", "20", "Give a whole number from 40 to 95."),
        ("near_copy-days", "", "Give a whole number from 0 to 365."),
        ("same_copy-issues", "many", "Give a whole number from 0 to 52."),
    ],
)
def test_a_wrong_number_is_said_at_its_field_and_loses_nothing(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    sign_in: SignIn,
    name: str,
    value: str,
    sentence: str,
) -> None:
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    answer = client.post_form(PAGE, filled(**{name: value, "same_sponsor-is_on": "off"}))
    assert answer.status_code == 422 and sentence in answer.text and "One rule is off." in answer.text
    assert get_policy(session, newsletter.id)[CheckRule.SAME_SPONSOR].is_on


@pytest.mark.parametrize("role", [TeamRole.VIEWER, TeamRole.EDITOR, TeamRole.SALES])
def test_only_who_sets_things_sees_it(
    client: CheckedClient, newsletter: Newsletter, sign_in: SignIn, role: TeamRole
) -> None:
    sign_in(client, "someone@sundayrunbook.example", newsletter=newsletter, role=role)
    assert client.get(PAGE).status_code in (403, 404)
