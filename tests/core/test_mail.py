"""Mail leaves once, is tried again, and is never lost."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail, MailState, SmtpTransport, queue_mail, send_due
from tests.conftest import NOW
from tests.ports import free_port


class Sink:
    """A mail server that keeps what it takes, and refuses as often as it is told to."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refusals = 0

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        if self.refusals:
            self.refusals -= 1
            return "451 come back later"
        self.taken.append(envelope.original_content or b"")
        return "250 taken"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, SmtpTransport]]:
    handler = Sink()
    port = free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    yield handler, SmtpTransport(f"smtp://127.0.0.1:{port}")
    server.stop()


def write(key: str = "a", subject: str = "Sign in") -> None:
    with transaction() as session:
        queue_mail(
            session, key=key, to="ada@people.example", subject=subject, template="accounts/email/sign_in", url="http://x.example/1",
            code="123456", minutes=10, now=NOW,
        )  # fmt: skip


def test_a_mail_is_sent_once_with_text_and_html(app: Flask, session: Session, sink: tuple[Sink, SmtpTransport]) -> None:
    handler, transport = sink
    write()
    assert send_due(NOW, app.config["SETTINGS"], transport=transport) == 1
    assert send_due(NOW + timedelta(days=1), app.config["SETTINGS"], transport=transport) == 0
    assert len(handler.taken) == 1
    assert b"multipart/alternative" in handler.taken[0] and b"123456" in handler.taken[0]


def test_the_same_cause_writes_one_mail(session: Session) -> None:
    write("order:1")
    write("order:1")
    assert len(session.scalars(select(Mail)).all()) == 1


def test_a_refused_mail_is_tried_again_later(app: Flask, session: Session, sink: tuple[Sink, SmtpTransport]) -> None:
    handler, transport = sink
    handler.refusals = 1
    write()
    settings = app.config["SETTINGS"]
    assert send_due(NOW, settings, transport=transport) == 0
    assert send_due(NOW + timedelta(minutes=1), settings, transport=transport) == 0
    assert send_due(NOW + timedelta(minutes=5), settings, transport=transport) == 1


def test_without_a_server_mail_is_kept_to_be_read(app: Flask, session: Session) -> None:
    write()
    assert send_due(NOW, app.config["SETTINGS"]) == 1
    assert session.scalars(select(Mail)).one().state is MailState.KEPT


def test_a_mail_that_is_never_taken_ends_as_failed(app: Flask, session: Session) -> None:
    class Refusing:
        def send(self, message: EmailMessage) -> None:
            raise OSError("no route")

    write()
    moment = NOW
    for _ in range(10):
        send_due(moment, app.config["SETTINGS"], transport=Refusing())
        moment += timedelta(days=2)
    session.rollback()
    row = session.scalars(select(Mail)).one()
    assert row.state is MailState.FAILED and row.error == "no route"


def test_a_line_break_in_a_subject_is_no_new_header(
    app: Flask, session: Session, sink: tuple[Sink, SmtpTransport]
) -> None:
    handler, transport = sink
    write(subject="Hello\r\nBcc: everyone@people.example")
    send_due(NOW, app.config["SETTINGS"], transport=transport)
    head = handler.taken[0].split(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in head and b"Hello Bcc: everyone@people.example" in head
