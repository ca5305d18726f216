"""Importing a mail provider's click export: a million rows in one transaction, twice without doubling."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sponsorship.inventory.models import Issue
from sponsorship.tracking.models import ProviderClick, ProviderLink
from sponsorship.tracking.queries import bookings_behind
from sponsorship.tracking.rules.exports import NAMES_TOLD, BadRow, ExportColumn, row_reader

PIECE = 200_000
CACHE_KILOBYTES = 262_144
INSERT = "INSERT INTO provider_click (link_id, digest, at, reader) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
STAGE = "CREATE TEMP TABLE staged (link_id int, digest bigint, at bigint, reader bigint) ON COMMIT DROP"
FROM_STAGE = "INSERT INTO provider_click SELECT DISTINCT ON (link_id, digest) * FROM staged ON CONFLICT DO NOTHING"


@dataclass(slots=True)
class ImportedExport:
    """What an import brought: rows read, clicks that are new, rows left out, the first of them named."""

    rows: int = 0
    new: int = 0
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)


def import_export(
    session: Session,
    *,
    issue: Issue,
    lines: Iterable[str],
    columns: Mapping[ExportColumn, str],
    secret: bytes,
    progress: Callable[[int], object] = lambda rows: None,
) -> ImportedExport:
    """Read an export's lines, its heading first, and keep its clicks for one issue; rows that cannot be read are named.

    Each such link's sums are made anew. A link is a booking's where it is one of ours or leads where the booking's links lead.
    """
    reader = csv.reader(lines)
    header = next(reader)
    read = row_reader(header, columns, secret)
    done = ImportedExport()
    links: dict[str, int] = {}
    raw = session.connection().connection.driver_connection
    store = _store_postgresql if session.connection().dialect.name == "postgresql" else _store_sqlite
    before = _count(session, issue)
    while True:
        rows: list[tuple[int, int, int, int]] = []
        first = done.rows
        for row in islice(reader, PIECE):  # never held as a list: the collector would walk over it again and again
            done.rows += 1
            try:
                url, digest, at, who = read(row)
            except (ValueError, IndexError) as error:
                _leave_out(done, error)
                continue
            link_id = links.get(url)
            if link_id is None:
                link_id = links[url] = _link(session, issue, url).id
            rows.append((link_id, digest, at, who))
        if done.rows == first:
            break
        rows.sort()  # in the order of the table: its pages are written once
        store(raw, rows)
        progress(done.rows)
    _sum_up(session, issue)
    done.new = _count(session, issue) - before
    return done


def _leave_out(done: ImportedExport, error: Exception) -> None:
    """Count the row read last as bad, and name it by its line while there are few; the heading is line 1."""
    done.bad += 1
    if len(done.bad_rows) < NAMES_TOLD:
        reason = "too few columns" if isinstance(error, IndexError) else str(error)
        done.bad_rows.append(BadRow(1 + done.rows, reason))


def _store_sqlite(raw: Any, rows: Sequence[tuple[int, int, int, int]]) -> None:
    raw.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
    raw.executemany(INSERT, rows)


def _store_postgresql(raw: Any, rows: Sequence[tuple[int, int, int, int]]) -> None:
    with raw.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged")
        cursor.execute(STAGE)
        with cursor.copy("COPY staged FROM STDIN") as copy:
            copy.write("".join(f"{link}\t{digest}\t{at}\t{who}\n" for link, digest, at, who in rows))
        cursor.execute(FROM_STAGE)


def _count(session: Session, issue: Issue) -> int:
    query = (
        select(func.count())
        .select_from(ProviderClick)
        .join(ProviderLink, ProviderLink.id == ProviderClick.link_id)
        .where(ProviderLink.issue_id == issue.id)
    )
    return session.scalar(query) or 0


def _link(session: Session, issue: Issue, url: str) -> ProviderLink:
    digest = hashlib.sha256(url.encode()).hexdigest()
    query = select(ProviderLink).where(ProviderLink.issue_id == issue.id, ProviderLink.digest == digest)
    link = session.scalars(query).one_or_none()
    if link is None:
        link = ProviderLink(
            issue_id=issue.id, digest=digest, url=url, booking_id=bookings_behind(session, issue.id, [url])[url]
        )
        session.add(link)
        session.flush()
    return link


def _sum_up(session: Session, issue: Issue) -> None:
    clicks = select(func.count()).where(ProviderClick.link_id == ProviderLink.id).scalar_subquery()
    readers = (
        select(func.count(ProviderClick.reader.distinct()))
        .where(ProviderClick.link_id == ProviderLink.id)
        .scalar_subquery()
    )
    has_clicks = select(ProviderClick.link_id).where(ProviderClick.link_id == ProviderLink.id).exists()
    of_issue = update(ProviderLink).where(ProviderLink.issue_id == issue.id, has_clicks)
    session.execute(of_issue.values(clicks=clicks, readers=readers), execution_options={"synchronize_session": False})
