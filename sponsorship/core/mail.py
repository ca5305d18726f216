"""The one door for mail: written with the change that causes it, rendered at once, sent by the worker."""

import smtplib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from functools import cache
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import JSON, Index, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sponsorship.core import format as wording
from sponsorship.core.config import ROOT, Settings
from sponsorship.core.db import Base, db, transaction, word_enum
from sponsorship.core.failpoint import passing
from sponsorship.core.text import clean_line

MOST_ATTEMPTS = 10
Attacher = Callable[[Session, int], tuple[str, bytes]]  # a row's id -> a file's name and its content, a PDF
CLAIM = timedelta(minutes=5)


_attachers: dict[str, Attacher] = {}


def register_attachers(attachers: Mapping[str, Attacher]) -> None:
    """Add what makes a mail's attachments, by the word before the colon of their reference."""
    _attachers.update(attachers)


class MailState(StrEnum):
    """Where a mail is; *kept* is the demo's: there is no server, it can be read on the outbox page."""

    QUEUED = "queued"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"


class Mail(Base):
    """One mail to one address; `key` names its cause, so that the same cause never writes it twice."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_mail_due", "state", "next_attempt_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    to_address: Mapped[str]
    reply_to: Mapped[str | None]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[str]] = mapped_column(JSON, default=list)  # "invoice:12": made when the mail is sent
    queued_at: Mapped[datetime]
    state: Mapped[MailState] = mapped_column(word_enum(MailState), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class Transport(Protocol):
    """Whatever takes a mail off our hands; raises OSError or smtplib.SMTPException where it does not."""

    def send(self, message: EmailMessage) -> None:
        """Hand one message over."""


class SmtpTransport:
    """A mail server: smtp://user:password@host:587 (STARTTLS where offered), smtps:// for TLS from the start."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        """Send over a fresh connection, at most 20 seconds."""
        with self._connection() as server:
            server.send_message(message)

    def try_out(self) -> None:
        """Connect and sign in as for a mail, and send none."""
        with self._connection() as server:
            server.noop()

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        secure = self.address.scheme == "smtps"
        client = smtplib.SMTP_SSL if secure else smtplib.SMTP
        with client(
            self.address.hostname or "localhost", self.address.port or (465 if secure else 587), timeout=20
        ) as server:
            if not secure and server.has_extn("starttls"):
                server.starttls()
            if self.address.username:
                server.login(unquote(self.address.username), unquote(self.address.password or ""))
            yield server


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        money=wording.money, day=wording.day, long_day=wording.long_day, moment=wording.moment, number=wording.number
    )
    return environment


def queue_mail(
    session: Session,
    *,
    key: str,
    to: str,
    subject: str,
    template: str,
    now: datetime,
    reply_to: str | None = None,
    attachments: Sequence[str] = (),
    **values: Any,
) -> Mail | None:
    """Render `template`.txt and .html and queue the mail; returns None where this cause has its mail already.

    Whoever tells a past sets `session.info["no_mail_before"]`: what happened before that moment is no news and gives None.
    """
    if now < session.info.get("no_mail_before", now):
        return None
    if session.scalar(select(Mail.id).where(Mail.key == key)):
        return None
    values = {"subject": clean_line(subject), **values}
    mail = Mail(
        key=key,
        to_address=to,
        reply_to=reply_to,
        subject=values["subject"],
        text=_templates().get_template(f"{template}.txt").render(values),
        html=_templates().get_template(f"{template}.html").render(values),
        attachments=list(attachments),
        queued_at=now,
        next_attempt_at=now,
        state=MailState.QUEUED,
    )
    session.add(mail)
    session.flush()
    return mail


def send_due(now: datetime, settings: Settings, *, transport: Transport | None = None, limit: int = 50) -> int:
    """Send what is queued and due, and return how many left; a crash between sending and noting it can repeat one mail."""
    if transport is None and settings.smtp_url:
        transport = SmtpTransport(settings.smtp_url)
    sent = 0
    while sent < limit and (mail_id := _claim_next(now)):
        sent += _send(mail_id, now, settings, transport)
    return sent


def _claim_next(now: datetime) -> int | None:
    with transaction() as session:
        due = select(Mail).where(Mail.state == MailState.QUEUED, Mail.next_attempt_at <= now).order_by(Mail.id).limit(1)
        mail = session.scalars(due.with_for_update(skip_locked=True)).one_or_none()
        if mail is None:
            return None
        mail.attempts += 1
        mail.next_attempt_at = now + CLAIM * 2 ** min(mail.attempts - 1, 8)
        return mail.id


def _send(mail_id: int, now: datetime, settings: Settings, transport: Transport | None) -> bool:
    mail = db.session.get_one(Mail, mail_id)
    message, error = _message(mail, settings), None
    db.session.rollback()
    try:
        passing("mail.before")
        if transport is not None:
            transport.send(message)
        passing("mail.after")
    except (OSError, smtplib.SMTPException) as refused:
        error = str(refused) or type(refused).__name__
    with transaction() as session:
        mail = session.get_one(Mail, mail_id)
        mail.error = error
        if error is None:
            mail.state = MailState.SENT if transport is not None else MailState.KEPT
            mail.sent_at = now
        elif mail.attempts >= MOST_ATTEMPTS:
            mail.state = MailState.FAILED
    return error is None


def _message(mail: Mail, settings: Settings) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.to_address
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.id}.{settings.deployment[:16]}@{urlsplit(settings.base_url).hostname}>"
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for reference in mail.attachments:
        kind, _, row_id = reference.partition(":")
        name, content = _attachers[kind](db.session(), int(row_id))
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message
