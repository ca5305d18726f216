"""Shorthands of the archive's tests: an issue from a few lines, and what was found in it as plain tuples."""

from pathlib import Path

from sponsorship.archive.reader import read_issue
from sponsorship.archive.rules import ReadIssue

FIXTURES = Path(__file__).parent / "fixtures"


def read(text: str, name: str = "weekly/issue.md") -> ReadIssue:
    """Read an issue from text."""
    return read_issue(name, text.encode())


def read_fixture(name: str) -> ReadIssue:
    """Read an issue from the folder of fixtures."""
    return read_issue(name, (FIXTURES / name).read_bytes())


def brief(issue: ReadIssue) -> list[tuple[str, str | None, str | None]]:
    """Return slot, sponsor and link of each placement."""
    return [(each.slot.value, each.sponsor, each.url) for each in issue.placements]


def lines(issue: ReadIssue) -> list[tuple[int, int]]:
    """Return the first and last line of each placement."""
    return [(each.line_start, each.line_end) for each in issue.placements]
