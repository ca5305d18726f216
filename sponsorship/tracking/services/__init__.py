"""Writes about tracked links, clicks and what the mail provider counted."""

from sponsorship.tracking.services.clicks import note_position, record_clicks, record_spooled
from sponsorship.tracking.services.conversions import record_conversion
from sponsorship.tracking.services.exports import ImportedExport, import_export
from sponsorship.tracking.services.keys import forget_readers
from sponsorship.tracking.services.links import make_links, make_trap, move_links, repoint_links
from sponsorship.tracking.services.recompute import Recomputed, recompute_issue
from sponsorship.tracking.services.retention import forget_agents
from sponsorship.tracking.services.settings import TrackingChoice, change_settings, note_host_check
from sponsorship.tracking.services.statistics import (
    ImportedStatistics,
    enter_statistics,
    import_link_counts,
    import_mailings,
)

__all__ = [
    "ImportedExport", "ImportedStatistics", "Recomputed", "TrackingChoice", "change_settings", "enter_statistics",
    "forget_agents", "forget_readers", "import_export", "import_link_counts", "import_mailings", "make_links", "make_trap",
    "move_links", "note_host_check", "note_position", "recompute_issue", "record_clicks", "record_conversion",
    "record_spooled", "repoint_links",
]  # fmt: skip
