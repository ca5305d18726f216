"""Rows of creative."""

from sponsorship.creative.models.copy import CopyComment, Creative, CreativeVersion, ReviewNote
from sponsorship.creative.models.deadline import CopyChase, CopySettings

__all__ = ["CopyChase", "CopyComment", "CopySettings", "Creative", "CreativeVersion", "ReviewNote"]
