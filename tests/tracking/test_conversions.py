"""What a sponsor's shop reports back: believed where it is signed, counted once, shown apart from clicks."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.queries import ConversionCount, conversions_of
from sponsorship.tracking.rules.conversions import (
    Postback,
    PostbackInvalid,
    read_click_id,
    read_postback,
    sign_click_id,
)
from sponsorship.tracking.services.keys import tell_web_servers
from tests.factories.desk import send
from tests.tracking.conftest import FIREFOX, SENT_AT, Tracked

SignIn = Callable[..., User]
SECRET = b"a secret of the installation"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLICK = sign_click_id(SECRET, 7, int(NOON.timestamp()), "0123456789abcdef")


@pytest.fixture(autouse=True)
def an_hour_after_sending() -> Iterator[None]:
    """Readers buy on Sunday at 09:00."""
    with time_machine.travel(SENT_AT + timedelta(hours=1), tick=False):
        yield


def read(**said: str) -> Postback:
    """A report of that click, an hour later."""
    words = {"click_id": CLICK, "event": "purchase", "value": "", "currency": ""} | said
    return read_postback(SECRET, now=NOON + timedelta(hours=1), **words)


def test_a_signed_click_id_says_which_link_was_clicked_and_when() -> None:
    postback = read(value="49.50", currency="usd")
    assert (postback.click.link_id, postback.click.clicked_at) == (7, int(NOON.timestamp()))
    assert (postback.event, postback.value_minor, postback.currency) == ("purchase", 4_950, "USD")
    assert read(event="").event == "conversion"
    assert read(event="Sign-Up").event == "sign-up"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"click_id": ""}, "not one of ours"),
        ({"click_id": CLICK[:-1] + ("0" if CLICK[-1] != "0" else "1")}, "not one of ours"),
        ({"click_id": "8" + CLICK[1:]}, "not one of ours"),
        ({"event": "a sale"}, "letters, figures"),
        ({"event": "x" * 41}, "at most 40"),
        ({"value": "49.50"}, "needs its currency"),
        ({"value": "-1", "currency": "USD"}, "amount such as"),
        ({"value": "1e30", "currency": "USD"}, "amount such as"),
        ({"value": "NaN", "currency": "USD"}, "amount such as"),
        ({"value": "$5", "currency": "USD"}, "amount such as"),
        ({"value": "1.5", "currency": "JPY"}, "amount such as"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_the_reason(said: dict[str, str], sentence: str) -> None:
    with pytest.raises(PostbackInvalid, match=sentence):
        read(**said)


@pytest.mark.parametrize("later", [timedelta(days=91), timedelta(minutes=-10)])
def test_a_click_long_ago_or_still_to_come_is_refused(later: timedelta) -> None:
    with pytest.raises(PostbackInvalid, match="older than 90 days"):
        read_postback(SECRET, click_id=CLICK, event="", value="", currency="", now=NOON + later)


def click_id_of(client: FlaskClient, token: str) -> str:
    """Follow a link that carries a click id, and read it from the landing page's address."""
    client.application.extensions["fast_lane"].refresh()
    answer = client.get(f"/c/{token}", headers={"User-Agent": FIREFOX})
    found = parse_qs(urlsplit(answer.headers["Location"]).query)["click_id"][0]
    assert read_click_id(client.application.config["SETTINGS"].secret_key.encode(), found) is not None
    return found


@pytest.fixture
def carrying(tracked: Tracked) -> Tracked:
    """The booking's links give each click an id."""
    with transaction() as session:
        for link_id in (tracked.head_id, tracked.foot_id):
            session.get_one(TrackedLink, link_id).carries_click_id = True
        tell_web_servers(session)
    return tracked


def test_a_sale_is_counted_once_for_its_placement_and_stands_in_the_report(
    client: FlaskClient, session: Session, carrying: Tracked, newsletter: Newsletter, sign_in: SignIn
) -> None:
    click_id = click_id_of(client, carrying.head)
    report = {"click_id": click_id, "event": "purchase", "value": "49.50", "currency": "USD"}
    first, again = client.post("/postback", data=report), client.get("/postback", query_string=report)
    assert (first.status_code, first.text, again.status_code, again.text) == (
        200,
        "counted\n",
        200,
        "counted already\n",
    )
    assert client.get("/postback", query_string={"click_id": click_id, "event": "signup"}).text == "counted\n"
    other = click_id_of(client, carrying.foot)
    client.post("/postback", data=report | {"click_id": other, "value": "10"})
    assert conversions_of(session, [carrying.booking_id]) == {
        carrying.booking_id: [
            ConversionCount("purchase", 2, 5_950, "USD"),
            ConversionCount("signup", 1, None, None),
        ]
    }
    with transaction() as writing:
        send(writing, newsletter, date(2026, 11, 22))
    sign_in(client, "ed@runbook.example", newsletter=newsletter)
    page = client.get(f"/bookings/{carrying.booking_id}/report").get_data(as_text=True)
    assert "purchase" in page and "$59.50" in page and "signup" in page


def test_a_forged_report_is_refused_and_a_gone_link_is_said(
    client: FlaskClient, session: Session, carrying: Tracked
) -> None:
    forged = client.post("/postback", data={"click_id": CLICK, "event": "purchase"})
    assert (forged.status_code, "not one of ours" in forged.text) == (422, True)
    secret = client.application.config["SETTINGS"].secret_key.encode()
    gone = sign_click_id(secret, 999, int(clock.now().timestamp()), "0123456789abcdef")
    assert client.post("/postback", data={"click_id": gone}).status_code == 404
    assert client.post("/postback").status_code == 422
    assert conversions_of(session, [carrying.booking_id]) == {}
