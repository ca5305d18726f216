"""The publisher's side of copy."""

from sponsorship.creative.portal import blueprint
from sponsorship.creative.views import copy, queue, settings

__all__ = ["blueprint", "copy", "queue", "settings"]
