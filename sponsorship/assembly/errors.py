"""Why an issue cannot be marked as sent, or a draft not be kept."""

from sponsorship.core.errors import DomainError


class NotReady(DomainError):
    """Something in the preflight stops the issue."""

    status = 409


class DraftInvalid(DomainError):
    """A draft that is empty, too long, or holds what no text has."""

    message = "Paste your draft first: there is nothing in it."


class PrintInvalid(DomainError):
    """A whole issue was asked for and not given, or what was given is not one."""

    message = "Paste the issue, or choose its file: there is nothing here yet."
