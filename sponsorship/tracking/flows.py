"""Moving clicks from the spool into the database: each exactly once, its position with it."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sponsorship.core.db import transaction
from sponsorship.tracking.fastlane import Importer
from sponsorship.tracking.queries import spool_positions
from sponsorship.tracking.services import note_position, record_spooled

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
