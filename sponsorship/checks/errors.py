"""What can go wrong when a finding is decided on."""

from sponsorship.core.errors import DomainError


class ReasonMissing(DomainError):
    """A finding is waived for a reason, and the reason is kept."""

    message = "Say why it may run: the reason is kept beside the finding."


class AlreadyDecided(DomainError):
    """The finding was waived already, or is no longer true."""

    status = 409
    message = "This finding is no longer open: it was waived, or the copy has changed. Look at the copy again."
