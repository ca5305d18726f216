"""Clicks over HTTP that can be told apart, and a web server that can be killed: what the torture of clicks shares."""

import http.client
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sponsorship.core.cli import WEB_OPTIONS
from tests.server import ROOT, running_desk

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0 n"
PATIENCE_SECONDS = 60


class Ground:
    """An installation with the demo's links, whose web server is started and killed apart from its worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "flatplan.sqlite3"
        with running_desk(folder) as desk:
            self.environment, self.port = desk.environment, int(desk.url.rsplit(":", 1)[1])
        query = "SELECT token FROM tracked_link WHERE position = 'head' ORDER BY id DESC LIMIT 1"
        self.token = str(self.ask(query)[0][0])
        self.before = int(str(self.ask("SELECT count(*) FROM click")[0][0]))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the database."""
        with sqlite3.connect(self.database, timeout=60) as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def server(
        self, app: str = "app:app", *, largest_file: int | None = None, wait: bool = True
    ) -> Iterator[subprocess.Popen[bytes]]:
        """The web server alone, as `flask serve` starts it; `largest_file` (bytes) is where its disk is full."""

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file or 0, largest_file or 0))

        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", "1", *WEB_OPTIONS, "--no-ws", "--log-level", "error", app,
        ]  # fmt: skip
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, start_new_session=True, preexec_fn=limit if largest_file else None,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            if wait:
                self.wait_for_lane()
            yield process
        finally:
            self.kill(process)

    def wait_for_lane(self) -> None:
        """Return once the fast lane itself answers: Flask would add its own headers."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("HEAD", f"/c/{self.token}", headers={"User-Agent": "curl/8.5.0"})
                answer = connection.getresponse()
                if answer.status == 302 and answer.getheader("X-Request-Id") is None:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise SystemExit("the web server does not answer")

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """SIGKILL for the server and its workers: our own process group."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def import_spool(self) -> None:
        """Move what was spooled into the database."""
        self.flask("tracking", "import-spool")

    def flask(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A flask command against the installation."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *command], cwd=ROOT, env=self.environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip

    def recorded(self) -> list[int]:
        """The numbers of the clicks in the database, as often as each is there."""
        rows = self.ask(
            "SELECT user_agent.text FROM click JOIN user_agent ON user_agent.id = click.user_agent_id "
            f"WHERE user_agent.text LIKE '{AGENT}%'"
        )
        return [int(str(row[0]).removeprefix(AGENT)) for row in rows]


class Crowd:
    """Clients that click as fast as they can, each click with a number of its own; `acknowledged` were answered with a 302."""

    def __init__(self, ground: Ground, first: int, clients: int = 6) -> None:
        self.ground, self.next, self.acknowledged, self.refused = ground, first, [], 0
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._click) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    acknowledged: list[int]

    def stop(self) -> None:
        """Let the clients go home."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _click(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.ground.port, timeout=10)
        while not self._stop.is_set():
            with self._lock:
                number, self.next = self.next, self.next + 1
            try:
                connection.request("GET", f"/c/{self.ground.token}", headers={"User-Agent": f"{AGENT}{number}"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return
            if answer.status == 302:
                self.acknowledged.append(number)
            else:
                self.refused += 1
