"""The sponsor's side of copy."""

from sponsorship.creative.portal import writing
from sponsorship.creative.portal.door import blueprint

__all__ = ["blueprint", "writing"]
