"""Texts of the corpus for tests: passages to compare, and rows put in through the service."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.checks.models import CorpusText
from sponsorship.checks.rules import CopySource, Passage, destination_of
from sponsorship.checks.services import put_text
from sponsorship.inventory.models import Newsletter

WATCH = (
    "Cinderbox watches every process and network connection inside your running containers, and tells you when something"
    " new happens. One DaemonSet, no sidecars, under 1% CPU. Readers of the Runbook get 30 days on up to 20 nodes."
)
WATCH_EDITED = (
    "Cinderbox watches every process, file write and outbound connection inside your running containers, and speaks up"
    " when something new happens. One DaemonSet, no sidecars, and under 1% CPU. Readers get 60 days on up to 50 nodes."
)
BUILDS = (
    "Kestrel CI runs your builds on machines that are already warm. Bring the pipeline file that you have; the first"
    " thousand minutes of each month are free, and nobody will phone you about it."
)

FIRST_ISSUE, FIRST_DAY = 809, date(2026, 11, 1)
_ids = count(1)


def passage(issue_number: int = 812, **more: Any) -> Passage:
    """One Primary ad of Cinderbox; issues are a week apart, No. 809 runs on 1 November 2026."""
    values: dict[str, Any] = {
        "newsletter_id": 1, "source": CopySource.CREATIVE, "source_id": next(_ids), "issue_number": issue_number,
        "publish_on": day_of(issue_number), "placement_name": "Primary", "sponsor_id": None, "sponsor_name": "Cinderbox",
        "heading": "", "body": WATCH, "url": "https://cinderbox.example/runbook",
    }  # fmt: skip
    values |= more
    return Passage(**{"destination": destination_of(values["url"]), **values})


def day_of(issue_number: int) -> date:
    """The Sunday of an issue."""
    return FIRST_DAY + timedelta(weeks=issue_number - FIRST_ISSUE)


def put(session: Session, newsletter: Newsletter, now: datetime, issue_number: int = 812, **more: Any) -> CorpusText:
    """Put such a text into the corpus; give `source_id` to replace one."""
    values: dict[str, Any] = {
        "source": CopySource.CREATIVE, "source_id": next(_ids), "placement_name": "Primary", "sponsor_id": None,
        "sponsor_name": "Cinderbox", "heading": "", "body": WATCH, "url": "https://cinderbox.example/runbook",
    }  # fmt: skip
    return put_text(
        session, newsletter_id=newsletter.id, issue_number=issue_number, publish_on=day_of(issue_number), now=now,
        **(values | more),
    )  # fmt: skip
