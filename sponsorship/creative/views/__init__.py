"""The publisher's side of copy."""

from sponsorship.creative.portal import blueprint
from sponsorship.creative.views import queue

__all__ = ["blueprint", "queue"]
