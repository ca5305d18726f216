"""The pages of the books, as the publisher's team and strangers meet them."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.accounts.rules import TeamRole
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.services import Found, keep_findings
from tests.payments.test_books import sold

__all__ = ["sold"]
LEDGER = "/desk/sunday-runbook/ledger"
BOOKS = "/desk/sunday-runbook/books"
SignIn = Callable[..., User]


@pytest.fixture
def team(client: FlaskClient, sign_in: SignIn, sold: Newsletter) -> FlaskClient:
    """A client signed in as the newsletter's finance person."""
    sign_in(client, "ann@example.org", newsletter=sold, role=TeamRole.FINANCE)
    return client


def test_a_figure_opens_to_its_lines(team: FlaskClient) -> None:
    page = team.get(f"{LEDGER}?figure=booked").get_data(as_text=True)
    assert "Booked: $" in page and "Net value of confirmed bookings" in page
    assert "Stripe balance" not in page.split("<tbody>")[1].split("</tbody>")[0]


@pytest.mark.parametrize(
    "query",
    ["", "?month=2026-11", "?account=fees", "?kind=received&from=2026-11-01&to=2026-11-30", "?issue_from=2026-12-13",
     "?order=1", "?sponsor=1&booking=1&issue=1", "?page=7", "?currency=usd", "?figure=deferred&to=2026-11-30"],
)  # fmt: skip
def test_every_filter_gives_a_page(team: FlaskClient, query: str) -> None:
    assert team.get(LEDGER + query).status_code == 200


@pytest.mark.parametrize(
    "query", ["?figure=nonsense", "?from=yesterday", "?month=2026-13", "?order=x", "?page=-1", "?order=99999999999999"]
)
def test_a_filter_that_cannot_be_read_gets_a_sentence(team: FlaskClient, query: str) -> None:
    assert team.get(LEDGER + query).status_code == 422


def test_the_accountant_gets_the_same_lines_as_a_file(team: FlaskClient, session: Session) -> None:
    lines = session.execute(text("SELECT count(*) FROM journal_line")).scalar_one()
    answer = team.get(f"{LEDGER}.csv")
    rows = answer.get_data().decode("utf-8-sig").splitlines()
    assert answer.mimetype == "text/csv" and len(rows) == lines + 1
    assert any("'=HYPERLINK(1)" in row for row in rows)
    assert team.get(f"{LEDGER}.xlsx").get_data()[:2] == b"PK"
    assert team.get(f"{LEDGER}.pdf").status_code == 422
    assert len(team.get(f"{LEDGER}.csv?account=fees").get_data().splitlines()) == 2


def test_a_month_is_closed_and_opened_on_the_page(team: FlaskClient, now: datetime) -> None:
    with time_machine.travel(datetime.fromisoformat("2026-12-03T10:00:00+00:00")):
        assert "No month is closed yet." in team.get(BOOKS).get_data(as_text=True)
        answer = team.post_form(f"{BOOKS}/close", {"month": "2026-11"}, page=BOOKS, follow_redirects=True)
        assert "November 2026 is closed." in answer.get_data(as_text=True)
        refused = team.post_form(f"{BOOKS}/reopen", {"month": "2026-11", "reason": ""}, page=BOOKS)
        assert refused.status_code == 422 and "Say why" in refused.get_data(as_text=True)
        again = {"month": "2026-11", "reason": "An invoice was missing"}
        answer = team.post_form(f"{BOOKS}/reopen", again, page=BOOKS, follow_redirects=True)
        assert "November 2026 is open again." in answer.get_data(as_text=True)
        assert "An invoice was missing" in answer.get_data(as_text=True)
        twice = team.post_form(f"{BOOKS}/close", {"month": "nonsense"}, page=BOOKS)
        assert twice.status_code == 422


def test_what_differs_is_shown(team: FlaskClient, now: datetime) -> None:
    with transaction() as session:
        found = Found("pi_1", "Stripe has a payment of $500 that the books do not know.", "Ask Stripe.")
        keep_findings(session, scope="test", found=[found], now=now)
    page = team.get(BOOKS).get_data(as_text=True)
    assert "One thing needs looking at." in page and "Stripe has a payment of $500" in page


def test_strangers_and_readers_change_nothing(client: FlaskClient, sign_in: SignIn, sold: Newsletter) -> None:
    assert client.get(LEDGER).status_code in (302, 303)
    sign_in(client, "eve@example.org")
    assert client.get(LEDGER).status_code == 404
    sign_in(client, "rae@example.org", newsletter=sold, role=TeamRole.VIEWER)
    assert client.get(BOOKS).status_code == 200
    assert client.post_form(f"{BOOKS}/close", {"month": "2026-10"}, page="/sign-in").status_code == 403
