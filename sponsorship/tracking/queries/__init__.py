"""Reads about tracked links, clicks and what the mail provider counted."""

from sponsorship.tracking.queries.conversions import ConversionCount, conversions_of
from sponsorship.tracking.queries.counts import (
    ClickCount,
    HourCount,
    SpoolSums,
    clicks_by_booking,
    clicks_by_hour,
    clicks_by_position,
    exclusions_of,
    issues_with_clicks,
    rules_of,
    spool_sums,
)
from sponsorship.tracking.queries.links import (
    TeamSessions,
    destination_changes,
    find_trap,
    get_destination,
    link_book,
    link_host_of,
    links_of,
    newsletter_of,
    settings_of,
    spool_positions,
    teams_behind,
)
from sponsorship.tracking.queries.mailings import (
    ProviderCount,
    bookings_behind,
    provider_counts,
    sent_issues,
    statistics_of,
)

__all__ = [
    "ClickCount", "ConversionCount", "HourCount", "ProviderCount", "SpoolSums", "TeamSessions", "bookings_behind",
    "clicks_by_booking", "clicks_by_hour", "clicks_by_position", "conversions_of", "destination_changes",
    "exclusions_of", "find_trap", "get_destination", "issues_with_clicks", "link_book", "link_host_of", "links_of",
    "newsletter_of", "provider_counts", "rules_of", "sent_issues", "settings_of", "spool_positions", "spool_sums",
    "statistics_of", "teams_behind",
]  # fmt: skip
