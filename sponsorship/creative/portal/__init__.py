"""The sponsor's side of copy."""

from sponsorship.creative.portal import talking, writing
from sponsorship.creative.portal.door import blueprint

__all__ = ["blueprint", "talking", "writing"]
