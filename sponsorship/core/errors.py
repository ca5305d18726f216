"""Errors that are facts of the domain: each carries a sentence for the person who meets it, and an HTTP status."""


class DomainError(Exception):
    """A refusal that the user can understand; `message` is shown as it stands, `status` answers the request."""

    status = 422
    message = "That cannot be done."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)


class NotFound(DomainError):
    """The object does not exist, or is not the viewer's to see: both look the same from outside."""

    status = 404
    message = "There is nothing at this address."


class NotAllowed(DomainError):
    """The viewer belongs here, and their role does not cover this act."""

    status = 403
    message = "Your role does not cover this. Ask the owner of the newsletter."


class InvalidTransition(DomainError):
    """A state machine was asked for a step that its table does not have."""

    status = 409
    message = "This has moved on in the meantime. Look at its present state and try again."


class NotAnInstallation(DomainError):
    """The settings contradict each other, so the program refuses to start."""

    status = 500


class BackupFailed(DomainError):
    """A backup could not be made or proved, for a reason outside Flatplan."""

    status = 500


class BackupUnusable(DomainError):
    """A file is not a backup, is damaged, or does not fit this installation; nothing was changed."""
