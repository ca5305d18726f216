"""The product as `make run` starts it, on free ports, with data of its own."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 300
OURS = (
    "DATABASE_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "SMTP_URL",
    "SECRET_KEY",
    "PORT",
    "HOST",
    "APP_ENV",
    "FLATPLAN_DEMO",
    "FLATPLAN_PLANT",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A running Flatplan: its address, and how to give it commands."""

    url: str
    environment: dict[str, str]
    log: Path
    pid: int

    def run(self, *command: str) -> str:
        """Run a flask command against the same installation and return what it printed; a failure fails the test."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *command],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def running_desk(var_dir: Path, *, workers: int = 1, **settings: str) -> Iterator[Desk]:
    """Start Flatplan with its files in `var_dir`, seeded unless FLATPLAN_DEMO=0 is among the settings; stop it at the end."""
    environment = {key: value for key, value in os.environ.items() if key not in OURS}
    environment |= {
        "FLATPLAN_VAR": str(var_dir), "BASE_URL": f"http://127.0.0.1:{free_port()}", "PYTHONUNBUFFERED": "1",
        "STRIPE_API_BASE": f"http://127.0.0.1:{free_port()}", **settings,
    }  # fmt: skip
    log = var_dir / "serve.log"
    command = [sys.executable, "-m", "flask", "--app", "app", "serve", "--workers", str(workers)]
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
        try:
            _wait_for(environment["BASE_URL"], process, log)
            yield Desk(environment["BASE_URL"], environment, log, process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                if b"Ctrl-C ends it" in log.read_bytes():
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the product did not start: {log.read_text()}")
