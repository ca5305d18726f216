"""The product under way, and a browser to walk through it."""

import html
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser import ARGUMENTS, PERSON, system_browser
from tests.postgresql import postgresql_url
from tests.server import Desk, running_desk


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The product under way, seeded, on either database."""
    settings = {"DATABASE_URL": postgresql_url()} if request.param == "postgresql" else {}
    with running_desk(tmp_path_factory.mktemp("journey"), **settings) as desk:
        yield desk


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
    yield from _window(browser)


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """The window of somebody else: of the newsletter's readers."""
    yield from _window(browser)


def _window(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, user_agent=PERSON, locale="en-GB", timezone_id="UTC"
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()
