"""Bring a backup back: into a scratch database to prove it, or into the installation's own."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from sponsorship.core.backup import postgresql
from sponsorship.core.backup.archive import DEPLOYMENT, SPOOL, Manifest, unpack
from sponsorship.core.backup.making import count_rows, describe, sqlite_path
from sponsorship.core.config import Settings
from sponsorship.core.errors import BackupUnusable

Audit = Callable[[Session], Sequence[str]]


def prove(path: Path, url: str, audits: Sequence[Audit], scratch: str | None = None) -> list[str]:
    """Restore a backup beside the database at `url` and say what is wrong with it, a sentence each; nothing, if it is good.

    Counts the rows of each table against the manifest, lets the database check itself, and runs the audits on the copy.
    """
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder)
        manifest = unpack(path, parts)
        with _restored(manifest, parts, url, scratch) as copy:
            return [*_differences(copy, manifest), *_audited(copy, audits)]


@contextmanager
def _restored(manifest: Manifest, parts: Path, url: str, scratch: str | None) -> Iterator[str]:
    if manifest.dialect == "sqlite":
        yield f"sqlite:///{parts / manifest.database}"
        return
    script = parts / "database.sql"
    script.write_text(postgresql.as_script(parts / manifest.database))
    if scratch:
        _refuse_unless_empty(scratch)
        postgresql.replace_all(scratch, script)
        yield scratch
        return
    with postgresql.scratch_database(url) as copy:
        postgresql.replace_all(copy, script)
        yield copy


def _differences(url: str, manifest: Manifest) -> list[str]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            wrong = [f"SQLite finds: {line}" for line in _self_check(connection.exec_driver_sql, manifest.dialect)]
            revision, tables = count_rows(connection)
    finally:
        engine.dispose()
    if revision != manifest.revision:
        wrong.append(f"The schema is at {revision or 'nothing'}, and the manifest says {manifest.revision}.")
    for name in sorted({*tables, *manifest.tables}):
        if tables.get(name) != manifest.tables.get(name):
            wrong.append(f"{name} has {tables.get(name)} rows, and the manifest says {manifest.tables.get(name)}.")
    return wrong


def _self_check(ask: Callable[[str], object], dialect: str) -> list[str]:
    """SQLite's own checks; PostgreSQL has checked every constraint on the way in."""
    if dialect != "sqlite":
        return []
    rows = [*ask("PRAGMA integrity_check"), *ask("PRAGMA foreign_key_check")]  # type: ignore[misc]
    return [" ".join(str(value) for value in row) for row in rows if tuple(row) != ("ok",)]


def _audited(url: str, audits: Sequence[Audit]) -> list[str]:
    engine = create_engine(url)
    try:
        with Session(engine) as session:
            return [fault for audit in audits for fault in audit(session)]
    finally:
        engine.dispose()


def _refuse_unless_empty(url: str) -> None:
    if describe(url)[1]:
        raise BackupUnusable("The scratch database is not empty: what it holds would be lost. Name an empty one.")


def bring_back(path: Path, settings: Settings) -> Manifest:
    """Replace all that the installation holds by a backup: its database in one step, and the clicks that waited.

    Raises BackupUnusable where the file is damaged or of the other database. A spool file that is there already stays:
    it began as the one in the backup.
    """
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder)
        manifest = unpack(path, parts)
        is_sqlite = settings.database_url.startswith("sqlite")
        if is_sqlite != (manifest.dialect == "sqlite"):
            ours = "SQLite" if is_sqlite else "PostgreSQL"
            raise BackupUnusable(f"This is a backup of a {manifest.dialect} database, and DATABASE_URL names {ours}.")
        if is_sqlite:
            _replace_sqlite(parts / manifest.database, sqlite_path(settings.database_url))
        else:
            script = parts / "database.sql"
            script.write_text(postgresql.as_script(parts / manifest.database))
            postgresql.replace_all(settings.database_url, script)
        _replace_files(parts, settings)
    return manifest


def _replace_sqlite(copy: Path, target: Path) -> None:
    """Write the copy over the database through SQLite, in one transaction: who has it open sees the one or the other."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(target, timeout=30)) as database:
        source.backup(database)
        database.execute("PRAGMA journal_mode=WAL")


def _replace_files(parts: Path, settings: Settings) -> None:
    settings.spool_dir.mkdir(parents=True, exist_ok=True)
    for file in sorted((parts / SPOOL).glob("*")):
        if not (settings.spool_dir / file.name).exists():
            shutil.copyfile(file, settings.spool_dir / file.name)
    (settings.var_dir / DEPLOYMENT).write_text((parts / DEPLOYMENT).read_text())


def holds_work(url: str) -> bool:
    """Whether a database has people or newsletters in it, so that a restore would write over somebody's work."""
    if url.startswith("sqlite") and not sqlite_path(url).exists():
        return False
    _revision, tables = describe(url)
    return bool(tables.get("newsletter") or tables.get("user_account"))
