"""Writes about tracked links, clicks and what the mail provider counted."""

from sponsorship.tracking.services.clicks import forget_readers, record_click, record_clicks
from sponsorship.tracking.services.links import make_links, move_links
from sponsorship.tracking.services.statistics import enter_statistics

__all__ = ["enter_statistics", "forget_readers", "make_links", "move_links", "record_click", "record_clicks"]
