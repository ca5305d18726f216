"""PostgreSQL's own programs, which alone can copy one of its databases whole."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from sponsorship.core.errors import BackupFailed


def tool(name: str) -> str:
    """Find one of PostgreSQL's programs: in POSTGRES_BIN, else on the path."""
    folder = os.environ.get("POSTGRES_BIN")
    found = shutil.which(name, path=folder) if folder else shutil.which(name)
    if not found:
        raise BackupFailed(
            f"{name} is not installed. It comes with PostgreSQL's client programs; POSTGRES_BIN may say where they are."
        )
    return found


def run(name: str, url: str, *arguments: str) -> str:
    """Run one of the programs on a database and return what it printed; the password never shows among the processes."""
    parts = make_url(url)
    environment = {"PGPASSWORD": str(parts.password)} if parts.password else {}
    address = parts.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return _output(name, f"--dbname={address}", *arguments, environment=environment)


def as_script(dump: Path) -> str:
    """Turn a dump into SQL that replaces all that a database holds."""
    script = _output("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump), environment={})
    return "DROP SCHEMA IF EXISTS public CASCADE;\n" + script  # the dump makes the schema


def _output(name: str, *arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [tool(name), *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BackupFailed(f"{name} failed: {last}")
    return done.stdout


def replace_all(url: str, script: Path) -> None:
    """Run such a script in one transaction: the database is the old one or the new one, never between."""
    run("psql", url, "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={script}")


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """An empty database beside the given one, dropped at the end; raises BackupFailed where it may not be made."""
    beside: URL = make_url(url)
    name = f"flatplan_proof_{uuid4().hex[:12]}"
    engine = create_engine(beside, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            try:
                connection.execute(text(f'CREATE DATABASE "{name}"'))
            except DBAPIError as error:
                raise BackupFailed(
                    "The backup cannot be proved: this database user may not make a database to restore it into "
                    f"({type(error.orig).__name__}). Give it CREATEDB, or name an empty database with --scratch."
                ) from None
        try:
            yield beside.set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    finally:
        engine.dispose()
