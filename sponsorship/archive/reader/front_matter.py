"""The keys above a Markdown issue: YAML between lines of dashes, or TOML between lines of plus signs."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

_OPENING = re.compile(r"\A\ufeff?\s*?(?P<fence>---|\+\+\+)[ \t]*\n")
_KEY = re.compile(r"^([A-Za-z_][\w .-]*?)\s*[:=](?:[ \t]+(.*)|[ \t]*)$")
_LONGEST = 64_000


@dataclass(frozen=True)
class FrontMatter:
    """The keys in lower case with their values as text, lists and mappings; the lines of each; the lines of all."""

    keys: Mapping[str, object]
    key_lines: Mapping[str, tuple[int, int]]
    lines: int
    notices: tuple[str, ...] = ()


def read_front_matter(text: str) -> FrontMatter:
    """Read the keys above an issue; an issue without them has none, and a broken line costs only itself.

    Every scalar stays the text that was written ("095" is no number, "2017-08-13" no date), tags are ignored.
    """
    opening = _OPENING.match(text)
    if not opening:
        return FrontMatter({}, {}, 0)
    fence = opening["fence"]
    closing = re.compile(rf"^{re.escape(fence)}[ \t]*$|^\.\.\.[ \t]*$", re.M).search(text, opening.end())
    if not closing or closing.start() - opening.end() > _LONGEST:
        return FrontMatter({}, {}, 0, ("The front matter is not closed, so it was read as part of the issue.",))
    inner = text[opening.end() : closing.start()]
    first_line = text.count("\n", 0, opening.end()) + 1
    keys = _read_toml(inner) if fence == "+++" else _read_yaml(inner)
    notices: tuple[str, ...] = ()
    if keys is None:
        keys = _read_lines(inner)
        notices = ("The front matter is not valid, so it was read line by line.",)
    if not keys and inner.strip():
        # A rule across the page is no opening of front matter.
        return FrontMatter({}, {}, 0)
    seen: dict[int, object] = {}
    tidy = {key.strip().lower(): _tidy(value, seen) for key, value in keys.items()}
    return FrontMatter(tidy, _locate(inner, first_line), text.count("\n", 0, closing.end()) + 1, notices)


def _read_yaml(inner: str) -> dict[str, object] | None:
    try:
        # BaseLoader builds text, lists and mappings only: nothing is executed and no octal or date is guessed.
        loaded = yaml.load(inner.replace("\t", "    "), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if loaded in (None, ""):
        return {}
    return {str(key): value for key, value in loaded.items()} if isinstance(loaded, dict) else None


def _read_toml(inner: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(inner)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _read_lines(inner: str) -> dict[str, object]:
    pairs = (match for line in inner.splitlines() if (match := _KEY.match(line.rstrip())))
    return {match[1]: _unquote((match[2] or "").strip()) for match in pairs}


def _unquote(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _tidy(value: object, seen: dict[int, object]) -> object:
    """Take the escapes of Markdown ("\\#346") and outer blanks from text; what YAML shares by an alias stays shared."""
    if not isinstance(value, Mapping | list):
        return re.sub(r"\\([#*_\[\]`!&+-])", r"\1", str(value)).strip()
    if id(value) not in seen:
        if isinstance(value, Mapping):
            seen[id(value)] = {str(key).strip().lower(): _tidy(each, seen) for key, each in value.items()}
        else:
            seen[id(value)] = [_tidy(each, seen) for each in value]
    return seen[id(value)]


def _locate(inner: str, first_line: int) -> dict[str, tuple[int, int]]:
    """Return the first and last line of each key at the margin, its indented lines and list included."""
    found: dict[str, tuple[int, int]] = {}
    current = ""
    for number, line in enumerate(inner.splitlines(), start=first_line):
        match = _KEY.match(line.rstrip())
        if match:
            current = match[1].strip().lower()
            found[current] = (number, number)
        elif current and line.strip():
            found[current] = (found[current][0], number)
    return found
