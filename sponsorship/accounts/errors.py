"""What can go wrong when somebody signs in."""

from sponsorship.core.errors import DomainError


class LinkNotUsable(DomainError):
    """The link is unknown, used up or too old; which of them is nobody's business."""

    status = 410
    message = "This link has been used, or its ten minutes are over. Ask for a new one."


class CodeWrong(DomainError):
    """The code does not belong to the link that this browser asked for, or was tried too often."""

    message = "That is not the code from our latest mail. After five tries the code is void: ask for a new link."


class TooManyLinks(DomainError):
    """One address cannot be sent mail without end."""

    status = 429
    message = "We have sent several links to that address within the hour. Look in its inbox and in spam, or try later."


class NoPublisherLeft(DomainError):
    """A newsletter's last publisher cannot go, or take a smaller role."""

    status = 409
    message = "Somebody has to publish it. Make another person its publisher first."
