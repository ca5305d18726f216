"""Why an issue cannot be marked as sent, or a draft not be kept."""

from sponsorship.core.errors import DomainError


class NotReady(DomainError):
    """Something in the preflight stops the issue."""

    status = 409


class DraftInvalid(DomainError):
    """A draft that is empty, too long, or holds what no text has."""

    message = "Paste your draft first: there is nothing in it."
