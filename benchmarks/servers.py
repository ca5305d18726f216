"""Servers that benchmarks and torture start: the product as `make run` does, and a bare Flask view under the same program."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from sponsorship.core.cli import WEB_OPTIONS
from tests.ports import free_port
from tests.server import OURS, running_desk

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Target:
    """A server that redirects: the address of one link, its processes' root, and how to count what it recorded."""

    name: str
    url: str
    pid: int
    database: str = ""

    def recorded(self) -> int:
        """Clicks in the database."""
        return int(str(ask(self.database, "SELECT count(*) FROM click")[0][0])) if self.database else 0


def ask(database: str, query: str) -> list[tuple[object, ...]]:
    """Answers of a database that is named as DATABASE_URL names it."""
    if database.startswith("sqlite"):
        with sqlite3.connect(database.removeprefix("sqlite:///"), timeout=60) as connection:
            return connection.execute(query).fetchall()
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


@contextmanager
def running_product(
    folder: Path, name: str, *, database: str = "", durability: str = "process", workers: int = 1
) -> Iterator[Target]:
    """The product with its demo, beside a database of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    url = database or f"sqlite:///{folder / 'flatplan.sqlite3'}"
    with running_desk(folder, workers=workers, DATABASE_URL=url, CLICK_DURABILITY=durability) as desk:
        query = "SELECT token FROM tracked_link WHERE position = 'head' ORDER BY id DESC LIMIT 1"
        token = ask(url, query)[0][0]
        yield Target(name, f"{desk.url}/c/{token}", _pid_of(desk.url), url)


@contextmanager
def running_bare(name: str = "bare Flask redirect") -> Iterator[Target]:
    """A Flask view that redirects and stores nothing, under the same server program with the same threads."""
    port = str(free_port())
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "--workers", "1",
        *WEB_OPTIONS, "--no-ws", "--log-level", "warning", "benchmarks.bare:app",
    ]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if key not in OURS}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        time.sleep(2.0)
        yield Target(name, f"http://127.0.0.1:{port}/c/abc", process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _pid_of(url: str) -> int:
    """The `flask serve` process that owns a port: the parent of the web server listening there."""
    port = url.rsplit(":", 1)[1]
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"granian" in line and port.encode() in line:
                return int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
    raise SystemExit(f"no server was found on port {port}")


def cpu_seconds(root: int) -> float:
    """Processor seconds that a process and all below it have used so far."""
    children: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(folder.name))
            used[int(folder.name)] = sum(map(int, fields[11:15]))
    wanted, total = [root], 0
    while wanted:
        one = wanted.pop()
        total += used.get(one, 0)
        wanted += children.get(one, [])
    return total / os.sysconf("SC_CLK_TCK")
