"""Keeping what the mail provider counted: typed in, or read from its tables."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import MailingStatistics, ProviderClick, ProviderLink
from sponsorship.tracking.queries import bookings_behind
from sponsorship.tracking.rules.mailings import Counts, LinkRow

TYPED_IN = "typed in"


@dataclass(slots=True)
class ImportedStatistics:
    """What an import of a provider's table brought: figures that are new, that changed, and that were there already."""

    new: int = 0
    changed: int = 0
    same: int = 0


def enter_statistics(
    session: Session,
    *,
    issue: Issue,
    delivered: int,
    opens: int | None,
    clicks: int | None = None,
    unique_clicks: int | None = None,
    source: str = TYPED_IN,
    entered_by: str,
    now: datetime,
) -> MailingStatistics:
    """Keep what was counted for an issue; a second entry replaces the first, on record, and the same again changes nothing."""
    _check(delivered, opens, clicks, unique_clicks)
    row = session.get(MailingStatistics, issue.id)
    after = {"delivered": delivered, "opens": opens, "clicks": clicks, "unique_clicks": unique_clicks}
    before = {name: getattr(row, name) for name in after} if row else None
    if row is not None and before == after:
        return row
    if row is None:
        row = MailingStatistics(issue_id=issue.id)
        session.add(row)
    for name, value in after.items():
        setattr(row, name, value)
    row.source, row.entered_by, row.entered_at = source, entered_by, now
    session.flush()
    record_act(
        session, actor=entered_by, action="statistics_entered", object_type="issue", object_id=issue.id,
        newsletter_id=issue.newsletter_id, now=now, before=before, after=after | {"source": source},
    )  # fmt: skip
    return row


def _check(delivered: int, opens: int | None, clicks: int | None, unique_clicks: int | None) -> None:
    if delivered < 1:
        raise DomainError("At least one mail must have been delivered.")
    if opens is not None and not 0 <= opens <= delivered:
        raise DomainError("Opens are counted per reader here: they cannot exceed what was delivered.")
    if unique_clicks is not None and not 0 <= unique_clicks <= delivered:
        raise DomainError("Readers who clicked cannot be more than got the mail.")
    if clicks is not None and clicks < (unique_clicks or 0):
        raise DomainError("There cannot be fewer clicks than readers who clicked.")


def import_mailings(
    session: Session, *, mailings: Sequence[tuple[Issue, Counts]], source: str, entered_by: str, now: datetime
) -> ImportedStatistics:
    """Keep what a provider's table counted for issues; the same table again changes nothing.

    A figure that the table does not have stays as it was.
    """
    done = ImportedStatistics()
    for issue, counts in mailings:
        before = session.get(MailingStatistics, issue.id)
        known = {}
        for name in ("opens", "clicks", "unique_clicks"):
            told = getattr(counts, name)
            known[name] = told if told is not None or before is None else getattr(before, name)
        was = (before.delivered, before.opens, before.clicks, before.unique_clicks) if before else None
        row = enter_statistics(
            session, issue=issue, delivered=counts.delivered, source=source, entered_by=entered_by, now=now, **known
        )
        if was is None:
            done.new += 1
        elif was == (row.delivered, row.opens, row.clicks, row.unique_clicks):
            done.same += 1
        else:
            done.changed += 1
    return done


def import_link_counts(
    session: Session, *, issue: Issue, rows: Sequence[LinkRow], source: str, entered_by: str, now: datetime
) -> ImportedStatistics:
    """Keep what a provider counted for an issue's links; a link whose single clicks were imported keeps their sums.

    Rows of one address are added up, so the same table again changes nothing.
    """
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        clicks, readers = sums.get(row.url, (0, 0))
        sums[row.url] = clicks + row.clicks, readers + (row.readers or 0)
    bookings = bookings_behind(session, issue.id, sums)
    known = {
        link.digest: link for link in session.scalars(select(ProviderLink).where(ProviderLink.issue_id == issue.id))
    }
    ids = [link.id for link in known.values()]
    single = set(session.scalars(select(ProviderClick.link_id).where(ProviderClick.link_id.in_(ids)).distinct()))
    done = ImportedStatistics()
    for url, (clicks, readers) in sums.items():
        link = known.get(digest := hashlib.sha256(url.encode()).hexdigest())
        if link is None:
            session.add(
                ProviderLink(
                    issue_id=issue.id, digest=digest, url=url, booking_id=bookings[url], clicks=clicks, readers=readers
                )
            )
            done.new += 1
        elif link.id in single or (link.clicks, link.readers, link.booking_id) == (clicks, readers, bookings[url]):
            done.same += 1
        else:
            link.clicks, link.readers, link.booking_id = clicks, readers, bookings[url]
            done.changed += 1
    session.flush()
    if done.new or done.changed:
        record_act(
            session, actor=entered_by, action="link_counts_imported", object_type="issue", object_id=issue.id,
            newsletter_id=issue.newsletter_id, now=now, before=None,
            after={"links": len(sums), "new": done.new, "changed": done.changed, "source": source},
        )  # fmt: skip
    return done
