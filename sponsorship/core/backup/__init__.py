"""Backups: the database as of one moment and the clicks that wait, in one file that is proved by restoring it."""

from sponsorship.core.backup.archive import Manifest, read_manifest
from sponsorship.core.backup.making import Backup, back_up, drop_old
from sponsorship.core.backup.restoring import bring_back, holds_work, prove

__all__ = ["Backup", "Manifest", "back_up", "bring_back", "drop_old", "holds_work", "prove", "read_manifest"]
