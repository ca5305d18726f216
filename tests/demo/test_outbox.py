"""The demo's outbox page: mail that had no server to go to, to be read, its links to be followed."""

from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient

from sponsorship.core.db import transaction
from sponsorship.core.mail import queue_mail
from sponsorship.demo.views import with_links
from tests.conftest import NOW


def write(to: str, code: str) -> None:
    with transaction() as session:
        queue_mail(
            session, key=f"test:{to}", to=to, subject="Sign in", template="accounts/email/sign_in",
            url="http://desk.example/sign-in/abc", code=code, minutes=10, now=NOW,
        )  # fmt: skip


def test_an_empty_outbox_says_so(client: FlaskClient) -> None:
    assert "Nothing to read" in client.get("/outbox").get_data(as_text=True)


def test_mail_is_shown_with_its_links_and_can_be_narrowed_to_one_address(client: FlaskClient) -> None:
    write("ada@people.example", "123456")
    write("grace@people.example", "654321")
    both = client.get("/outbox").get_data(as_text=True)
    assert "123456" in both and "654321" in both
    assert '<a href="http://desk.example/sign-in/abc">' in both
    one = client.get("/outbox?to=Ada@people.example").get_data(as_text=True)
    assert "123456" in one and "654321" not in one


def test_markup_in_a_mail_stays_text(app: Flask) -> None:
    assert str(with_links('<b>x</b> "http://a.example/?q=<i>"')).startswith("&lt;b&gt;x&lt;/b&gt;")


def test_outside_a_demo_there_is_no_outbox(app: Flask, client: FlaskClient) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, is_demo=False)
    try:
        assert client.get("/outbox").status_code == 404
    finally:
        app.config["SETTINGS"] = settings
