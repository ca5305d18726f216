"""Writes of reporting: shared links, mailed reports, exports on record."""

from sponsorship.reporting.services.exports import (
    record_export,
)

__all__ = [
    "record_export",
]
