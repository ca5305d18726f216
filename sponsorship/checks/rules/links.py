"""Links: what can be seen in an address and in the words around it, without following it, and what following it means."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sponsorship.checks.rules.passages import SHARED_HOSTS
from sponsorship.checks.rules.policy import Severity
from sponsorship.core.urls import host_of, is_web_url, registrable_domain
from sponsorship.sponsors.rules import name_key

PLACEHOLDERS = frozenset({"example.com", "example.net", "example.org", "yourdomain.com", "yoursite.com", "domain.com"})
RESERVED = ("example", "test", "invalid", "localhost", "local", "internal", "onion")  # RFC 2606, 6761, 6762, 7686, 9476
UTM = ("utm_source", "utm_medium", "utm_campaign")
MOST_REDIRECTS = 5
_GLUED = re.compile(r"https?(?::|%3a)(?:/|%2f)", re.IGNORECASE)
_NAMED_SITE = re.compile(r"(?<![\w@/.-])(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?=[/?#\s.,;:!)\]]|$)", re.IGNORECASE)
_SCRIPT = re.compile(r"^(LATIN|CYRILLIC|GREEK|ARMENIAN|HEBREW|ARABIC|CHEROKEE|GEORGIAN|HANGUL|CJK|HIRAGANA|KATAKANA)")
_TOGETHER = (frozenset({"CJK", "HIRAGANA", "KATAKANA", "LATIN"}), frozenset({"CJK", "HANGUL", "LATIN"}))


class LinkVerdict(StrEnum):
    """What came of following a link."""

    WAITING = "waiting"  # not followed yet
    FINE = "fine"
    GUARDED = "guarded"  # it answers, and lets no program in
    ELSEWHERE = "elsewhere"  # it ends at another company's site
    BROKEN = "broken"  # it says that there is no such page
    FAILING = "failing"  # the site answers with an error of its own
    CERTIFICATE = "certificate"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # it would lead into a private network: not followed
    LOOPING = "looping"
    MADE_UP = "made_up"  # a name that is reserved for examples: there is nothing to follow


@dataclass(frozen=True, slots=True)
class Probe:
    """One following of a link: what came of it, the last answer's status, where it ended, by how many redirects."""

    verdict: LinkVerdict
    status: int | None = None
    final_url: str = ""
    hops: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LinkFinding:
    """Something about a link, for a page: what it does to the copy, a title, the evidence as a sentence."""

    severity: Severity
    title: str
    sentence: str


def is_public_address(text: str) -> bool:
    """Tell whether an address may be connected to: of the public internet, in whatever form it is wrapped.

    IPv6 forms that carry an IPv4 address (mapped, compatible, 6to4, Teredo, NAT64 with either prefix) are judged by both.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(one) for one in (address, *_carried(address)))


def verdict_of(status: int) -> LinkVerdict:
    """Return what a final status means."""
    if status in (404, 410):
        return LinkVerdict.BROKEN
    if status in (401, 403, 405, 406, 429, 451, 999):
        return LinkVerdict.GUARDED
    return LinkVerdict.FINE if status < 400 else LinkVerdict.FAILING


def shown_host(url: str) -> str:
    """Return the host as a reader may safely be shown it: in its own letters, as punycode where they mix scripts."""
    host = host_of(url) or ""
    words = ".".join(_decoded(label) for label in host.split("."))
    return host if any(mixes_scripts(label) for label in words.split(".")) else words


def mixes_scripts(label: str) -> bool:
    """Tell whether one label of a host has letters of several scripts, or only such as look like Latin ones."""
    scripts = {found[1] for c in label if c.isalpha() and (found := _SCRIPT.match(unicodedata.name(c, "")))}
    if len(scripts) > 1:
        return not any(scripts <= together for together in _TOGETHER)
    lookalikes = set("асеорхуіјѕԁһӏԛԝ") | set("οντικα")
    return bool(scripts & {"CYRILLIC", "GREEK"}) and all(c in lookalikes or not c.isalpha() for c in label)


def with_utm(url: str, wanted: Mapping[str, str]) -> str:
    """Return a link with the parameters that it does not have; what its owner set stays, and empty ones are not added."""
    if not is_web_url(url):
        return url
    parts = urlsplit(url)
    present = {key.lower() for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = [(key, value) for key, value in wanted.items() if value and key.lower() not in present]
    query = "&".join(part for part in (parts.query, urlencode(added)) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def look_at_links(
    link: str, words: str, inline: Iterable[tuple[str, str]], *, sponsor: str, others: Mapping[str, str]
) -> list[LinkFinding]:
    """Return what can be seen without following: placeholders, two addresses in one, mixed scripts, words that name another.

    `words` is the copy as read, `inline` the links within it as (text, address), `others` the newsletter's other sponsors by
    name, with their registrable domain, empty where it is not known.
    """
    found: list[LinkFinding] = []
    for url in dict.fromkeys([link, *(address for _, address in inline)]):
        found += _look_at_address(url)
    found += [one for text, address in inline if (one := _named_elsewhere(text, address))]
    domain = registrable_domain(link)
    if domain and (one := _named_elsewhere(words, link, among=[registrable_domain(a) or "" for _, a in inline])):
        found.append(one)
    return found + _other_company(domain, words, sponsor, others)


def tell_probe(url: str, probe: Probe) -> LinkFinding | None:
    """Return what following a link found, or None where there is nothing to say."""
    where, final = shown_host(url), shown_host(probe.final_url or url)
    said: dict[LinkVerdict, tuple[Severity, str, str]] = {
        LinkVerdict.BROKEN: (
            Severity.STOPS, "The link leads to no page", f"{where} answers {probe.status}: there is no such page.",
        ),
        LinkVerdict.FAILING: (
            Severity.LOOK, "The link’s site has trouble", f"{where} answers {probe.status}. It is looked at again.",
        ),
        LinkVerdict.CERTIFICATE: (
            Severity.STOPS, "The link’s certificate is not valid",
            f"Browsers warn before they open {final}: {probe.detail or 'its certificate is refused'}.",
        ),
        LinkVerdict.UNREACHABLE: (
            Severity.LOOK, "The link could not be reached", f"{final} did not answer: {probe.detail or 'nobody is there'}.",
        ),
        LinkVerdict.REFUSED: (
            Severity.STOPS, "The link leads into a private network", f"{final} is no address of the public internet.",
        ),
        LinkVerdict.LOOPING: (
            Severity.STOPS, "The link goes round in circles", f"{where} redirects more than {MOST_REDIRECTS} times.",
        ),
        LinkVerdict.ELSEWHERE: (
            Severity.LOOK, "The link ends at another site", f"{where} leads on to {final}.",
        ),
    }  # fmt: skip
    return LinkFinding(*said[probe.verdict]) if probe.verdict in said else None


def is_reserved(url: str) -> bool:
    """Tell whether a link's host is a name that cannot exist on the public web."""
    return (host_of(url) or "").rpartition(".")[2] in RESERVED


def ends_elsewhere(url: str, final_url: str) -> bool:
    """Tell whether a link that was followed ended at another company's site; a shared host says nothing about whose."""
    first, last = registrable_domain(url), registrable_domain(final_url)
    return first is not None and last is not None and first != last and first not in SHARED_HOSTS


def _look_at_address(url: str) -> list[LinkFinding]:
    found, domain = [], registrable_domain(url)
    if domain in PLACEHOLDERS:
        found.append(
            LinkFinding(Severity.STOPS, "The link is a placeholder", f"{domain} stands for an example, not for a site.")
        )
    path = url.partition("://")[2].partition("?")[0]
    if _GLUED.search(path) or _GLUED.match(url.partition("://")[2]):
        found.append(
            LinkFinding(Severity.STOPS, "Two addresses run into one", f"A second address begins within {url[:120]}")
        )
    shown = shown_host(url)
    if any(label.startswith("xn--") for label in shown.split(".")):
        letters = ".".join(_decoded(label) for label in shown.split("."))
        sentence = f"“{letters}” is written with letters that look like others. It is really {shown}."
        found.append(LinkFinding(Severity.STOPS, "The link’s name mixes scripts", sentence))
    return found


def _named_elsewhere(text: str, url: str, among: Collection[str] = ()) -> LinkFinding | None:
    """Words that name one site on a link to another."""
    own = registrable_domain(url)
    for match in _NAMED_SITE.finditer(text):
        named = registrable_domain(f"https://{match[1]}")
        if named and own and named not in (own, *among) and named != match[1].rpartition(".")[2] and _is_domain(named):
            sentence = f"The words say {named}, and the link goes to {own}."
            return LinkFinding(Severity.LOOK, "The words name another site", sentence)
    return None


def _other_company(domain: str | None, words: str, sponsor: str, others: Mapping[str, str]) -> list[LinkFinding]:
    """The link is another sponsor's, or the words name another company than the one that the link goes to."""
    spoken = f" {name_key(words)} "
    for name, theirs in others.items():
        if domain and theirs == domain and domain not in SHARED_HOSTS:
            sentence = f"{domain} is the site of {name}, not of {sponsor or 'this sponsor'}."
            return [LinkFinding(Severity.LOOK, "The link is another company’s", sentence)]
    for name, theirs in others.items():
        key = name_key(name)
        names_it = len(key) > 3 and f" {key} " in spoken
        if names_it and theirs != domain and f" {name_key(sponsor)} " not in spoken:
            sentence = f"The words name {name}, and the link goes to {domain or 'no site'}."
            return [LinkFinding(Severity.LOOK, "The words name another company", sentence)]
    return []


def _is_domain(named: str) -> bool:
    """A name with a public suffix: "node.js" or "e.g." are words."""
    return registrable_domain(f"https://www.{named}") == named and not named.endswith(
        (".js", ".py", ".md", ".sh", ".rs")
    )


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    packed = address.packed
    if (
        packed[:12] == bytes(12)
        or packed[:12] == bytes.fromhex("0064ff9b") + bytes(8)
        or packed[:6] == bytes.fromhex("0064ff9b0001")
    ):
        found.append(IPv4Address(packed[12:]))
    return [one for one in found if one is not None]
