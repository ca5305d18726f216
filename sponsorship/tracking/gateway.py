"""The door to a publisher's own domain: asks it for a proof over HTTP, as a reader's browser would reach it."""

import http.client
import ipaddress
import socket
import ssl
from typing import Protocol
from urllib.parse import urlsplit

from sponsorship.tracking.rules.hosts import HostAnswer, HostFault

TIMEOUT_SECONDS = 6
LONGEST_ANSWER = 200


class LinkHostGateway(Protocol):
    """Asks a domain whether it leads here."""

    def ask(self, url: str, proof: str) -> HostAnswer:
        """Return what a domain answered at an address of the check; no redirect is followed."""
        ...


class HttpLinkHostGateway:
    """Asks over the network; `allows_private` is for a desk that is itself on a private network."""

    def __init__(self, *, allows_private: bool) -> None:
        self._allows_private = allows_private

    def ask(self, url: str, proof: str) -> HostAnswer:
        """Ask once, by the domain's first address that may be asked."""
        parts = urlsplit(url)
        host, is_https = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if is_https else 80)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return HostAnswer(HostFault.UNKNOWN)
        addresses = [str(one[4][0]) for one in found]
        allowed = [one for one in addresses if self._allows_private or ipaddress.ip_address(one).is_global]
        if not allowed:
            return HostAnswer(HostFault.PRIVATE)
        try:
            said = _get(allowed[0], port, parts.netloc, parts.path, host if is_https else None)
        except ssl.SSLError:
            return HostAnswer(HostFault.CERTIFICATE)
        except (OSError, http.client.HTTPException):
            return HostAnswer(HostFault.SILENT)
        return HostAnswer(None if said == proof else HostFault.ELSEWHERE)


def _get(address: str, port: int, netloc: str, path: str, tls_name: str | None) -> str:
    """Ask the address that was looked at, and no other that the name may lead to a moment later."""
    connection = http.client.HTTPConnection(address, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.connect()
        if tls_name is not None:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=tls_name)
        connection.request("GET", path, headers={"Host": netloc, "User-Agent": "Flatplan link check"})
        answer = connection.getresponse()
        return answer.read(LONGEST_ANSWER).decode(errors="replace").strip() if answer.status == 200 else ""
    finally:
        connection.close()
