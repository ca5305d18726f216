"""Make a backup: the spool first, then the database as of one moment."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import make_url

from sponsorship.core.backup.archive import POSTGRESQL, SQLITE, Manifest, write_archive
from sponsorship.core.backup.postgresql import run
from sponsorship.core.config import Settings

PREFIX = "flatplan-"


@dataclass(frozen=True, slots=True)
class Backup:
    """One that was made: its file and what it holds."""

    path: Path
    manifest: Manifest


def back_up(settings: Settings, folder: Path, now: datetime) -> Backup:
    """Copy the installation into a new file in that folder, while it goes on working.

    The spool is copied before the database: a click imported between the two is in both, and an import counts it once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch:
        spool = Path(scratch) / "spool"
        files = copy_spool(settings.spool_dir, spool)
        is_sqlite = settings.database_url.startswith("sqlite")
        copy = Path(scratch) / (SQLITE if is_sqlite else POSTGRESQL)
        copy_database = copy_sqlite if is_sqlite else _copy_postgresql
        revision, tables = copy_database(settings.database_url, copy)
        dialect = "sqlite" if is_sqlite else "postgresql"
        manifest = Manifest(now.astimezone(UTC).isoformat(timespec="seconds"), dialect, revision, tables, files)
        path = _free_name(folder, now)
        write_archive(path, manifest, copy, spool, settings.deployment)
    return Backup(path, manifest)


def copy_spool(source: Path, target: Path) -> int:
    """Copy the spool's files as they stand; one that is imported and removed meanwhile is in the database by then."""
    target.mkdir()
    if not source.is_dir():
        return 0
    for file in sorted(source.glob("*.clicks")):
        try:
            shutil.copyfile(file, target / file.name)
        except FileNotFoundError:
            continue
    return sum(1 for _ in target.iterdir())


def sqlite_path(url: str) -> Path:
    """The file that an SQLite address names."""
    return Path(make_url(url).database or "")


def copy_sqlite(url: str, target: Path) -> tuple[str, dict[str, int]]:
    """Copy a database in use by SQLite's own means: its file alone would miss what the write-ahead log holds."""
    with closing(sqlite3.connect(sqlite_path(url), timeout=30)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    return describe(f"sqlite:///{target}")


def _copy_postgresql(url: str, target: Path) -> tuple[str, dict[str, int]]:
    """Dump and count within one snapshot, so that the count can be held against what is restored."""
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            counted = count_rows(connection)
            run("pg_dump", url, "--format=custom", "--compress=0", "--schema=public", f"--snapshot={snapshot}",
                f"--file={target}")  # fmt: skip
    finally:
        engine.dispose()
    return counted


def describe(url: str) -> tuple[str, dict[str, int]]:
    """Return a database's revision and the rows of each table."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return count_rows(connection)
    finally:
        engine.dispose()


def count_rows(connection: Connection) -> tuple[str, dict[str, int]]:
    """Return the revision that the schema is at and the rows of each table, within the caller's transaction."""
    names = sorted(inspect(connection).get_table_names())
    quote = connection.dialect.identifier_preparer.quote
    rows = {name: connection.execute(text(f"SELECT count(*) FROM {quote(name)}")).scalar_one() for name in names}
    if "alembic_version" not in rows:
        return "", rows
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "", rows


def drop_old(folder: Path, keep: int) -> int:
    """Delete all but the newest backups of a folder and return how many went; other files are left alone."""
    old = sorted(folder.glob(f"{PREFIX}*.tar.gz"), reverse=True)[keep:]
    for path in old:
        path.unlink()
    return len(old)


def _free_name(folder: Path, now: datetime) -> Path:
    """A name that sorts by time; two backups within one second do not share it."""
    stem, number = f"{PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}", 1
    while (path := folder / f"{stem}{f'-{number}' if number > 1 else ''}.tar.gz").exists():
        number += 1
    return path
