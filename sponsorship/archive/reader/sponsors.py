"""Whose copy it is: the sponsor's name, from what the issue says and where the links lead."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sponsorship.archive.reader.blocks import Block, compact, one_line
from sponsorship.core.urls import host_of, registrable_domain

SHORTENERS = frozenset(
    (
        *("bit.ly", "goo.gl", "ow.ly", "t.co", "tinyurl.com", "buff.ly", "is.gd", "lnkd.in", "rebrand.ly", "cutt.ly"),
        *("dlvr.it", "hubs.li", "hubs.la", "hubs.ly", "fcld.ly", "trib.al", "short.io", "bl.ink", "tiny.cc", "adf.ly"),
        *(
            "link.chtbl.com",
            "pxf.io",
            "sjv.io",
            "prf.hn",
            "r2trck.com",
            "oreil.ly",
            "dub.sh",
            "swiy.co",
            "geni.us",
            "smarturl.it",
        ),
    )
)
"""Hosts that hide where a link leads."""

PLATFORMS = frozenset(
    (
        *("medium.com", "youtube.com", "youtu.be", "vimeo.com", "github.com", "gitlab.com", "twitter.com", "x.com"),
        *("linkedin.com", "facebook.com", "instagram.com", "eventbrite.com", "eventbrite.co.uk", "meetup.com", "lu.ma"),
        *(
            "google.com",
            "forms.gle",
            "typeform.com",
            "airtable.com",
            "notion.so",
            "notion.site",
            "mailchi.mp",
            "slack.com",
        ),
        *("list-manage.com", "convertkit.com", "beehiiv.com", "substack.com", "buttondown.com", "buttondown.email"),
        *(
            "convertkit-mail.com",
            "convertkit-mail2.com",
            "ck.page",
            "kit.com",
            "hubspot.com",
            "marketo.com",
            "patreon.com",
        ),
        *("amazon.com", "amazon.co.uk", "amazonaws.com", "cloudfront.net", "apple.com", "buysellads.com", "paved.com"),
        *("srv.buysellads.com", "carbonads.net", "doubleclick.net", "goto-webinar.com", "zoom.us", "gumroad.com"),
    )
)
"""Hosts that carry pages of many firms, so that the host names none of them."""

_CAPITALISED = r"[A-Z0-9][\w.&'’+-]*(?:\s+[A-Z0-9][\w.&'’+-]*){0,3}"
_BY_AT_END = re.compile(rf"\b[Bb]y\s+({_CAPITALISED})\s*[.!]?$")
_SUBJECT = re.compile(
    rf"^({_CAPITALISED})(?:\s+(?:conf|conference|summit|event))?\s+(?:is|are|was|has|helps?|lets?|gives?|makes?|offers?|provides?|delivers?|builds?|built|puts?|runs?|sells?"
    r"|wants?|brings?|launch(?:es|ed)|released?|announced|introduces|just|now|can|will|and)\b"
)
_JOINING_WORDS = {"of", "the", "and", "for", "&", "by"}
_ENDINGS = re.compile(r"\s+(?:logo|banner|icon|sponsor|ad)$", re.IGNORECASE)
_HOST_AFFIXES = re.compile(r"^(?:get|try|use|go|join|with|hello|meet)(?=.{4,})|(?<=.{4})(?:hq|app|inc|io|dev|labs)$")


@dataclass(frozen=True)
class SponsorClues:
    """What is known of an ad: the names said outright, the title of a partner's section, the copy itself."""

    said: tuple[str, ...]
    copy: Sequence[Block]
    section_name: str | None = None


def name_sponsor(clues: SponsorClues) -> str | None:
    """Return the sponsor's name as the issue spells it, else after its domain; None where a link hides who it is.

    In order of trust: a name said outright, the name of a partner's section, the domain's name as a title, link or
    picture spells it, "by" at the end of the title, the domain's name within the copy, the subject of the copy, the
    domain.
    """
    titles = list(_titles(clues.copy))
    body = one_line(" ".join(block.text for block in clues.copy))
    outright = next((name for said in clues.said if (name := as_company(said))), None) or clues.section_name
    name = outright or _infer(clues.copy, titles, body)
    return _best_spelling(name, [*titles, body]) if name and (name.isupper() or name.islower()) else name


def _infer(copy: Sequence[Block], titles: Sequence[str], body: str) -> str | None:
    hosts = list(_naming_hosts(copy))
    spelled = _first(spell(host, titles, exact=True) for host in hosts)
    return (
        spelled
        or _first(_by_at_end(title) for title in titles[:2])
        or _first(spell(host, [body], exact=False) for host in hosts)
        or _subject(body, hosts)
        or _first(_from_host(host) for host in hosts)
    )


def _best_spelling(name: str, texts: Iterable[str]) -> str:
    """Return a name as the copy writes it with capitals, if it does ("ACME" in a label, "Acme" in the copy).

    Capitals of more than a word, or too long for an acronym, are no spelling.
    """
    for text in texts:
        for words in _spans(text):
            if compact(words) == compact(name) and not (words.isupper() or words.islower()):
                return words
    return name.title() if name.isupper() and (" " in name or len(name) > 6) else name


def as_company(text: str) -> str | None:
    """Return a name without what is said about it, or None where the words are no name but a title."""
    name = _ENDINGS.sub(
        "", re.split(r"[,;(|]|\s[-–—]\s|\.\s|\bwhich\b|\bwho\b", one_line(text))[0].strip(" .:!-–—\"'“”")
    )
    words = name.split()
    plain = [word for word in words if word[0].islower() and word not in _JOINING_WORDS]
    if not words or len(words) > 5 or (plain and len(words) > 1):
        return None
    return name


def spell(host_name: str, texts: Iterable[str], *, exact: bool) -> str | None:
    """Return the words that spell a domain's name ("Harbour Tools" for "harbourtools"), the longest match first.

    With `exact`, a whole text may also stand for half of the name or go beyond it ("maxi" for "maxigear").
    """
    best: tuple[float, str] | None = None
    for text in texts:
        for words in _spans(text):
            likeness = _likeness(words, host_name, is_whole=exact and words == one_line(text))
            if likeness and (best is None or likeness > best[0]):
                best = (likeness, words)
    return _ENDINGS.sub("", best[1]) if best else None


def _likeness(words: str, host_name: str, *, is_whole: bool) -> float:
    """Return how much of a domain's name some words spell, 0 where that is too little to tell."""
    spelled, wanted = compact(words.replace("&", " and ")), compact(host_name.split(".")[0])
    if spelled == wanted:
        return 2.0
    if spelled == compact(host_name) and host_name.count(".") == 1 and not words.islower():
        # The name goes on into the suffix, as in "Example Live" for "example.live".
        return 1.5 if "." in words else 2.5
    if len(spelled) < 3 or "." in words or not (wanted.startswith(spelled) or spelled.startswith(wanted)):
        return 0.0
    share = min(len(spelled), len(wanted)) / max(len(spelled), len(wanted))
    if not is_whole and spelled.startswith(wanted):
        return 0.0
    return share if share >= (0.5 if is_whole else 0.7) else 0.0


def _spans(text: str) -> Iterator[str]:
    """Yield the runs of one to five words that could be a name, and the whole text if it is short."""
    line = one_line(text)
    words = list(islice(re.finditer(r"\w[\w.&'’+-]*", line), 400))
    for first, word in enumerate(words):
        if not (word[0][0].isupper() or word[0][0].isdigit() or len(words) <= 3):
            continue
        for last in words[first : first + 5]:
            yield re.sub(r"['’]s$", "", line[word.start() : last.end()].rstrip(".'’-"))


def _titles(copy: Sequence[Block]) -> Iterator[str]:
    """Yield the texts that stand out in an ad: headings, links, pictures, what is set off, a title before a colon."""
    for block in copy:
        if block.is_heading:
            yield block.text
        for text in (*(link.text for link in block.links), *block.runs):
            if text and not text.startswith(("http://", "https://", "www.")):
                yield _ENDINGS.sub("", text)
        if ":" in block.text[:60]:
            yield block.text.split(":")[0]


def _naming_hosts(copy: Sequence[Block]) -> Iterator[str]:
    """Yield the domains that the copy links to, in order, without those that say nothing and without "get" and "hq"."""
    for link in (link for block in copy for link in block.web_links):
        domain, host = registrable_domain(link.url), host_of(link.url)
        if domain and not {domain, host} & (SHORTENERS | PLATFORMS):
            name, _, suffix = domain.partition(".")
            yield f"{_HOST_AFFIXES.sub('', name)}.{suffix}"


def _by_at_end(title: str) -> str | None:
    match = _BY_AT_END.search(title)
    return match[1].rstrip(".") if match else None


def _subject(body: str, hosts: Sequence[str]) -> str | None:
    """Return whom the first sentence is about, where the link does not speak against it."""
    match = _SUBJECT.match(body)
    name = as_company(match[1]) if match else None
    if not name:
        return None
    return name if not hosts or any(compact(name)[:4] == compact(host)[:4] for host in hosts) else None


def _from_host(host: str) -> str | None:
    words = host.split(".")[0].replace("-", " ").strip()
    return words.title() if words and not words.isdigit() else None


def _first(names: Iterable[str | None]) -> str | None:
    return next((name for name in names if name), None)
