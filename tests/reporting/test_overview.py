"""A person's newsletters side by side: currencies never added, and nobody else's newsletter."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from selectolax.lexbor import LexborHTMLParser

from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from tests.factories.assembly import sell_slot
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient

SignIn = Callable[..., Any]
DECEMBER = date(2026, 12, 6)


@pytest.fixture(autouse=True)
def at_nine_forty(app: Flask, now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


def test_each_currency_is_added_up_by_itself(
    client: CheckedClient, newsletter: Newsletter, now: datetime, sign_in: SignIn
) -> None:
    with transaction() as session:
        second = make_newsletter(session, now=now, slug="second", name="The Second")
        euro = make_newsletter(session, now=now, slug="euro", name="The Euro", currency="EUR")
        foreign = make_newsletter(session, now=now, slug="foreign", name="Not Ours")
        for one in (newsletter, second, euro, foreign):
            own = session.merge(one)
            sell_slot(session, slot_on(session, own, DECEMBER), now=now, due_on=date(2026, 11, 1))
    for one in (newsletter, second, euro):
        sign_in(client, "imogen@runbook.example", newsletter=one)
    html = client.get("/desk/overview").get_data(as_text=True)
    tree = LexborHTMLParser(html)
    assert "€1,650 and $3,300 is still owed, €1,650 and $3,300 of it late." in " ".join(
        tree.css_first("h1").text().split()
    )
    assert [node.text() for node in tree.css("tfoot .col-amt")] == ["$3,300"] and "Not Ours" not in html
    one = client.get("/desk/overview?newsletter=second&period=year").get_data(as_text=True)
    assert len(LexborHTMLParser(one).css("table tbody tr")) == 1 and "$1,650 is still owed" in one
    assert client.get("/desk/overview?newsletter=foreign").status_code == 404
    assert client.get("/desk/overview?period=fortnight").status_code == 422


def test_whoever_has_no_newsletter_has_no_overview(
    client: CheckedClient, newsletter: Newsletter, sign_in: SignIn
) -> None:
    sign_in(client, "ads@cinderbox.example")
    assert client.get("/desk/overview").status_code == 404
