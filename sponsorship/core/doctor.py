"""What is wrong with an installation, in sentences: the core's own examinations, and a frame for those of the features."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from sponsorship.core.config import ROOT, Settings
from sponsorship.core.db import db
from sponsorship.core.mail import Mail, MailState, SmtpTransport
from sponsorship.core.outbox import DeliveryState, OutboxDelivery
from sponsorship.core.worker import ScheduledTask

LEAST_ROOM_BYTES = 500 * 1024 * 1024
WORKER_SILENCE = timedelta(minutes=2)
MAIL_PATIENCE = timedelta(minutes=10)
BACKUP_AGE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at: how it is, and what to do where that is not well."""

    is_well: bool
    sentence: str
    advice: str = ""


Examination = Callable[[Session, Settings, datetime], Iterable[Remark]]


def well(sentence: str) -> Remark:
    """Something that is as it should be."""
    return Remark(True, sentence)


def ill(sentence: str, advice: str) -> Remark:
    """Something that is not, and what to do about it."""
    return Remark(False, sentence, advice)


def examine(settings: Settings, of_features: Sequence[Examination], now: datetime) -> list[Remark]:
    """Look at everything and return what was found; without a database of the right schema, only at what needs none."""
    remarks = [_public_address(settings), *_folders(settings), _mail_server(settings), *_backups(settings, now)]
    try:
        schema = schema_remark(db.session())
        remarks.append(schema)
        if schema.is_well:
            for one in (_worker, _mail, _events, *of_features):
                remarks.extend(one(db.session(), settings, now))
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        remarks.append(ill(f"The database does not answer: {cause}.", "Look at DATABASE_URL, and whether it runs."))
    finally:
        db.session.rollback()
    return remarks


@cache
def known_revisions() -> tuple[str, ...]:
    """The revisions that this program's migrations know, the newest first; read from their files once in a process."""
    return tuple(one.revision for one in ScriptDirectory(str(ROOT / "migrations")).walk_revisions())


def schema_remark(session: Session) -> Remark:
    """Whether the database's tables are those of this program."""
    head = known_revisions()[0]
    current = MigrationContext.configure(session.connection()).get_current_revision()
    if current == head:
        return well(f"The database answers, and its schema is this program's ({head}).")
    return ill(
        f"The schema is at {current or 'nothing'}, and this program wants {head}.", "Run flask --app app db upgrade."
    )


def _public_address(settings: Settings) -> Remark:
    if settings.is_https:
        return well(f"The public address is {settings.base_url}.")
    if settings.environment != "production":
        return well(f"The address is {settings.base_url}, for this machine alone.")
    return ill(
        f"The public address {settings.base_url} is not HTTPS: sign-in cookies travel in the open.",
        "Put a proxy with a certificate in front, and set BASE_URL to its https address.",
    )


def _folders(settings: Settings) -> Iterator[Remark]:
    for folder in dict.fromkeys((settings.var_dir, settings.spool_dir)):
        nearest = next(one for one in (folder, *folder.parents) if one.exists())
        if not os.access(nearest, os.W_OK):
            yield ill(f"{folder} cannot be written.", "Give the user that Flatplan runs as the right to write there.")
            continue
        room = shutil.disk_usage(nearest).free
        if room < LEAST_ROOM_BYTES:
            yield ill(
                f"{folder} has only {room // 1024**2} MB left.", "Make room: without it clicks and backups are lost."
            )
        else:
            yield well(f"{folder} can be written, with {room // 1024**3} GB left.")


def _mail_server(settings: Settings) -> Remark:
    if settings.keeps_mail:
        if settings.environment == "production":
            return ill("No mail leaves: SMTP_URL is not set.", "Set SMTP_URL to a mail server, as README.md says.")
        return well("Mail is kept to be read on the outbox page, as SMTP_URL is not set.")
    address = urlsplit(settings.smtp_url)
    try:
        SmtpTransport(settings.smtp_url).try_out()
    except OSError as error:  # of which the library's own errors are kinds
        return ill(f"The mail server {address.hostname} does not take our mail: {error}.", "Look at SMTP_URL.")
    return well(f"The mail server {address.hostname} takes our mail.")


def _backups(settings: Settings, now: datetime) -> Iterator[Remark]:
    if settings.is_demo:
        return
    made = sorted((settings.var_dir / "backups").glob("flatplan-*.tar.gz"))
    age = now.timestamp() - _written_at(made[-1]) if made else None
    if age is None:
        yield ill(
            "There is no backup in backups/ under FLATPLAN_VAR.", "Let a timer run flask --app app backup each night."
        )
    elif age > BACKUP_AGE.total_seconds():
        yield ill(
            f"The last backup is {age / 86400:.0f} days old.", "Look whether the timer that makes them still runs."
        )
    else:
        yield well(f"The last backup is {age / 3600:.0f} hours old.")


def _written_at(path: Path) -> float:
    return path.stat().st_mtime


def _worker(session: Session, _settings: Settings, now: datetime) -> Iterator[Remark]:
    last = session.scalar(select(func.max(ScheduledTask.last_run_at)))
    if last is None or now - last > WORKER_SILENCE:
        since = "has never run" if last is None else f"last ran {_ago(now - last)} ago"
        yield ill(
            f"The worker {since}: holds do not lapse, mail is not sent, payments are not settled.",
            "Start flask --app app worker, beside the web server, and keep it running.",
        )
    else:
        yield well("The worker runs.")
    for task in session.scalars(select(ScheduledTask).where(ScheduledTask.last_error.is_not(None))):
        reason = (task.last_error or "").strip().splitlines()[-1]
        yield ill(f"The task {task.name} failed when it last ran: {reason}", "It is tried again; its log says more.")


def _mail(session: Session, _settings: Settings, now: datetime) -> Iterator[Remark]:
    dead = session.scalar(select(func.count()).where(Mail.state == MailState.FAILED)) or 0
    late = session.scalar(
        select(func.count()).where(Mail.state == MailState.QUEUED, Mail.queued_at < now - MAIL_PATIENCE)
    )
    if dead:
        yield ill(f"{dead} mails were given up after many attempts.", "Their reasons stand in the table mail.")
    if late:
        yield ill(f"{late} mails have waited for more than ten minutes.", "Look at the mail server and the worker.")
    if not dead and not late:
        yield well("No mail is stuck.")


def _events(session: Session, _settings: Settings, _now: datetime) -> Iterator[Remark]:
    dead = session.scalar(select(func.count()).where(OutboxDelivery.state == DeliveryState.DEAD)) or 0
    if dead:
        yield ill(
            f"{dead} events could not be worked off and were laid aside.",
            "Their errors stand in the table outbox_delivery; after mending, set their state to pending.",
        )
    else:
        yield well("Every event was worked off.")


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
