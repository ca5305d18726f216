"""Past issues into the database: what ran, for whom, with which words."""

from sponsorship.archive.services.import_issue import ImportedIssue, ImportOutcome, import_issue
from sponsorship.archive.services.newsletter import make_sure_of_newsletter

__all__ = ["ImportOutcome", "ImportedIssue", "import_issue", "make_sure_of_newsletter"]
