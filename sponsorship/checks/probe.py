"""Following a link without being led anywhere: the one door through which the product fetches what a stranger typed.

The name is looked up once; every address that it has must be public; the connection goes to one of these addresses, not
to the name, so that a second answer of the name's server is never asked for (DNS rebinding). Each redirect is treated as a
new link. Only ports of the web, at most so many redirects, so many bytes, and so many seconds for all of it, kept by a
timer that cuts the connection, so that a server that sends a byte a minute does not hold the worker.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import quote, urljoin, urlsplit

from sponsorship.checks.rules import (
    MOST_REDIRECTS,
    LinkVerdict,
    Probe,
    ends_elsewhere,
    is_public_address,
    is_reserved,
    verdict_of,
)
from sponsorship.core.errors import DomainError
from sponsorship.core.urls import is_web_url

PORTS = frozenset({80, 443, 8080, 8443})
REDIRECTS = (301, 302, 303, 307, 308)
AGENT = "Flatplan link check (it asks once before an issue goes out)"
Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host in whatever form it is written; raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in found))


class _Refused(Exception):
    """The link leads where nobody may be sent."""


class NotFetched(DomainError):
    """A page could not be fetched; `message` says why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came: where it was in the end, what its server calls it ("text/html"), and its bytes."""

    url: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one address answered; `target` is where it leads on to."""

    status: int
    target: str | None
    kind: str
    content: bytes


class _TimeOver(OSError):
    """The link took longer than it may."""


@dataclass(frozen=True, slots=True)
class Prober:
    """Follows links; `permitted` names (address, port) pairs that tests serve on this machine, and is empty in the product.

    `skips_reserved` leaves names for examples alone: the demo's sponsors have no others.
    """

    seconds: float = 10.0
    most_bytes: int = 65_536
    skips_reserved: bool = False
    permitted: frozenset[tuple[str, int]] = frozenset()
    resolve: Resolve = resolve
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def follow(self, url: str) -> Probe:
        """Follow a link to its end and return what came of it; raises nothing."""
        if self.skips_reserved and is_reserved(url):
            return Probe(LinkVerdict.MADE_UP, final_url=url)
        end, here = monotonic() + self.seconds, url
        for hops in range(MOST_REDIRECTS + 1):
            try:
                answer = self._ask(here, end)
                status, target = answer.status, answer.target
            except _Refused:
                return Probe(LinkVerdict.REFUSED, final_url=here, hops=hops)
            except ssl.SSLError as error:
                return Probe(LinkVerdict.CERTIFICATE, final_url=here, hops=hops, detail=_reason(error))
            except (OSError, http.client.HTTPException, ValueError) as error:
                detail = "it took too long" if monotonic() >= end else _plain(error)
                return Probe(LinkVerdict.UNREACHABLE, final_url=here, hops=hops, detail=detail)
            if target is None:
                verdict = verdict_of(status)
                if verdict is LinkVerdict.FINE and ends_elsewhere(url, here):
                    verdict = LinkVerdict.ELSEWHERE
                return Probe(verdict, status, here, hops)
            here = target
        return Probe(LinkVerdict.LOOPING, status, here, MOST_REDIRECTS)

    def fetch(self, url: str) -> Fetched:
        """Return the page that a link leads to in the end; raises NotFetched with the reason in a sentence."""
        end, here = monotonic() + self.seconds, url
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = self._ask(here, end)
            except _Refused:
                raise NotFetched("This address is not a public page of the web.") from None
            except (OSError, http.client.HTTPException, ValueError) as error:
                detail = "it took too long" if monotonic() >= end else _plain(error)
                raise NotFetched(f"The page could not be fetched: {detail}.") from None
            if answer.target is None and answer.status == 200:
                if len(answer.content) >= self.most_bytes:
                    raise NotFetched(f"The page is larger than {self.most_bytes // 1_000_000} MB.")
                return Fetched(here, answer.kind, answer.content)
            if answer.target is None:
                raise NotFetched(f"The page could not be fetched: its server answered {answer.status}.")
            here = answer.target
        raise NotFetched("The page could not be fetched: its address leads round and round.")

    def _ask(self, url: str, end: float) -> _Answer:
        """Ask for one address, following nothing."""
        if not is_web_url(url):
            raise _Refused
        parts = urlsplit(url)
        host, is_secure = (parts.hostname or "").rstrip("."), parts.scheme == "https"
        port = parts.port or (443 if is_secure else 80)
        link = self._connect(_ascii(host), port, end)
        timer = threading.Timer(max(0.0, end - monotonic()), _cut, (link,))
        timer.daemon = True
        timer.start()
        try:
            if is_secure:
                link = self.context.wrap_socket(link, server_hostname=_ascii(host))
            connection = http.client.HTTPConnection(_ascii(host), port)
            connection.sock = link
            path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
                f"?{quote(parts.query, safe='/%?:@!$&()*+,;=~-._')}" if parts.query else ""
            )
            headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            content = answer.read(self.most_bytes)
            where = answer.getheader("Location") if answer.status in REDIRECTS else None
            target = urljoin(url, where.strip()) if where else None
            return _Answer(answer.status, target, answer.headers.get_content_type(), content)
        finally:
            timer.cancel()
            with suppress(OSError):
                link.close()

    def _connect(self, host: str, port: int, end: float) -> socket.socket:
        """Look the host up once, refuse it where one of its addresses is not public, and connect to what was looked up."""
        addresses = self._look_up(host, port, end)
        if not addresses or not all(self._may(address, port) for address in addresses):
            raise _Refused
        failed: OSError = OSError("nobody is there")
        for address in addresses[:3]:
            left = end - monotonic()
            if left <= 0:
                raise _TimeOver("it took too long")
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            link = socket.socket(family, socket.SOCK_STREAM)
            link.settimeout(left)
            try:
                link.connect((address, port))
                return link
            except OSError as error:
                link.close()
                failed = error
        raise failed

    def _may(self, address: str, port: int) -> bool:
        if (address, port) in self.permitted:
            return True
        return port in PORTS and is_public_address(address)

    def _look_up(self, host: str, port: int, end: float) -> list[str]:
        """The look-up has no time limit of its own, so it runs beside and is left behind where it takes too long."""
        answer: list[list[str] | OSError] = []

        def ask() -> None:
            try:
                answer.append(self.resolve(host, port))
            except (OSError, UnicodeError) as error:
                answer.append(error if isinstance(error, OSError) else OSError("it is no name"))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(max(0.0, end - monotonic()))
        if not answer:
            raise _TimeOver("its name was not found in time")
        if isinstance(answer[0], OSError):
            raise answer[0]
        return answer[0]


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _cut(link: socket.socket) -> None:
    """End a connection that has had its time, whatever waits on it."""
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)


def _reason(error: ssl.SSLError) -> str:
    return str(getattr(error, "verify_message", "") or "its certificate is refused")


def _plain(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no such site"
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses connections"
    return "it does not speak as a web site does"
