"""What can go wrong between a sponsor's copy and the publisher's yes."""

from sponsorship.core.errors import DomainError, InvalidTransition


class CopyInvalid(DomainError):
    """The copy is over a limit, or its link is none; `problems` has a sentence for each field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class CopyLocked(InvalidTransition):
    """The copy is with the publisher or approved: it is not written on now."""


class CopyClosed(DomainError):
    """Nothing can be printed for this booking: it is not confirmed, or its issue went out."""

    status = 409


class NewerVersion(DomainError):
    """What was read is no longer what is there."""

    status = 409
    message = "A newer version came in while you read. Read it, then decide."


class FindingsOpen(DomainError):
    """A finding that stops the copy is open: it is waived, or the copy is changed, before the copy is approved."""

    status = 409


class NoteMissing(DomainError):
    """Whoever asks for changes says which."""

    message = "Say what they should change."


class CopyUnchanged(DomainError):
    """An edit that changes no word is none."""

    message = "Nothing is changed yet."


class ConsentMissing(DomainError):
    """The publisher changed the copy, and the sponsor has not agreed."""

    status = 409
    message = "The sponsor has not agreed to your changes yet. Wait for the answer, or note how they agreed."


class NothingAsked(DomainError):
    """There is no edit that waits for an answer."""

    status = 409
    message = "There is no change that waits for your answer any more. Look at the copy as it is now."
