"""Who a reader is without a cookie and without keeping an address: a keyed hash, whose key is deleted."""

import hashlib
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

READERS_KNOWN = timedelta(days=14)  # after this the issue's secret is gone, and nobody can be told from anybody
LATE_KEY_LIVES = timedelta(days=1)
SECRET_BYTES = 32
LONGEST_AGENT = 512
FORGOTTEN = "forgotten"  # stands for the network of a click past retention


@lru_cache(maxsize=4096)
def place_of(address: str) -> tuple[str, str]:
    """Return what says who an address is, and its network: IPv4 cut to /24, IPv6 to /48; "" for what is no address.

    An IPv6 reader changes the last 64 bits of the address every day, so only the first 64 say who it is.
    """
    parsed = _parse(address)
    if parsed is None:
        return address, ""
    network = str(ip_network((parsed.packed, 24 if parsed.version == 4 else 48), strict=False))
    return (parsed.packed[:8] if parsed.version == 6 else parsed.packed).hex(), network


def network_of(address: str) -> str:
    """Return the network that is kept in an address's place."""
    return place_of(address)[1]


def hash_reader(secret: bytes, issue_id: int, address: str, user_agent: str) -> tuple[str, str]:
    """Return who a reader is within one issue, and the address alone: 128 and 64 bits of keyed BLAKE2 (RFC 7693), in hex."""
    person = f"{issue_id}\n{place_of(address)[0]}"
    reader = hashlib.blake2b(f"{person}\n{user_agent}".encode(errors="replace"), key=secret, digest_size=16)
    return reader.hexdigest(), hashlib.blake2b(person.encode(errors="replace"), key=secret, digest_size=8).hexdigest()


def clean_agent(user_agent: str) -> str:
    """Return a user-agent string as it is kept: printable, at most 512 characters."""
    printable = user_agent if user_agent.isprintable() else "".join(c for c in user_agent if c.isprintable())
    return printable[:LONGEST_AGENT].strip()


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed
