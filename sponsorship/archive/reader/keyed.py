"""Placements that stand in the front matter: a sponsor's name, link and copy as keys."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from sponsorship.archive.reader.blocks import Document, Link, one_line
from sponsorship.archive.reader.inline import read_inline
from sponsorship.archive.reader.markers import MarkReader
from sponsorship.archive.reader.sponsors import as_company
from sponsorship.archive.rules import FIRST_WORDS, FoundKind, FoundPlacement
from sponsorship.core.urls import is_web_url

_NAME_KEYS = ("name", "sponsor", "company", "brand", "advertiser")
_HEADING_KEYS = ("heading", "title", "headline", "tagline")
_TEXT_KEYS = ("body", "text", "copy", "description", "content", "blurb", "message", "summary", "html", "markdown")
_URL_KEYS = ("url", "link", "href", "cta_url", "website", "destination")
_CONFIDENCE, _WITHOUT_TEXT = 0.85, 0.6


def find_keyed(document: Document, marks: MarkReader) -> list[FoundPlacement]:
    """Return the placements that the front matter gives, as a mapping, a list of them, or keys with one beginning.

    A name alone is no placement: a link is wanted too.
    """
    found = []
    for key in marks.description.front_matter_keys:
        value = document.keys.get(key)
        lines = document.key_lines.get(key, (1, 1))
        kind = FoundKind.PARTNER if key.startswith("partner") else FoundKind.PRIMARY
        kind = FoundKind.CLASSIFIED if key.startswith("classified") else kind
        each_lines = _lines_of_items(document.source, lines)
        for place, fields in enumerate(_mappings(value, key, document.keys)):
            is_listed = isinstance(value, list) and len(each_lines) == len(value)
            placement = _read_fields(fields, kind, each_lines[place] if is_listed else lines)
            if placement:
                found.append(placement)
    return found


def _lines_of_items(source: str, lines: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the first and last line of each item of a list that stands on some lines of the front matter."""
    numbered = list(enumerate(source.split("\n"), start=1))[lines[0] : lines[1]]
    starts = [number for number, line in numbered if line.lstrip().startswith("- ")]
    return [(start, end - 1) for start, end in pairwise([*starts, lines[1] + 1])]


def _mappings(value: object, key: str, keys: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield the fields of each placement below a key."""
    if isinstance(value, list):
        for each in value:
            if isinstance(each, Mapping):
                yield each
    elif isinstance(value, Mapping):
        nested = [each for each in value.values() if isinstance(each, Mapping)]
        yield from nested or [value]
    elif isinstance(value, str) and value:
        beginning = f"{key}_"
        beside = {name.removeprefix(beginning): each for name, each in keys.items() if name.startswith(beginning)}
        yield {"name": value, **beside}


def _read_fields(fields: Mapping[str, object], kind: FoundKind, lines: tuple[int, int]) -> FoundPlacement | None:
    inline = read_inline(_pick(fields, _TEXT_KEYS))
    heading = _pick(fields, _HEADING_KEYS)
    urls = [_pick(fields, _URL_KEYS), *(link.url for link in inline.links)]
    linked = tuple(dict.fromkeys(url for url in urls if is_web_url(url) and Link(url, "").is_web))
    if not linked:
        return None
    name = _pick(fields, _NAME_KEYS)
    body = "\n\n".join(text for text in (heading, one_line(inline.text)) if text)
    return FoundPlacement(
        slot=kind,
        sponsor=as_company(name) or name or None,
        heading="",
        first_words=" ".join((body or name).split()[:FIRST_WORDS]),
        url=linked[0],
        line_start=lines[0],
        line_end=lines[1],
        house=False,
        confidence=_CONFIDENCE if body else _WITHOUT_TEXT,
        body=body or name,
        body_source="\n\n".join(text for text in (heading, _pick(fields, _TEXT_KEYS)) if text)
        or f"[{name}]({linked[0]})",
        urls=linked,
    )


def _pick(fields: Mapping[str, object], names: tuple[str, ...]) -> str:
    """Return the first of some fields that has text."""
    return next((str(fields[name]) for name in names if isinstance(fields.get(name), str) and fields[name]), "")
