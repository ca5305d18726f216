"""The product as `make run` starts it, on free ports, with a demo of its own; and a browser to walk through it."""

import html
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser import ARGUMENTS, system_browser
from tests.ports import free_port
from tests.postgresql import postgresql_url

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Desk:
    """A running Flatplan: its address, and how to give it commands."""

    url: str
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """Run a flask command against the same installation and return what it printed; a failure fails the test."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *command],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The product under way, seeded; stopped at the end."""
    var_dir, port, pay_port = tmp_path_factory.mktemp("journey"), free_port(), free_port()
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "STRIPE_SECRET_KEY", "SMTP_URL")
    }
    environment |= {
        "FLATPLAN_VAR": str(var_dir), "BASE_URL": f"http://127.0.0.1:{port}", "STRIPE_API_BASE": f"http://127.0.0.1:{pay_port}",
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    if request.param == "postgresql":
        environment["DATABASE_URL"] = postgresql_url()
    with (var_dir / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            _wait_for(environment["BASE_URL"], process, var_dir / "serve.log")
            yield Desk(environment["BASE_URL"], environment)
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


class SponsorsPage(BaseHTTPRequestHandler):
    """Whatever page of a sponsor's is asked for: the address under a heading."""

    def do_GET(self) -> None:
        """Answer with a page that says its own address."""
        address = html.escape(self.headers["Host"] + self.path)
        page = f"<!doctype html><title>Sponsor</title><h1>You are at {address}</h1>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing among the tests' output."""


@pytest.fixture(scope="session")
def sponsors_site() -> Iterator[int]:
    """A web server that stands for every sponsor's site; the browser is told that .example lives there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SponsorsPage)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def browser(sponsors_site: int) -> Iterator[Browser]:
    """A headless Chromium for which every name under .example is the sponsors' site."""
    arguments = [*ARGUMENTS, f"--host-resolver-rules=MAP *.example 127.0.0.1:{sponsors_site}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser window of a person's, 1440 px wide."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, user_agent=PERSON, locale="en-GB", timezone_id="UTC"
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()
