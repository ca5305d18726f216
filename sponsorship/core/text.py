"""Counting copy: the same rule in the browser (static/js/editor.js) and here."""

import re
import unicodedata
from enum import StrEnum


class LimitUnit(StrEnum):
    """What a copy limit counts."""

    WORDS = "words"
    CHARACTERS = "characters"

    @property
    def label(self) -> str:
        """The word that stands after the figure."""
        return self.value


def count_units(text: str, unit: LimitUnit) -> int:
    """Count runs of non-blank characters (words), or code points of the trimmed text, a line break as one (characters)."""
    return len(text.split()) if unit is LimitUnit.WORDS else len(text.replace("\r\n", "\n").strip())


def clean_line(text: str) -> str:
    """Return the text on one line: control characters out, runs of blanks as one, ends trimmed."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(kept.split())


def slugify(text: str) -> str:
    """Return lower-case ASCII words joined by hyphens, for addresses; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower()))
