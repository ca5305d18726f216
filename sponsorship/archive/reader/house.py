"""The publisher's own filler: space offered to sponsors, and the publisher's own things under a sponsor's heading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sponsorship.archive.reader.blocks import Block, Document, compact, has_link
from sponsorship.archive.reader.markers import SOCIAL_HOSTS, MarkReader
from sponsorship.archive.reader.sponsors import PLATFORMS
from sponsorship.core.urls import domain_name, host_of, registrable_domain

_FREE_MAIL = {"gmail", "outlook", "hotmail", "yahoo", "icloud", "proton", "protonmail", "gmx", "live", "me"}
_OWN_PAGES = re.compile(
    r"unsubscribe|preferences|subscribe|view (?:this|it|in)|in your browser|archive|past issues|website|home\s?page",
    re.I,
)
_OWN_WORK = re.compile(
    r"\bI(?:'ve| have)?\s+(?:just\s+|also\s+|recently\s+)?"
    r"(?:created|wrote|written|made|built|published|released|launched|recorded)\b"
)
_FOOT_SHARE, _FOOT_BLOCKS = 0.15, 3


@dataclass(frozen=True)
class Publisher:
    """What the newsletter calls itself, its domains and its accounts, as letters and figures only."""

    names: frozenset[str]

    def owns(self, blocks: Sequence[Block]) -> bool:
        """Say whether all links of an ad lead to the publisher's own pages."""
        links = [link for block in blocks for link in block.web_links]
        return bool(links) and all(self._owns_link(link.url) for link in links)

    def _owns_link(self, url: str) -> bool:
        domain, name = compact(registrable_domain(url) or ""), compact(domain_name(url) or "")
        return domain in self.names or name in self.names


def find_publisher(document: Document, newsletter: str | None) -> Publisher:
    """Gather what an issue shows of its publisher: name, mail addresses, pages for readers, accounts at the foot."""
    names = {compact(newsletter)} if newsletter else set()
    foot = min(len(document.blocks) * (1 - _FOOT_SHARE), len(document.blocks) - _FOOT_BLOCKS)
    for place, block in enumerate(document.blocks):
        for link in block.links:
            if link.url.lower().startswith("mailto:"):
                names |= _names_in_mail(link.url)
            elif link.is_web and host_of(link.url) in SOCIAL_HOSTS:
                names |= _names_of_account(link.url) if place >= foot and link.is_image else set()
            elif link.is_web and _OWN_PAGES.search(link.text) and place >= foot:
                domain = registrable_domain(link.url) or ""
                names |= set() if domain in PLATFORMS else {compact(domain)}
    return Publisher(frozenset(name for name in names if len(name) > 2))


def is_own_work(text: str) -> bool:
    """Say whether the editor speaks of something made by the editor."""
    return bool(_OWN_WORK.search(text.replace("’", "'"))) and bool(re.search(r"\bmy\b", text))


def is_offer_of_space(blocks: Sequence[Block], marks: MarkReader) -> bool:
    """Say whether an ad offers the newsletter's space: in its first words, or wherever it has a link."""
    texts = [block for block in blocks if block.text]
    offers = [block for block in texts if marks.calls_for_sponsors(block.text)]
    others = [block for block in texts if block not in offers]
    return bool(offers) and (offers[0] is texts[0] or not has_link(others))


def _names_in_mail(url: str) -> set[str]:
    domain = url.split("?")[0].rpartition("@")[2]
    name = domain_name(domain) or ""
    return set() if name in _FREE_MAIL else {compact(name), compact(domain)}


def _names_of_account(url: str) -> set[str]:
    path = [part for part in urlsplit(url).path.split("/") if part not in ("", "company", "in")]
    return {compact(path[0])} if path else set()
