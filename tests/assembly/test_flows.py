"""An issue is fetched from where it stands on the web, and from nowhere else."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import TeamRole
from sponsorship.assembly.errors import PrintInvalid
from sponsorship.assembly.flows import fetch_issue
from sponsorship.assembly.models import IssuePrint
from sponsorship.assembly.rules.proof import PrintOrigin
from sponsorship.checks.probe import Prober
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from tests.assembly.test_prints import DAY, EARLIER
from tests.assembly.test_views import SignIn
from tests.factories.assembly import ready_issue

PAGES = {
    "/issues/812": (200, "text/html; charset=utf-8", b"<html><body><h2>News</h2><p>A quiet week.</p></body></html>"),
    "/moved": (302, "/issues/812", b""),
    "/inside": (302, "http://169.254.169.254/latest/meta-data", b""),
    "/picture": (200, "image/png", b"\x89PNG"),
    "/large": (200, "text/html", b"x" * 5000),
}


class Archive(BaseHTTPRequestHandler):
    """A newsletter's archive on this machine."""

    def do_GET(self) -> None:
        """Answer with the page, or with 404."""
        status, said, content = PAGES.get(self.path, (404, "text/plain", b""))
        self.send_response(status)
        self.send_header("Location" if status == 302 else "Content-Type", said)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def prober() -> Iterator[Prober]:
    """One that finds every name at the archive."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Archive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    own = Prober(seconds=10.0, permitted=frozenset({("127.0.0.1", port)}), resolve=lambda host, _: [
        host if host[0].isdigit() else "127.0.0.1"
    ])  # fmt: skip
    yield own
    server.shutdown()
    server.server_close()


def port_of(prober: Prober) -> int:
    return next(iter(prober.permitted))[1]


@pytest.mark.parametrize("path", ["/issues/812", "/moved"])
def test_a_page_is_fetched_and_named_after_its_address(prober: Prober, path: str) -> None:
    address = f"http://archive.example:{port_of(prober)}"
    given = fetch_issue(f" {address}{path} ", prober=prober)
    assert (given.origin, given.file_name) == (PrintOrigin.FETCHED, "812.html")
    assert given.address == f"{address}/issues/812"
    assert "A quiet week." in given.source


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/inside", "not a public page"),
        ("/picture", "calls it image/png"),
        ("/none", "answered 404"),
        ("/large", "larger"),
    ],
)
def test_what_is_no_public_text_is_refused_with_the_reason(prober: Prober, path: str, reason: str) -> None:
    small = replace(prober, most_bytes=4000)
    with pytest.raises(PrintInvalid, match=reason):
        fetch_issue(f"http://archive.example:{port_of(prober)}{path}", prober=small)


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "http://[::1]/", "ftp://archive.example/812", "812"])
def test_the_page_leads_to_no_private_address_and_keeps_what_was_typed(
    client: FlaskClient, newsletter: Newsletter, sign_in: SignIn, session: Session, address: str
) -> None:
    with transaction() as opened:
        issue_id = ready_issue(opened, newsletter, DAY, now=EARLIER).id
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    path = f"/issues/{issue_id}/check"
    answer = client.post_form(path, {"pasted": "", "address": address}, page=path)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "not a public page of the web" in text
    assert f'value="{address}"' in text
    assert session.scalars(select(IssuePrint)).all() == []
