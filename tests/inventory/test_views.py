"""The settings: a newsletter opened, its rhythm, placements, prices and team."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from sponsorship.accounts.queries import list_members
from sponsorship.accounts.rules import TeamRole
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter, PromoCode
from sponsorship.inventory.queries import (
    get_newsletter,
    list_all_placements,
    list_issues,
    list_price_rules,
    list_slots,
)
from tests.factories.booking import confirmed_order
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient

SETTINGS = "/desk/sunday-runbook/settings"
PLACEMENT = {
    "name": "Partner", "kind": "partner", "price": "1,250", "capacity": "2", "printed_heading": "Partner", "heading_limit": "8",
    "body_limit": "60", "limit_unit": "words", "lead_days": "2", "lead_time": "18:00", "copy_due_days": "3",
    "copy_due_time": "18:00",
}  # fmt: skip
RHYTHM = {
    "kind": "weekly", "every": "1", "weekdays": ["SU"], "which": "1", "month_day": "1", "rule": "", "start": "2026-01-04",
    "publish_time": "08:00", "timezone": "Europe/London", "horizon_weeks": "26",
}  # fmt: skip


@pytest.fixture
def owner(
    client: CheckedClient, newsletter: Newsletter, now: datetime, sign_in: Callable[..., Any]
) -> Iterator[CheckedClient]:
    """The publisher's browser at 09:40 on Thursday 19 November 2026."""
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    with time_machine.travel(now, tick=False):
        yield client


def test_another_newsletter_has_its_own_zone_currency_rhythm_and_publisher(owner: CheckedClient) -> None:
    answer = owner.post_form(
        "/newsletters/new",
        {"name": "The Tuesday Ledger", "timezone": "America/New_York", "currency": "EUR", "weekdays": ["TU", "FR"],
         "publish_time": "06:30", "first_issue_number": "1", "invoice_days": "30"},
    )  # fmt: skip
    assert answer.status_code == 303 and answer.location == "/desk/the-tuesday-ledger/settings/placements"
    fresh = get_newsletter(db.session(), "the-tuesday-ledger")
    assert (fresh.timezone, fresh.currency, fresh.rhythm_rule) == ("America/New_York", "EUR", "FREQ=WEEKLY;BYDAY=TU,FR")
    issues = list_issues(db.session(), fresh.id, date(2026, 11, 19), date(2026, 11, 30))
    assert [(one.number, one.publish_on.day, one.publish_at.hour) for one in issues] == [
        (1, 20, 11),
        (2, 24, 11),
        (3, 27, 11),
    ]
    assert [member.role for member in list_members(db.session(), fresh.id)] == [TeamRole.OWNER]
    assert "The Tuesday Ledger" in owner.get("/").get_data(as_text=True)


def test_an_address_that_is_taken_is_refused_and_nothing_typed_is_lost(owner: CheckedClient) -> None:
    fields = {"name": "Sunday Runbook", "timezone": "UTC", "currency": "EUR", "weekdays": "SU", "publish_time": "06:30",
              "first_issue_number": "1", "invoice_days": "30", "tagline": "Kept"}  # fmt: skip
    answer = owner.post_form("/newsletters/new", fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "is taken" in page and 'value="Kept"' in page


@pytest.mark.parametrize("role", [TeamRole.SALES, TeamRole.EDITOR, TeamRole.VIEWER])
def test_only_who_may_change_settings_sees_them(
    client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., Any], role: TeamRole
) -> None:
    sign_in(client, "sam@sundayrunbook.example", newsletter=newsletter, role=role)
    for page in ("", "/rhythm", "/placements", "/prices", "/credits", "/team"):
        assert client.get(SETTINGS + page).status_code == 403
    assert client.get("/newsletters/new").status_code == 403


def test_settings_of_the_newsletter_are_saved_and_other_terms_are_a_new_version(
    owner: CheckedClient, newsletter: Newsletter
) -> None:
    answer = owner.post_form(
        SETTINGS, {"name": "The Runbook", "terms": "New terms.", "invoice_days": "30", "readers": "31000"}
    )
    assert answer.status_code == 303
    db.session.expire_all()
    assert (newsletter.name, newsletter.terms_version, newsletter.readers) == ("The Runbook", 2, 31_000)


def test_the_next_dates_are_shown_before_a_rhythm_is_saved(owner: CheckedClient, newsletter: Newsletter) -> None:
    fields = RHYTHM | {"kind": "monthly_weekday", "which": "-1", "weekdays": ["FR"], "preview": "1"}
    page = owner.post_form(f"{SETTINGS}/rhythm", fields).get_data(as_text=True)
    assert "Fri 27 Nov 2026" in page and "Fri 25 Dec 2026" in page and "FREQ=MONTHLY;BYDAY=-1FR" in page
    assert newsletter.rhythm_rule == "FREQ=WEEKLY;BYDAY=SU"


def test_a_new_rhythm_moves_what_nobody_booked_and_leaves_what_is_booked(
    owner: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as session:
        confirmed_order(session, newsletter, [slot_on(session, newsletter, date(2026, 12, 13))], now=now)
    answer = owner.post_form(f"{SETTINGS}/rhythm", RHYTHM | {"weekdays": ["TU"], "publish_time": "09:00"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    issues = list_issues(db.session(), newsletter.id, date(2026, 11, 19), date(2026, 12, 31))
    assert [one.publish_on.isoformat()[5:] for one in issues] == [
        "11-24",
        "12-01",
        "12-08",
        "12-13",
        "12-15",
        "12-22",
        "12-29",
    ]
    assert [one.number for one in issues] == list(range(812, 819))
    assert {one.publish_at.hour for one in issues} == {9}
    assert all(list_slots(db.session(), [one.id]) for one in issues)
    assert "1 issue outside it stay" in owner.get(f"{SETTINGS}/rhythm").get_data(as_text=True)


def test_a_rule_that_cannot_be_followed_is_refused_with_the_reason(owner: CheckedClient) -> None:
    answer = owner.post_form(f"{SETTINGS}/rhythm", RHYTHM | {"kind": "rule", "rule": "every sunday"})
    assert answer.status_code == 422 and "not a publishing rhythm" in answer.get_data(as_text=True)


def test_an_extra_issue_has_slots_and_the_later_ones_count_one_on(owner: CheckedClient, newsletter: Newsletter) -> None:
    fields = {"day": "2026-12-09", "title": "Special"}
    answer = owner.post_form(f"{SETTINGS}/extra-issue", fields, page=f"{SETTINGS}/rhythm")
    assert answer.status_code == 303
    issues = list_issues(db.session(), newsletter.id, date(2026, 12, 1), date(2026, 12, 20))
    assert [(one.number, one.publish_on.day) for one in issues] == [(814, 6), (815, 9), (816, 13), (817, 20)]
    assert len(list_slots(db.session(), [issues[1].id])) == 4
    again = owner.post_form(f"{SETTINGS}/extra-issue", fields, page=f"{SETTINGS}/rhythm")
    assert again.status_code == 422 and "an issue on Wed 9 Dec 2026 already" in again.get_data(as_text=True)


def test_a_placement_is_added_with_slots_in_every_issue_to_come_and_edited(
    owner: CheckedClient, newsletter: Newsletter
) -> None:
    assert owner.post_form(f"{SETTINGS}/placements/new", PLACEMENT).status_code == 303
    placement = list_all_placements(db.session(), newsletter.id)[-1]
    assert (placement.key, placement.price_minor, placement.capacity) == ("partner", 125_000, 2)
    assert slot_on(db.session(), newsletter, date(2026, 12, 13), "partner", 2).name == "Partner B"
    page = f"/placements/{placement.id}/settings"
    wrong = owner.post_form(page, PLACEMENT | {"price": "lots", "fills_with_house": "y"})
    assert wrong.status_code == 422 and "Say what the house ad is" in wrong.get_data(as_text=True)
    assert owner.post_form(page, PLACEMENT | {"price": "1300", "capacity": "9"}).status_code == 303
    db.session.expire_all()
    assert (placement.price_minor, placement.capacity) == (130_000, 2)
    assert "Partner" in owner.get(f"{SETTINGS}/placements").get_data(as_text=True)


def test_a_dated_price_holds_for_issues_from_its_day(owner: CheckedClient, newsletter: Newsletter) -> None:
    placement = newsletter.placements[0]
    page = f"/placements/{placement.id}/settings"
    fields = {"starts_on": "2027-01-01", "amount": "1800"}
    assert owner.post_form(f"/placements/{placement.id}/prices", fields, page=page).status_code == 303
    prices = [slot_on(db.session(), newsletter, day).list_price_minor for day in (date(2026, 12, 27), date(2027, 1, 3))]
    assert prices == [165_000, 180_000]
    rate_card = owner.get("/newsletters/sunday-runbook").get_data(as_text=True)
    assert "$1,650" in rate_card and "$1,800" in rate_card
    past = owner.post_form(f"/placements/{placement.id}/prices", {"starts_on": "2026-01-01", "amount": "1"}, page=page)
    assert past.status_code == 422 and "is over" in past.get_data(as_text=True)
    assert owner.post_form(f"/placements/{placement.id}/prices/2027-01-01/drop", page=page).status_code == 303
    db.session.expire_all()
    assert placement.price_changes == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "early_bird", "label": "Early", "share": "15", "threshold": "60"}, 303),
        ({"kind": "season", "label": "Christmas", "share": "20", "goes_up": "y", "starts_on": "2026-12-01"}, 303),
        ({"kind": "season", "label": "Christmas", "share": "20"}, 422),
        ({"kind": "frequency", "label": "Many", "share": "10"}, 422),
        ({"kind": "frequency", "label": "Many", "share": "110", "threshold": "3"}, 422),
        ({"kind": "package", "label": "Both", "package_price": "2000"}, 422),
    ],
)
def test_price_rules_are_added_and_ended(
    owner: CheckedClient, newsletter: Newsletter, fields: dict[str, str], status: int
) -> None:
    named = {f"rule-{name}": value for name, value in fields.items()}
    answer = owner.post_form(f"{SETTINGS}/prices/rules", named, page=f"{SETTINGS}/prices")
    assert answer.status_code == status, answer.get_data(as_text=True)
    rules = list_price_rules(db.session(), newsletter.id)
    assert len(rules) == (2 if status == 303 else 1)
    assert owner.post_form(f"/price-rules/{rules[-1].id}/retire", page=f"{SETTINGS}/prices").status_code == 303
    assert len(list_price_rules(db.session(), newsletter.id)) == len(rules) - 1


def test_a_code_is_added_once_and_ended(session: Session, owner: CheckedClient) -> None:
    fields = {"code-code": "spring 26", "code-share": "10", "code-most_uses": "1", "code-minimum": "500"}
    assert owner.post_form(f"{SETTINGS}/prices/codes", fields, page=f"{SETTINGS}/prices").status_code == 303
    (promo,) = session.query(PromoCode)
    assert (promo.code, promo.discount_basis_points, promo.minimum_minor) == ("SPRING26", 1000, 50_000)
    again = owner.post_form(f"{SETTINGS}/prices/codes", fields, page=f"{SETTINGS}/prices")
    assert again.status_code == 422 and "SPRING26 already" in again.get_data(as_text=True)
    assert owner.post_form(f"/promo-codes/{promo.id}/retire", page=f"{SETTINGS}/prices").status_code == 303


def test_the_team_takes_people_in_and_keeps_a_publisher(owner: CheckedClient, newsletter: Newsletter) -> None:
    fields = {"email": "sam@sundayrunbook.example", "name": "Sam", "role": "sales"}
    assert owner.post_form(f"{SETTINGS}/team", fields).status_code == 303
    members = {m.user.email: m for m in list_members(db.session(), newsletter.id)}
    assert members["sam@sundayrunbook.example"].role is TeamRole.SALES
    for email, status in (("sam@sundayrunbook.example", 303), ("imogen@sundayrunbook.example", 409)):
        path = f"{SETTINGS}/team/{members[email].user_id}/remove"
        assert owner.post_form(path, page=f"{SETTINGS}/team").status_code == status
    smaller = owner.post_form(f"{SETTINGS}/team", {"email": "imogen@sundayrunbook.example", "role": "viewer"})
    assert smaller.status_code == 409
