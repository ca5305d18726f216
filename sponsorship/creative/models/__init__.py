"""Rows of creative."""

from sponsorship.creative.models.copy import Creative, CreativeVersion, ReviewNote

__all__ = ["Creative", "CreativeVersion", "ReviewNote"]
