"""What can go wrong when the demo is made."""

from sponsorship.core.errors import DomainError


class NotADemo(DomainError):
    """The database belongs to somebody: invented sponsors have no business in it."""

    status = 409
    message = (
        "This database holds a newsletter that is not the demo's, so nothing was added to it. "
        "Point DATABASE_URL at an empty database for a demo."
    )
