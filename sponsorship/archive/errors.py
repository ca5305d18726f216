"""What can be wrong with a file of the archive."""

from sponsorship.core.errors import DomainError


class UnreadableIssue(DomainError):
    """A file cannot be read as an issue; `message` says why in a sentence, and the other files are still read."""


class IssueContradicts(DomainError):
    """A file tells of an issue that another file, or the calendar, already knows differently."""
