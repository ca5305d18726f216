"""Reads a page strictly: what a browser would forgive, this reports."""

from collections.abc import Collection
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import ClassVar

Attributes = dict[str, str | None]


@dataclass
class Element:
    """One start tag with its attributes and its ancestors' names."""

    tag: str
    attributes: Attributes
    ancestors: tuple[str, ...]


@dataclass
class Markup(HTMLParser):
    """All elements of a page in order, and `faults`: tags left open, crossed or closed twice."""

    VOID: ClassVar[set[str]] = {"meta", "link", "br", "input", "img", "hr", "source"}
    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    @classmethod
    def read(cls, html: str) -> "Markup":
        """Parse a page or a fragment to its end."""
        page = cls()
        page.feed(html)
        page.close()
        page.faults += [f"<{tag}> is never closed" for tag in page._open]
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice: {names}")
        self.elements.append(Element(tag, dict(attrs), tuple(self._open)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs), tuple(self._open)))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.faults.append(f"</{tag}> closes {self._open[-1] if self._open else 'nothing'}")

    def all(self, *tags: str) -> list[Element]:
        """Elements of these names, in order."""
        return [element for element in self.elements if element.tag in tags]


def faults_of(html: str, *, known_ids: Collection[str] = ()) -> list[str]:
    """Sentences about what is wrong: structure, ids, references, names of fields, and what a strict CSP would refuse.

    `known_ids` are ids of the page that a fragment may refer to.
    """
    page = Markup.read(html)
    ids = [str(element.attributes["id"]) for element in page.elements if "id" in element.attributes]
    there = {*ids, *known_ids}
    faults = list(page.faults)
    faults += [f"id {one!r} stands {ids.count(one)} times" for one in sorted(set(ids)) if ids.count(one) > 1]
    labelled = {element.attributes.get("for") for element in page.all("label")}
    for element in page.elements:
        given = element.attributes
        for name in ("for", "aria-labelledby", "aria-describedby", "form", "list"):
            faults += [f"{name} leads to no id {one!r}" for one in (given.get(name) or "").split() if one not in there]
        if "style" in given or any(name.startswith("on") for name in given):
            faults.append(f"<{element.tag}> has an inline style or script")
        if element.tag == "script" and "src" not in given and given.get("type") != "application/json":
            faults.append("an inline script")
        if element.tag == "style":
            faults.append("an inline style sheet")
        if not _has_name(element, labelled):
            faults.append(f"<{element.tag} id={given.get('id')!r} name={given.get('name')!r}> has no label")
    return faults


def _has_name(element: Element, labelled: set[str | None]) -> bool:
    """Whether a field has a label; anything that is no field passes."""
    given = element.attributes
    if element.tag not in ("input", "select", "textarea") or given.get("type") in ("hidden", "submit"):
        return True
    return bool(given.get("aria-label")) or given.get("id") in labelled or "label" in element.ancestors
