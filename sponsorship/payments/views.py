"""The publisher's pages of payments."""

from sponsorship.payments.portal import blueprint

__all__ = ["blueprint"]
