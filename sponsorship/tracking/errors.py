"""What tracking refuses, each with its sentence."""

from sponsorship.core.errors import DomainError


class NoLinks(DomainError):
    """The booking's copy is not approved yet, so nothing leads anywhere."""

    status = 409
    message = "This placement has no links yet: they are made when its copy is approved."


class DestinationUnchanged(DomainError):
    """The links lead there already."""

    message = "The links lead there already. Type another address."
