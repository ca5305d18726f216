"""A person sees where they are signed in, and ends what they like of it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import UserSession
from sponsorship.accounts.rules import browser_label


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605 Version/18.0 Safari/605", "Safari on macOS"),
        ("curl/8.0", "Another browser"),
        ("", "Another browser"),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, label: str) -> None:
    assert browser_label(agent) == label


def test_ending_the_others_leaves_this_one(app: Flask, client: FlaskClient, sign_in, session: Session) -> None:
    elsewhere, third = app.test_client(), app.test_client()
    for one in (elsewhere, third, client):
        sign_in(one, "ada@example.com")
    page = client.get("/account").text
    assert "You are signed in on 3 browsers." in page and "End all but this one" in page
    assert client.post_form("/account/sessions/end", {}, page="/account").status_code == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == third.get("/account").status_code == 302
    assert "End all but this one" not in client.get("/account").text


def test_one_session_is_ended_by_its_id(app: Flask, client: FlaskClient, sign_in, session: Session) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, "ada@example.com")
    first = session.scalars(select(UserSession.id)).one()
    session.rollback()
    sign_in(client, "ada@example.com")
    client.get("/account")
    assert client.post_form("/account/sessions/end", {"session_id": first}, page="/account").status_code == 303
    assert elsewhere.get("/account").status_code == 302 and client.get("/account").status_code == 200


@pytest.mark.parametrize("wanted", ["999", "0", "99999999999999999999", "x"])
def test_what_is_no_session_of_ones_own_is_not_there(
    app: Flask, client: FlaskClient, sign_in, session: Session, wanted: str
) -> None:
    other = app.test_client()
    sign_in(other, "bob@example.com")
    theirs = session.scalars(select(UserSession.id)).one()
    session.rollback()
    sign_in(client, "ada@example.com")
    client.get("/account")
    for session_id in (wanted, theirs):
        assert client.post_form("/account/sessions/end", {"session_id": session_id}, page="/account").status_code == 404
    assert other.get("/account").status_code == 200 and client.get("/account").status_code == 200
