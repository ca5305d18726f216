"""The publisher's pages of booking."""

from sponsorship.booking.portal import blueprint

__all__ = ["blueprint"]
