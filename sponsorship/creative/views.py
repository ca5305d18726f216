"""The publisher's pages of creative."""

from sponsorship.creative.portal import blueprint

__all__ = ["blueprint"]
