"""The doctor says what is wrong in sentences, each with what to do."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from sponsorship.core.config import Settings
from sponsorship.core.db import transaction
from sponsorship.core.doctor import examine
from sponsorship.core.mail import Mail, MailState
from sponsorship.core.worker import ScheduledTask
from sponsorship.inventory.models import Newsletter
from tests.conftest import NOW
from tests.ports import free_port


def complaints(app: Flask, settings: Settings | None = None) -> list[str]:
    found = examine(settings or app.config["SETTINGS"], app.config["EXAMINATIONS"], NOW)
    assert all(remark.is_well or remark.advice for remark in found), "what is wrong comes with what to do"
    return [remark.sentence for remark in found if not remark.is_well]


@pytest.fixture
def running(app: Flask) -> None:
    """A worker that has just been at work."""
    with transaction() as session:
        session.add(ScheduledTask(name="core.send_mail", next_run_at=NOW, last_run_at=NOW))


@pytest.mark.usefixtures("running")
def test_a_new_installation_lacks_only_people(app: Flask) -> None:
    assert complaints(app) == ["Nobody owns a newsletter here."]


def test_a_stopped_worker_a_failed_task_and_stuck_mail_are_named(app: Flask, newsletter: Newsletter) -> None:
    with transaction() as session:
        session.add(
            ScheduledTask(
                name="booking.lapse", next_run_at=NOW, last_run_at=NOW - timedelta(hours=3), last_error="it\nbroke: so"
            )
        )
        for key, state in (("a", MailState.FAILED), ("b", MailState.QUEUED)):
            session.add(
                Mail(
                    key=key, to_address="a@example.com", subject="s", text="t", html="h", state=state,
                    queued_at=NOW - timedelta(hours=1), next_attempt_at=NOW,
                )
            )  # fmt: skip
    said = complaints(app)
    assert "The worker last ran 3 hours ago: holds do not lapse, mail is not sent, payments are not settled." in said
    assert "The task booking.lapse failed when it last ran: broke: so" in said
    assert "1 mails were given up after many attempts." in said
    assert "1 mails have waited for more than ten minutes." in said


@pytest.mark.usefixtures("running")
def test_a_newsletter_with_nothing_to_sell_is_named(app: Flask, newsletter: Newsletter) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM slot"))
        session.execute(text("DELETE FROM issue"))
    assert "The Sunday Runbook has no issue ahead: nothing of it can be sold." in complaints(app)


@pytest.mark.usefixtures("running")
def test_an_installation_in_the_open_is_told_so(app: Flask, tmp_path: Path) -> None:
    bare = replace(
        app.config["SETTINGS"],
        environment="production",
        base_url="http://ads.example.com",
        is_demo=False,
        var_dir=tmp_path,
    )
    said = complaints(app, bare)
    assert any("is not HTTPS" in sentence for sentence in said)
    assert any("No mail leaves" in sentence for sentence in said)
    assert any("There is no backup" in sentence for sentence in said)
    nobody = replace(bare, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    assert any("does not take our mail" in sentence for sentence in complaints(app, nobody))


def test_another_schema_is_named_and_nothing_more_is_asked(app: Flask) -> None:
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        said = complaints(app)
        answer = app.test_client().get("/ready")
    finally:
        with transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head(app)})
    assert len(said) == 1 and said[0].startswith("The schema is at 0001, and this program wants")
    assert answer.status_code == 503 and "0001" in answer.text


def head(app: Flask) -> str:
    """The newest migration's number."""
    folder = Path(app.extensions["migrate"].migrate.directory) / "versions"
    return max(path.name for path in folder.glob("0*.py"))[:4]


def test_ready_when_the_database_answers(app: Flask) -> None:
    answer = app.test_client().get("/ready")
    assert answer.status_code == 200 and "its schema is this program's" in answer.text


def test_the_command_ends_with_an_error_where_something_is_wrong(app: Flask, session: Session) -> None:
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1 and "BAD  The worker has never run" in done.output
