"""Moving clicks from the spool into the database, each exactly once; asking a publisher's domain whether it leads here."""

import logging
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sponsorship.core.db import transaction
from sponsorship.core.tokens import new_token
from sponsorship.tracking.fastlane import Importer
from sponsorship.tracking.gateway import LinkHostGateway
from sponsorship.tracking.queries import settings_of, spool_positions
from sponsorship.tracking.rules.hosts import host_proof, on_host
from sponsorship.tracking.services import note_host_check, note_position, record_spooled

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Imported:
    """What one run brought: clicks kept, damaged lines left out, files that are done with."""

    clicks: int = 0
    damaged: int = 0
    files: int = 0


def import_spool(importer: Importer, now: datetime) -> Imported:
    """Read the spool to its present end; a second importer beside this one does nothing."""
    total = Imported()
    with importer.alone() as is_alone:
        while is_alone and importer.has_news():
            states = importer.remember()
            step, is_whole = _import_once(importer, list(states), now)
            total = Imported(total.clicks + step.clicks, total.damaged + step.damaged, total.files + step.files)
            if is_whole:
                importer.all_read(states)
    return total


def _import_once(importer: Importer, names: list[str], now: datetime) -> tuple[Imported, bool]:
    """One transaction: a piece of every file; True where nothing was left. A file is removed once the database has it whole."""
    with transaction() as session:
        positions = spool_positions(session, names)
        found = [
            unread for name in names if (unread := importer.read(name, positions.get(name, (0, 0))[0])) is not None
        ]
        records = sorted((record for unread in found for record in unread.records), key=lambda record: record.at)
        kept = record_spooled(session, records=records, now=now) if records else 0
        for unread in found:
            if unread.is_finished or (unread.end, unread.lost) != positions.get(unread.name):
                note_position(
                    session, name=unread.name, position=unread.end, clicks=len(unread.records), damaged=unread.damaged,
                    lost=unread.lost, now=now, is_finished=unread.is_finished,
                )  # fmt: skip
    for unread in found:
        if unread.is_finished:
            importer.remove(unread.name)
    damaged = sum(unread.damaged for unread in found)
    if damaged:
        log.warning("%s damaged lines of the spool were left out", damaged)
    return Imported(kept, damaged, sum(unread.is_finished for unread in found)), not records


def check_link_host(
    gateway: LinkHostGateway, *, newsletter_id: int, check_url: str, secret: bytes, now: datetime
) -> str | None:
    """Ask a newsletter's own domain whether it leads here, and keep the answer; returns what is wrong, None where nothing is.

    `check_url` is the check's address on the desk, a nonce still to follow. Links stand on the domain once it has proved itself;
    one that fails a later check is used no more for new issues.
    """
    with transaction() as session:
        host = settings_of(session, newsletter_id).link_host
    if host is None:
        return None
    nonce = new_token()
    answer = gateway.ask(f"{on_host(check_url, host)}{nonce}", host_proof(secret, nonce))
    with transaction() as session:
        note_host_check(
            session,
            newsletter_id=newsletter_id,
            host=host,
            fault=answer.fault,
            desk=urlsplit(check_url).hostname or "",
            now=now,
        )
        return settings_of(session, newsletter_id).link_host_fault
