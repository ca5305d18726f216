"""What a click is, and why one is not counted."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sponsorship.core.errors import DomainError
from sponsorship.core.urls import is_web_url

RULES_VERSION = 1

# A reader who comes back to the same link this soon after a click that counted is the same click: a double click, a tab
# opened again. The window starts with the counted click and does not slide, so a later visit counts.
REPEAT_WINDOW = timedelta(minutes=10)
READERS_KNOWN = timedelta(days=14)  # after this the secret is gone, and nobody can be told from anybody
LATE_KEY_LIVES = timedelta(days=1)
LONGEST_AGENT = 512
LONGEST_DESTINATION = 2048


class LinkPosition(StrEnum):
    """Where in the issue a link stands: the block itself, or its echo at the foot."""

    HEAD = "head"
    FOOT = "foot"


class ExclusionReason(StrEnum):
    """Why a hit is kept and not counted."""

    BOT = "bot"
    HEAD_REQUEST = "head_request"
    PREFETCH = "prefetch"
    BURST = "burst"
    REPEAT = "repeat"
    TEAM = "team"
    BEFORE_PUBLICATION = "before_publication"

    @property
    def label(self) -> str:
        """The words in reports."""
        return {
            "bot": "Known robots and libraries",
            "head_request": "Link checkers (HEAD)",
            "prefetch": "Fetched ahead by a mail app",
            "burst": "Mail scanners: many links within seconds",
            "repeat": "Repeated by the same reader",
            "team": "Your own team",
            "before_publication": "Before the issue went out",
        }[self.value]


class DestinationInvalid(DomainError):
    """A link that no reader may be sent to: another scheme than http(s), no host, or characters an address cannot have."""

    message = "A link must start with http:// or https:// and name a host."


@dataclass(frozen=True, slots=True)
class Hit:
    """One request for a tracked link, as it arrived; `purposes` is what the client said it fetches the page for."""

    link_id: int
    at: datetime
    address: str
    user_agent: str = ""
    method: str = "GET"
    purposes: tuple[str, ...] = ()
    is_team: bool = False


# Names of mail gateways and of libraries that fetch pages, beside what the public list of crawlers has. A browser's first word
# and nothing after it is no browser.
OWN_ROBOTS = re.compile(
    r"barracuda|proofpoint|urldefense|mimecast|safe-?links|ironport|messagelabs|symantec|trend ?micro|fireeye|trellix|zscaler"
    r"|forcepoint|mailscanner|mailguard|hornetsecurity|vade ?secure|cloudmark|office existence|\bms-office"
    r"|headless|phantomjs|puppeteer|playwright|selenium|okhttp|winhttp|httpclient|http-client|libwww|axios|undici|node-fetch"
    r"|node\.js|aiohttp|httpx|urllib|\brequests\b|\bpython|\bruby\b|\bperl\b|^php|guzzle|^java/|^curl|^wget|postman|powershell"
    r"|go-http|dart:io|cfnetwork/|link ?(?:check|preview|expand)|^mozilla/[45]\.0\s*(?:\(compatible;?\))?\s*$",
    re.IGNORECASE,
)


def is_our_robot(user_agent: str) -> bool:
    """Whether our own rules know a user-agent string for a program; an empty one is always a program's."""
    return not user_agent.strip() or OWN_ROBOTS.search(user_agent) is not None


def is_fetched_ahead(purposes: Iterable[str]) -> bool:
    """Whether a client said that nobody has clicked yet (Sec-Purpose, Purpose, X-Purpose, X-Moz)."""
    return any(word in value.lower() for value in purposes for word in ("prefetch", "prerender", "preview"))


def reason_at_once(hit: Hit, *, is_robot: bool, published_at: datetime) -> ExclusionReason | None:
    """Return why a hit does not count, as far as the hit alone tells; the first that holds, in this order."""
    if is_robot:
        return ExclusionReason.BOT
    if hit.method == "HEAD":
        return ExclusionReason.HEAD_REQUEST
    if is_fetched_ahead(hit.purposes):
        return ExclusionReason.PREFETCH
    if hit.is_team:
        return ExclusionReason.TEAM
    return ExclusionReason.BEFORE_PUBLICATION if hit.at < published_at else None


def is_repeat(at: datetime, last_counted_at: datetime | None) -> bool:
    """Whether a reader's click falls into the window after the last of theirs that counted on the same link."""
    return last_counted_at is not None and abs(at - last_counted_at) < REPEAT_WINDOW


def network_of(address: str) -> str:
    """Return the network that is kept in an address's place: IPv4 cut to /24, IPv6 to /48; "" for what is no address."""
    parsed = _parse(address)
    if parsed is None:
        return ""
    return str(ip_network((parsed.packed, 24 if parsed.version == 4 else 48), strict=False))


def hash_reader(secret: bytes, address: str, user_agent: str) -> str:
    """Return who a reader is within one issue: 128 bits, hexadecimal, of HMAC-SHA256 over address and browser.

    An IPv6 reader changes the last 64 bits of the address every day, so only the first 64 say who it is.
    """
    parsed = _parse(address)
    person = address if parsed is None else parsed.packed[:8].hex() if parsed.version == 6 else parsed.packed.hex()
    return hmac.new(secret, f"{person}\n{user_agent}".encode(errors="replace"), hashlib.sha256).hexdigest()[:32]


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed


def clean_agent(user_agent: str) -> str:
    """Return a user-agent string as it is kept: printable, at most 512 characters."""
    printable = user_agent if user_agent.isprintable() else "".join(c for c in user_agent if c.isprintable())
    return printable[:LONGEST_AGENT].strip()


def checked_destination(url: str) -> str:
    """Return a destination that readers may be sent to, or raise DestinationInvalid."""
    url = url.strip()
    if len(url) > LONGEST_DESTINATION or not is_web_url(url):
        raise DestinationInvalid
    return url
