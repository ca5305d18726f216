"""Rows of tracking: links, clicks and their sums, what the mail provider counted."""

from sponsorship.tracking.models.clicks import (
    Click,
    ClickHour,
    ClickHourExclusion,
    ClickRulesUsed,
    SpoolFile,
    UserAgent,
)
from sponsorship.tracking.models.links import (
    DestinationChange,
    LateReaderKey,
    LinkRegister,
    ReaderKey,
    TrackedLink,
    TrackingSettings,
)
from sponsorship.tracking.models.statistics import Conversion, MailingStatistics, ProviderClick, ProviderLink

__all__ = [
    "Click", "ClickHour", "ClickHourExclusion", "ClickRulesUsed", "Conversion", "DestinationChange", "LateReaderKey",
    "LinkRegister", "MailingStatistics", "ProviderClick", "ProviderLink", "ReaderKey", "SpoolFile", "TrackedLink",
    "TrackingSettings", "UserAgent",
]  # fmt: skip
