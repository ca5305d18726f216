"""How links are made and clicks kept is a newsletter's to choose; a domain of its own is used once it has proved itself."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import time_machine
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry, User
from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.queries import get_booking
from sponsorship.core.db import transaction
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.tracking.gateway import HttpLinkHostGateway
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.queries import find_trap, link_host_of, settings_of
from sponsorship.tracking.rules import Hit
from sponsorship.tracking.rules.hosts import HostAnswer, HostFault, LinkHostInvalid, clean_host, on_host
from sponsorship.tracking.services import record_clicks
from tests.factories.assembly import write_copy
from tests.factories.desk import send
from tests.factories.inventory import make_newsletter
from tests.tracking.conftest import FIREFOX, SENT_AT, Tracked

SignIn = Callable[..., User]
PAGE = "/desk/sunday-runbook/settings/tracking"
USUAL = {"count_days": "", "agent_days": "180", "prints_trap": "y", "link_host": ""}


class Domain:
    """A publisher's domain as the check finds it."""

    def __init__(self) -> None:
        self.fault: HostFault | None = None
        self.asked: list[str] = []

    def ask(self, url: str, proof: str) -> HostAnswer:
        """Answer as told."""
        self.asked.append(url)
        return HostAnswer(self.fault)


@pytest.fixture(autouse=True)
def two_days_before(newsletter: Newsletter) -> Iterator[None]:
    """No. 812 goes out the day after tomorrow."""
    with time_machine.travel(SENT_AT - timedelta(days=2), tick=False):
        yield


@pytest.fixture
def owner(client: FlaskClient, newsletter: Newsletter, sign_in: SignIn) -> FlaskClient:
    """The publisher."""
    sign_in(client, "imogen@runbook.example", newsletter=newsletter, role=TeamRole.OWNER)
    return client


@pytest.fixture
def domain(client: FlaskClient) -> Iterator[Domain]:
    """The door to the publisher's domain, until the test is over."""
    extensions = client.application.extensions
    real, extensions["link_host_gateway"] = extensions["link_host_gateway"], Domain()
    yield extensions["link_host_gateway"]
    extensions["link_host_gateway"] = real


def save(client: FlaskClient, **changed: str) -> object:
    """Fill in the page and save it; a switch given as "" is off."""
    fields = {
        name: value for name, value in {**USUAL, **changed}.items() if value or name in ("count_days", "link_host")
    }
    return client.post_form(PAGE, fields)  # type: ignore[attr-defined]


def test_links_of_issues_to_come_follow_the_settings_and_the_change_is_on_record(
    owner: FlaskClient, session: Session, tracked: Tracked, newsletter: Newsletter
) -> None:
    save(owner, count_days="30", agent_days="90", carries_click_id="y")
    kept = settings_of(session, newsletter.id)
    assert (kept.count_days, kept.agent_days, kept.prints_trap, kept.carries_click_id) == (30, 90, True, True)
    head = session.get_one(TrackedLink, tracked.head_id)
    assert head.carries_click_id
    assert head.counts_until == session.get_one(Issue, tracked.issue_id).publish_at + timedelta(days=30)
    assert find_trap(session, tracked.issue_id) is not None
    (act,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "tracking_changed"))
    assert (act.before["count_days"], act.after["count_days"], act.actor) == (None, 30, "imogen@runbook.example")


def test_saving_what_is_kept_already_changes_nothing(owner: FlaskClient, session: Session, tracked: Tracked) -> None:
    save(owner)
    acts = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "tracking_changed")
    assert session.scalar(acts) == 0


def test_links_that_readers_have_stay_as_they_are(
    owner: FlaskClient, session: Session, tracked: Tracked, newsletter: Newsletter
) -> None:
    with transaction() as writing, time_machine.travel(SENT_AT, tick=False):
        send(writing, newsletter, date(2026, 11, 22))
    save(owner, count_days="30", carries_click_id="y")
    head = session.get_one(TrackedLink, tracked.head_id)
    assert (head.counts_until, head.carries_click_id) == (None, False)


def test_a_trap_that_nobody_followed_goes_when_traps_are_switched_off(
    owner: FlaskClient, session: Session, tracked: Tracked
) -> None:
    save(owner, agent_days="90")
    assert find_trap(session, tracked.issue_id) is not None
    save(owner, agent_days="90", prints_trap="")
    session.expire_all()
    assert find_trap(session, tracked.issue_id) is None


def test_a_trap_that_was_followed_stays(owner: FlaskClient, session: Session, tracked: Tracked) -> None:
    save(owner, agent_days="90")
    with transaction() as writing:
        trap = find_trap(writing, tracked.issue_id)
        assert trap is not None
        record_clicks(writing, hits=[Hit(trap.id, SENT_AT, "203.0.113.9", FIREFOX)])
    save(owner, agent_days="90", prints_trap="")
    session.expire_all()
    assert find_trap(session, tracked.issue_id) is not None


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("count_days", "0", "Give 1 to 3650 days, or nothing."),
        ("count_days", "soon", "Not a valid integer value."),
        ("agent_days", "13", "Give 14 to 3650 days."),
        ("agent_days", "", "Say for how many days."),
        ("link_host", "https://go.example.com/path", "without a path"),
        ("link_host", "go example", "Write a domain such as go.example.com"),
        ("link_host", "127.0.0.1:8000", "the desk’s own address"),
    ],
)
def test_wrong_settings_come_back_with_the_reason_and_what_was_typed(
    owner: FlaskClient, session: Session, newsletter: Newsletter, field: str, typed: str, sentence: str
) -> None:
    answer = owner.post_form(PAGE, USUAL | {"count_days": "77", field: typed})  # type: ignore[attr-defined]
    page = answer.get_data(as_text=True)
    tree = LexborHTMLParser(page)
    assert answer.status_code == 422 and sentence in page
    shown = tree.css_first(f"input[name={field}]")
    assert shown is not None and shown.attributes["value"] == typed
    assert settings_of(session, newsletter.id).agent_days == 180


def test_only_the_owner_changes_them(client: FlaskClient, newsletter: Newsletter, sign_in: SignIn) -> None:
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    assert client.get(PAGE).status_code == 403


def test_a_domain_is_used_once_it_has_proved_that_it_leads_here(
    owner: FlaskClient, session: Session, tracked: Tracked, newsletter: Newsletter, domain: Domain
) -> None:
    with transaction() as writing:
        booking = get_booking(writing, tracked.booking_id)
        write_copy(writing, booking, CreativeState.APPROVED, now=SENT_AT - timedelta(days=3))
    domain.fault = HostFault.UNKNOWN
    save(owner, link_host="https://Go.Example.com/")
    page = owner.get(PAGE).get_data(as_text=True)
    assert "The DNS does not know go.example.com. Add a CNAME record for it that points to" in page
    assert link_host_of(session, newsletter.id) is None
    domain.fault = None
    owner.post_form(f"{PAGE}/check", page=PAGE)  # type: ignore[attr-defined]
    session.expire_all()
    assert link_host_of(session, newsletter.id) == "go.example.com"
    assert all("://go.example.com/c/check/" in url for url in domain.asked) and len(set(domain.asked)) == 2
    issue = owner.get(f"/issues/{tracked.issue_id}").get_data(as_text=True)
    assert f"://go.example.com/c/{tracked.head}" in issue
    save(owner, link_host="")
    assert f"://go.example.com/c/{tracked.head}" not in owner.get(f"/issues/{tracked.issue_id}").get_data(as_text=True)


def test_a_domain_that_fails_later_is_used_no_more(
    owner: FlaskClient, session: Session, newsletter: Newsletter, domain: Domain
) -> None:
    save(owner, link_host="go.example.com")
    assert link_host_of(session, newsletter.id) == "go.example.com"
    domain.fault = HostFault.ELSEWHERE
    owner.post_form(f"{PAGE}/check", page=PAGE)  # type: ignore[attr-defined]
    session.expire_all()
    assert link_host_of(session, newsletter.id) is None


def test_another_newsletters_domain_is_refused(
    owner: FlaskClient, session: Session, newsletter: Newsletter, sign_in: SignIn, domain: Domain, now: object
) -> None:
    save(owner, link_host="go.example.com")
    with transaction() as writing:
        other = make_newsletter(writing, now=SENT_AT - timedelta(days=2), slug="monday-memo")
    sign_in(owner, "imogen@runbook.example", newsletter=other, role=TeamRole.OWNER)
    answer = owner.post_form(  # type: ignore[attr-defined]
        "/desk/monday-memo/settings/tracking", USUAL | {"link_host": "go.example.com"}
    )
    assert answer.status_code == 422
    assert "Another newsletter’s links stand on go.example.com." in answer.get_data(as_text=True)


class Answering(BaseHTTPRequestHandler):
    """A web server that proves itself at one path, sends elsewhere at another, and knows no third."""

    def do_GET(self) -> None:
        status, body = {"/c/check/good": (200, b"the proof\n"), "/c/check/away": (302, b"the proof\n")}.get(
            self.path, (404, b"")
        )
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def answering() -> Iterator[int]:
    """Its port."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("url", "allows_private", "fault"),
    [
        ("http://127.0.0.1:{port}/c/check/good", True, None),
        ("http://127.0.0.1:{port}/c/check/away", True, HostFault.ELSEWHERE),
        ("http://127.0.0.1:{port}/c/check/none", True, HostFault.ELSEWHERE),
        ("http://127.0.0.1:{port}/c/check/good", False, HostFault.PRIVATE),
        ("https://127.0.0.1:{port}/c/check/good", True, HostFault.CERTIFICATE),
        ("http://127.0.0.1:1/c/check/good", True, HostFault.SILENT),
        ("http://{{long}}.invalid/c/check/good", True, HostFault.UNKNOWN),
    ],
)
def test_a_domain_is_asked_over_the_network(
    answering: int, url: str, allows_private: bool, fault: HostFault | None
) -> None:
    url = url.replace("{port}", str(answering)).replace("{{long}}", "x" * 70)
    assert HttpLinkHostGateway(allows_private=allows_private).ask(url, "the proof") == HostAnswer(fault)


def test_the_desk_proves_itself_at_the_address_that_is_asked(client: FlaskClient) -> None:
    first, same, other = (client.get(f"/c/check/{nonce}").text for nonce in ("a", "a", "b"))
    assert first == same != other and len(first.strip()) == 40


@pytest.mark.parametrize(
    ("typed", "host"),
    [("", None), ("  ", None), ("Go.Example.com", "go.example.com"), ("http://localhost:8210/", "localhost:8210"),
     ("bücher.example", "xn--bcher-kva.example")],
)  # fmt: skip
def test_a_domain_is_kept_as_the_dns_writes_it(typed: str, host: str | None) -> None:
    assert clean_host(typed, "desk.example.com") == host


@pytest.mark.parametrize(
    "typed", ["go.example.com/x", "a b.example", "-x.example", "x" * 64 + ".example", "desk.example.com"]
)
def test_what_is_no_domain_of_the_publishers_is_refused(typed: str) -> None:
    with pytest.raises(LinkHostInvalid):
        clean_host(typed, "desk.example.com")


def test_an_address_keeps_its_path_on_another_domain() -> None:
    assert on_host("https://desk.example.com/flatplan/c/x", "go.example.com") == "https://go.example.com/flatplan/c/x"
    assert on_host("https://desk.example.com/c/x", None) == "https://desk.example.com/c/x"
