"""What can go wrong with a report."""

from sponsorship.core.errors import DomainError


class ShareOver(DomainError):
    """A shared link that has ended or was taken back; whoever holds it may know that there was a report."""

    status = 410
    message = "This link to a report has ended. Ask whoever sent it to you for a new one."


class ShareDaysInvalid(DomainError):
    """A link for a time that is not offered."""

    message = "A link to a report can be open for 7, 30 or 90 days."
