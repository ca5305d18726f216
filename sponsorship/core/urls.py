"""Links as the house checks and compares them: no look-up over the network, and no list that is fetched."""

import html
import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from tldextract import TLDExtract
from w3lib.url import canonicalize_url

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"^(utm_|mc_|ndg_|hsa_|_hs|hsctatracking|pk_|mtm_|matomo_|oly_|vero_|trk|ck_subscriber)"
    r"|^(ref|source|sid|kw|cid|fbclid|gclid|dclid|msclkid|twclid|yclid|igshid|mkt_tok|_ga|s_cid)$",
    re.IGNORECASE,
)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_BARE_HOST = re.compile(r"^(?:[a-z0-9-]+\.)+[a-z]{2,}(?=[:/?#]|$)", re.IGNORECASE)

# The suffix list that ships with the package: nothing is downloaded and nothing is written to a cache. The names that
# RFC 2606 reserves for examples count as suffixes, so that demonstrations behave like the web.
_suffixes = TLDExtract(
    suffix_list_urls=(),
    cache_dir=None,
    include_psl_private_domains=True,
    extra_suffixes=("example", "test", "invalid"),
)


def is_web_url(url: str) -> bool:
    """Say whether a link may be sold: http or https, a host, no user name, no blank, control character or backslash."""
    if _UNSAFE.search(url):
        return False
    parts = _split(url)
    return parts is not None and parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and "@" not in parts.netloc


def normal_url(url: str) -> str | None:
    """Return what two links to one place have in common, or None for what is no web link.

    Scheme, "www.", the case of the host, the default port, a closing slash, the fragment and tracking parameters are
    left out; the other parameters are sorted: "https://www.Example.com:443/a/?utm_source=x&b=1" gives
    "example.com/a?b=1".
    """
    parts = _web_parts(url)
    host = _host(parts) if parts else None
    if parts is None or host is None:
        return None
    pairs = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(key)]
    port = parts.port if parts.port and parts.port != _DEFAULT_PORTS[parts.scheme] else None
    # A fragment is a place within the page, except where a script reads the page's address from it.
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""
    query = f"?{urlencode(sorted(pairs))}" if pairs else ""
    return f"{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}{query}{fragment}"


def host_of(url: str) -> str | None:
    """Return the host in lower case, without "www." and a closing dot, or None for what is no web link."""
    parts = _web_parts(url)
    return _host(parts) if parts else None


def registrable_domain(url: str) -> str | None:
    """Return the part of the host that somebody registered ("shop.example.co.uk" gives "example.co.uk").

    Suffixes that hosting firms hand out (github.io) count as public. An address in figures, or a host without a known
    suffix, is returned as it is; None for what is no web link.
    """
    host = host_of(url)
    return (_suffixes(host).top_domain_under_public_suffix or host) if host else None


def domain_name(url: str) -> str | None:
    """Return the name in the registrable domain, without its suffix ("shop.example.co.uk" gives "example")."""
    host = host_of(url)
    return (_suffixes(host).domain or host) if host else None


def _web_parts(url: str) -> SplitResult | None:
    """Split a link; one without a scheme counts as http, and w3lib settles percent signs and international hosts."""
    text = html.unescape(url).strip()
    if text.startswith("//"):
        text = f"http:{text}"
    elif _BARE_HOST.match(text):
        text = f"http://{text}"
    if not is_web_url(text):
        return None
    try:
        return _split(canonicalize_url(text, keep_fragments=True))
    except (ValueError, UnicodeError):
        return None


def _split(url: str) -> SplitResult | None:
    """Split a link, or return None where host or port are malformed."""
    if not _SCHEME.match(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _host(parts: SplitResult) -> str | None:
    """Return the host as it is compared, or None where nothing is left of it."""
    return (parts.hostname or "").rstrip(".").removeprefix("www.") or None
