"""Whose address a request comes from: a proxy's word is taken only where the proxy is one of those that are configured."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any

from sponsorship.core.config import IPNetwork

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


def behind_proxies(app: WSGI, trusted: tuple[IPNetwork, ...]) -> WSGI:
    """Return an application that sees the caller's own address as REMOTE_ADDR; without proxies, the application itself."""
    if not trusted:
        return app

    def seen(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = caller_of(
            environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), trusted
        )
        return app(environ, start_response)

    return seen


def caller_of(peer: str, forwarded_for: str, trusted: tuple[IPNetwork, ...]) -> str:
    """Return the last address in the chain that is no trusted proxy's: whoever came before may have written anything."""
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not _is_trusted(peer, trusted) or not _is_address(hop):
            break
        peer = hop
    return peer


def _is_trusted(address: str, trusted: tuple[IPNetwork, ...]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
