"""The sponsor's side of copy."""

from sponsorship.creative.portal import talking, writers, writing
from sponsorship.creative.portal.door import blueprint

__all__ = ["blueprint", "talking", "writers", "writing"]
