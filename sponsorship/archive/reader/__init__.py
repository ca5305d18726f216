"""Reads a published issue: text in, placements out. It knows no database and asks nobody over the network."""

from sponsorship.archive.reader.formats import BUILT_IN
from sponsorship.archive.reader.issue import OpenedIssue, open_issue, read_issue, scan_line

__all__ = ["BUILT_IN", "OpenedIssue", "open_issue", "read_issue", "scan_line"]
