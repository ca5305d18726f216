"""What can be wrong with a file of the archive."""


class UnreadableIssue(Exception):
    """A file cannot be read as an issue; `message` says why in a sentence, and the other files are still read."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)
