"""Writes about tracked links, clicks and what the mail provider counted."""

from sponsorship.tracking.services.clicks import note_position, record_clicks, record_spooled
from sponsorship.tracking.services.exports import ImportedExport, import_export
from sponsorship.tracking.services.keys import forget_readers
from sponsorship.tracking.services.links import make_links, make_trap, move_links, repoint_links
from sponsorship.tracking.services.recompute import Recomputed, recompute_issue
from sponsorship.tracking.services.retention import forget_agents
from sponsorship.tracking.services.statistics import enter_statistics

__all__ = [
    "ImportedExport", "Recomputed", "enter_statistics", "forget_agents", "forget_readers", "import_export",
    "make_links", "make_trap", "move_links", "note_position", "recompute_issue", "record_clicks", "record_spooled",
    "repoint_links",
]  # fmt: skip
