"""Writes of reporting: shared links, mailed reports, exports on record."""

from sponsorship.reporting.services.exports import (
    record_export,
)
from sponsorship.reporting.services.mails import (
    mail_reports,
)
from sponsorship.reporting.services.shares import (
    revoke_share,
    share_report,
)
from sponsorship.reporting.services.tearsheets import (
    mail_tear_sheets,
    tear_sheet_pdf,
)

__all__ = [
    "mail_reports",
    "mail_tear_sheets",
    "record_export",
    "revoke_share",
    "share_report",
    "tear_sheet_pdf",
]
