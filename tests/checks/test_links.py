"""Links: what shows in the address and the words; and attacks on whoever follows them, each refused without a connection."""

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy.orm import Session

from sponsorship.checks.flows import follow_due_links
from sponsorship.checks.probe import Prober
from sponsorship.checks.queries import link_checks
from sponsorship.checks.rules import (
    LinkVerdict,
    Probe,
    is_public_address,
    look_at_links,
    shown_host,
    tell_probe,
    with_utm,
)
from sponsorship.checks.services import ask_links, claim_link, record_probe
from sponsorship.core import clock
from sponsorship.core.db import transaction

PRIVATE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:0:0:0:0:f5ff:fffe", "2001:db8::1",
    "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_a_private_network_is_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public_address(address)


class Site(BaseHTTPRequestHandler):
    """A site on this machine; /to?URL leads on, /loop to itself, /status/404 answers so, /slow never ends."""

    def do_GET(self) -> None:
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
        elif self.path.startswith("/loop"):
            self.send_response(301)
            self.send_header("Location", "/loop")
        elif self.path == "/big":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 1_000_000)
            return
        elif self.path == "/slow":
            self.server.released.wait(20)  # type: ignore[attr-defined]
            return
        else:
            self.send_response(int(self.path.rpartition("/")[2]) if "/status/" in self.path else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[int]:
    """A web server on a free port of 127.0.0.1; returns the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.released.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def prober(port: int, **more: object) -> Prober:
    """One that may reach this port of 127.0.0.1, and finds every name there."""
    values: dict[str, object] = {
        "permitted": frozenset({("127.0.0.1", port)}), "resolve": lambda _host, _port: ["127.0.0.1"], "seconds": 5.0,
    }  # fmt: skip
    return Prober(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("/", LinkVerdict.FINE), ("/status/404", LinkVerdict.BROKEN), ("/status/410", LinkVerdict.BROKEN),
        ("/status/403", LinkVerdict.GUARDED), ("/status/500", LinkVerdict.FAILING), ("/loop", LinkVerdict.LOOPING),
        ("/to?/status/404", LinkVerdict.BROKEN), ("/big", LinkVerdict.FINE), ("/a b?q=ü", LinkVerdict.UNREACHABLE),
    ],
)  # fmt: skip
def test_a_link_is_followed_to_its_end(site: int, path: str, verdict: LinkVerdict) -> None:
    if verdict is LinkVerdict.UNREACHABLE:  # a blank is no address: nothing is asked
        verdict = LinkVerdict.REFUSED
    assert prober(site).follow(f"http://shop.tidewatch.io:{site}{path}").verdict is verdict


def test_a_link_that_ends_at_another_site_says_where(site: int) -> None:
    probe = prober(site).follow(f"http://tidewatch.io:{site}/to?http://other.io:{site}/x")
    assert (probe.verdict, probe.hops) == (LinkVerdict.ELSEWHERE, 1)
    finding = tell_probe("http://tidewatch.io", probe)
    assert finding is not None and finding.sentence == "tidewatch.io leads on to other.io."
    same = prober(site).follow(f"http://tidewatch.io:{site}/to?http://www.tidewatch.io:{site}/x")
    assert same.verdict is LinkVerdict.FINE


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://169.254.169.254/",
        "http://0/", "http://127.0.0.1:22/", "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/",
        "http://user@127.0.0.1/", "javascript:alert(1)", "//127.0.0.1/", "http://[64:ff9b::7f00:1]/", "http:\\\\127.0.0.1",
    ],
)  # fmt: skip
def test_neither_a_link_nor_a_redirect_reaches_this_machine(
    site: int, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[object] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        reached.append(address)
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert Prober(seconds=5.0).follow(target).verdict is LinkVerdict.REFUSED
    assert reached == []
    told = {"site.io": ["127.0.0.1"]}

    def resolve(host: str, port: int) -> list[str]:
        return told.get(host) or [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    by_redirect = prober(site, resolve=resolve).follow(f"http://site.io:{site}/to?{target}")
    assert by_redirect.verdict is LinkVerdict.REFUSED
    assert set(reached) <= {("127.0.0.1", site)}  # the site that redirects, and nothing behind it


def test_a_name_that_changes_its_address_is_looked_up_once_and_connected_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    asked: list[str] = []
    reached: list[object] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    def connect(_self: socket.socket, address: object) -> None:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert Prober(resolve=resolve).follow("http://rebind.io/").verdict is LinkVerdict.UNREACHABLE
    assert (asked, reached) == (["rebind.io"], [("93.184.215.14", 80)])


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it was connected to"))
    mixed = Prober(resolve=lambda _h, _p: ["93.184.215.14", "10.0.0.1"])
    assert mixed.follow("http://mixed.io/").verdict is LinkVerdict.REFUSED
    other_port = Prober(resolve=lambda _h, _p: ["93.184.215.14"])
    assert other_port.follow("http://smtp.io:25/").verdict is LinkVerdict.REFUSED


def test_a_site_that_never_answers_is_cut_off(site: int) -> None:
    probe = prober(site, seconds=0.3).follow(f"http://slow.io:{site}/slow")
    assert (probe.verdict, probe.detail) == (LinkVerdict.UNREACHABLE, "it took too long")
    lost = Prober(seconds=0.1, resolve=lambda *_: threading.Event().wait(5) and []).follow("http://lost.io/")
    assert lost.verdict is LinkVerdict.UNREACHABLE


def test_a_site_without_encryption_behind_https_is_told(site: int) -> None:
    assert prober(site).follow(f"https://plain.io:{site}/").verdict is LinkVerdict.CERTIFICATE
    assert Prober().context.verify_mode is ssl.CERT_REQUIRED and Prober().context.check_hostname


def test_made_up_names_are_left_alone_in_the_demo_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Prober(skips_reserved=True).follow("https://tidewatch.example/a").verdict is LinkVerdict.MADE_UP
    nowhere = Prober(resolve=lambda *_: (_ for _ in ()).throw(socket.gaierror(-2, "unknown")))
    probe = nowhere.follow("https://tidewatch.example/a")
    assert (probe.verdict, probe.detail) == (LinkVerdict.UNREACHABLE, "there is no such site")


@pytest.mark.parametrize(
    ("link", "words", "inline", "titles"),
    [
        ("https://tidewatch.io/a", "Tidewatch watches.", [], []),
        ("https://example.com/a", "", [], ["The link is a placeholder"]),
        ("https://www.example.org", "", [], ["The link is a placeholder"]),
        ("https://tidewatch.iohttps://tidewatch.io/a", "", [], ["Two addresses run into one"]),
        ("https://tidewatch.io/ahttp://b.io", "", [], ["Two addresses run into one"]),
        ("https://tidewatch.io/a?to=https://b.io", "", [], []),
        ("https://xn--tdewatch-9ig.com/", "", [], ["The link’s name mixes scripts"]),
        ("https://xn--mnchen-3ya.de/", "", [], []),
        ("https://tidewatch.io", "Read more at mooring.com today", [], ["The words name another site"]),
        ("https://tidewatch.io", "Ask noor@mooring.com, or read node.js e.g. here", [], []),
        ("https://tidewatch.io", "", [("tidewatch.io", "https://mooring.com/x")], ["The words name another site"]),
        ("https://tidewatch.io", "See www.tidewatch.io", [("here", "https://docs.tidewatch.io")], []),
        ("https://mooring.com/x", "Tidewatch", [], ["The link is another company’s"]),
        ("https://somewhere.net", "Mooring keeps your containers.", [], ["The words name another company"]),
        ("https://somewhere.net", "Tidewatch works with Mooring.", [], []),
    ],
)
def test_what_shows_without_following(link: str, words: str, inline: list[tuple[str, str]], titles: list[str]) -> None:
    found = look_at_links(link, words, inline, sponsor="Tidewatch Ltd", others={"Mooring": "mooring.com", "Ox": ""})
    assert [finding.title for finding in found] == titles


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://tidewatch.io", "tidewatch.io"), ("https://xn--mnchen-3ya.de", "münchen.de"),
        ("https://xn--80ak6aa92e.com", "xn--80ak6aa92e.com"), ("https://xn--tdewatch-9ig.com", "xn--tdewatch-9ig.com"),
    ],
)  # fmt: skip
def test_a_host_is_shown_in_its_letters_unless_they_mislead(url: str, shown: str) -> None:
    assert shown_host(url) == shown


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.io", "https://a.io?utm_source=n&utm_medium=m"),
        ("https://a.io/x?b=1#top", "https://a.io/x?b=1&utm_source=n&utm_medium=m#top"),
        ("https://a.io/?UTM_Source=own", "https://a.io/?UTM_Source=own&utm_medium=m"),
        ("https://a.io/?utm_source=&utm_medium=z", "https://a.io/?utm_source=&utm_medium=z"),
        ("https://a.io/?q=a%2Fb&r=%20", "https://a.io/?q=a%2Fb&r=%20&utm_source=n&utm_medium=m"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_parameters_are_added_and_a_sponsors_own_stay(url: str, expected: str) -> None:
    assert with_utm(url, {"utm_source": "n", "utm_medium": "m", "utm_campaign": ""}) == expected


def test_a_link_is_asked_about_once_claimed_once_and_followed(session: Session, site: int) -> None:
    url, now = f"http://tidewatch.io:{site}/status/404", clock.now()
    with transaction() as writing:
        assert len(ask_links(writing, urls=[url, url, "javascript:x"], now=now)) == 1
    assert follow_due_links(prober=prober(site), now=now) == 1
    assert follow_due_links(prober=prober(site), now=now) == 0
    row = link_checks(session, [url])[url]
    assert (row.verdict, row.status, row.due_at) == (LinkVerdict.BROKEN, 404, None)
    with transaction() as writing:
        assert ask_links(writing, urls=[url], now=now) == []
        again = ask_links(writing, urls=[url], now=now, since=clock.now())
        assert [one.id for one in again] == [row.id]
        assert claim_link(writing, check_id=row.id, now=now) == url
        assert claim_link(writing, check_id=row.id, now=now) is None
        record_probe(writing, url=url, probe=Probe(LinkVerdict.UNREACHABLE), now=now)
    session.expire_all()
    assert row.due_at is not None and row.due_at > now
