"""Where each link leads, as a web server keeps it in memory, and its copy on disk for a restart without the database."""

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Destination:
    """A link: its row, its issue, and the approved address, in characters that a header may hold.

    Where it carries a click id, the id goes between `location` and `fragment`.
    """

    link_id: int
    issue_id: int
    location: str
    fragment: str = ""
    carries_click_id: bool = False


@dataclass(frozen=True, slots=True)
class LinkBook:
    """All links by token, and the keys that readers are hashed with: an issue's own, or the day's where that is deleted."""

    generation: int
    links: dict[str, Destination] = field(default_factory=dict)
    keys: dict[int, bytes] = field(default_factory=dict)
    late_key: bytes = b""

    def key_of(self, issue_id: int) -> bytes:
        """The key for an issue's readers."""
        return self.keys.get(issue_id) or self.late_key


def read_snapshot(path: Path) -> LinkBook | None:
    """Return the book that was written down last, or None where there is none that can be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return LinkBook(
            kept["generation"],
            {token: Destination(*fields) for token, fields in kept["links"].items()},
            {int(issue_id): bytes.fromhex(key) for issue_id, key in kept["keys"].items()},
            bytes.fromhex(kept["late_key"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("the links that were written down at %s cannot be read", path.name)
        return None


def write_snapshot(path: Path, book: LinkBook) -> None:
    """Write the book beside the spool, for this user's eyes only; the old one stays until the new one is whole."""
    kept = {
        "generation": book.generation,
        "links": {
            token: [one.link_id, one.issue_id, one.location, one.fragment, one.carries_click_id]
            for token, one in book.links.items()
        },
        "keys": {str(issue_id): key.hex() for issue_id, key in book.keys.items()},
        "late_key": book.late_key.hex(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, separators=(",", ":"))
    draft.replace(path)


def delete_snapshot(path: Path) -> None:
    """Delete what was written down: it may hold keys that are deleted. Web servers write it anew within a second."""
    path.unlink(missing_ok=True)
