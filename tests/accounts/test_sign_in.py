"""Signing in: a visit uses nothing up, each link works once, nobody learns who has an account."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import SignInLink, UserSession
from sponsorship.accounts.portal import local_path, session_cookie_name
from sponsorship.accounts.services import make_sure_of_user
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from tests.conftest import NOW

ADDRESS = "imogen@sundayrunbook.example"


@pytest.fixture
def person(app: Flask) -> str:
    with transaction() as session:
        make_sure_of_user(session, email=ADDRESS, name="Imogen Hale", now=NOW)
    return ADDRESS


def ask(client: FlaskClient, address: str) -> str:
    answer = client.post_form("/sign-in", {"email": address})
    assert answer.status_code == 303
    return client.get("/sign-in/code").get_data(as_text=True)


def mailed(session: Session) -> tuple[str, str]:
    """The link's path and the code of the last mail."""
    session.rollback()
    mail = session.scalars(select(Mail).order_by(Mail.id.desc()).limit(1)).one()
    path = re.search(r"http://\S+?(/sign-in/\S+)", mail.text)
    code = re.search(r"code: (\d{6})", mail.text)
    assert path and code
    return path[1], code[1]


def is_signed_in(app: Flask, client: FlaskClient) -> bool:
    with app.test_request_context():
        return client.get_cookie(session_cookie_name()) is not None


def test_a_hundred_visits_of_a_scanner_leave_the_link_for_the_person(
    app: Flask, client: FlaskClient, session: Session, person: str
) -> None:
    ask(client, person)
    path, _ = mailed(session)
    scanner = app.test_client()
    for _ in range(50):
        assert scanner.get(path).status_code == 200
        assert scanner.head(path).status_code == 200
    assert scanner.post_form(path, {"code": ""}).status_code == 422  # one that presses buttons has no code
    answer = client.post_form(path)
    assert answer.status_code == 303
    assert is_signed_in(app, client)


def test_a_session_notes_the_browser(client: FlaskClient, session: Session, person: str) -> None:
    ask(client, person)
    _, code = mailed(session)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert client.post_form("/sign-in/code", {"code": code}, headers={"User-Agent": agent}).status_code == 303
    session.rollback()
    assert session.scalars(select(UserSession.browser)).one() == "Firefox on Linux"


def test_a_link_works_once(client: FlaskClient, session: Session, person: str) -> None:
    ask(client, person)
    path, _ = mailed(session)
    assert client.post_form(path).status_code == 303
    assert client.get(path).status_code == 410
    assert len(session.scalars(select(UserSession)).all()) == 1


def test_another_browser_needs_the_code(app: Flask, client: FlaskClient, session: Session, person: str) -> None:
    ask(client, person)
    path, code = mailed(session)
    phone = app.test_client()
    assert "code from the same mail" in phone.get(path).get_data(as_text=True)
    assert phone.post_form(path, {"code": "000000" if code != "000000" else "000001"}).status_code == 422
    assert phone.post_form(path, {"code": code}).status_code == 303
    assert is_signed_in(app, phone)


def test_the_code_alone_signs_in_the_browser_that_asked(
    app: Flask, client: FlaskClient, session: Session, person: str
) -> None:
    ask(client, person)
    _, code = mailed(session)
    assert client.post_form("/sign-in/code", {"code": code}).status_code == 303
    assert is_signed_in(app, client)


def test_five_wrong_codes_void_the_link(client: FlaskClient, session: Session, person: str) -> None:
    ask(client, person)
    _, code = mailed(session)
    wrong = "111111" if code != "111111" else "222222"
    for _ in range(5):
        assert client.post_form("/sign-in/code", {"code": wrong}).status_code == 422
    assert client.post_form("/sign-in/code", {"code": code}).status_code == 422


def test_ten_minutes_end_a_link(client: FlaskClient, session: Session, person: str) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        ask(client, person)
        path, _ = mailed(session)
        clock.shift(timedelta(minutes=10))
        assert client.get(path).status_code == 410


def test_an_unknown_address_looks_the_same_and_gets_no_mail(client: FlaskClient, session: Session, person: str) -> None:
    known = ask(client, person).replace(person, "X")
    unknown = ask(client, "nobody@nowhere.example").replace("nobody@nowhere.example", "X")
    assert re.sub(r'value="[^"]+"', "", known) == re.sub(r'value="[^"]+"', "", unknown)
    session.rollback()
    assert [mail.to_address for mail in session.scalars(select(Mail))] == [person]


def test_tokens_and_codes_are_not_kept_in_the_clear(client: FlaskClient, session: Session, person: str) -> None:
    ask(client, person)
    path, code = mailed(session)
    link = session.scalars(select(SignInLink)).one()
    assert path.rsplit("/", 1)[1] not in (link.token_hash, link.code_hash)
    assert code != link.code_hash


def test_signing_out_ends_the_session_even_for_a_replayed_cookie(
    app: Flask, client: FlaskClient, session: Session, person: str
) -> None:
    ask(client, person)
    client.post_form(mailed(session)[0])
    with app.test_request_context():
        cookie = client.get_cookie(session_cookie_name())
    assert cookie is not None
    client.post_form("/sign-out", page="/sign-in")
    session.rollback()
    assert session.scalars(select(UserSession)).one().ended_at is not None


@pytest.mark.parametrize("address", ["", "imogen", "a b@c.example", "x" * 300 + "@c.example", "\x00@c.example"])
def test_an_address_that_is_none_is_refused_and_kept_in_the_field(client: FlaskClient, address: str) -> None:
    answer = client.post_form("/sign-in", {"email": address})
    assert answer.status_code == 422


def test_a_seventh_link_within_the_hour_is_refused(client: FlaskClient, person: str) -> None:
    with time_machine.travel(datetime(2026, 11, 19, 10, tzinfo=UTC)):
        for _ in range(6):
            ask(client, person)
        assert client.post_form("/sign-in", {"email": person}).status_code == 429


@pytest.mark.parametrize(
    ("target", "allowed"),
    [("/desk", True), ("/desk?a=1", True), ("//evil.example", False), ("https://evil.example", False), ("/\\evil.example", False),
     ("javascript:alert(1)", False), ("", False), (None, False), ("/a\r\nSet-Cookie: x", False)],
)  # fmt: skip
def test_after_signing_in_one_stays_on_this_site(target: str | None, allowed: bool) -> None:
    assert local_path(target) == (target if allowed else None)
