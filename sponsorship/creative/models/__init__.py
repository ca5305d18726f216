"""Rows of creative."""

from sponsorship.creative.models.copy import CopyComment, Creative, CreativeVersion, ReviewNote
from sponsorship.creative.models.deadline import CopyChase, CopySettings
from sponsorship.creative.models.writers import WriterLink

__all__ = ["CopyChase", "CopyComment", "CopySettings", "Creative", "CreativeVersion", "ReviewNote", "WriterLink"]
