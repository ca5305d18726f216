"""Reading spool files: whole lines only, from where the last reading ended; finished files are removed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sponsorship.tracking.fastlane.spool import SUFFIX
from sponsorship.tracking.rules.spool import HEADER_BYTES, Record, lost_of, read_record

CHUNK_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Unread:
    """What a file has beyond a position: whole records up to `end`, and whether its writer is gone and nothing follows."""

    name: str
    end: int
    records: list[Record]
    damaged: int
    lost: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class SpoolState:
    """What lies in the spool: files, bytes in all, and clicks that their writers counted as lost."""

    files: int
    size_bytes: int
    lost_by_file: dict[str, int]


class Importer:
    """The one reader of a spool folder: others that try while it reads find it busy."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._seen: dict[str, tuple[int, int, bool]] = {}

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the folder's lock; False where another importer has it or there is no folder yet."""
        try:
            fd = os.open(self.directory / "importer.lock", os.O_CREAT | os.O_RDWR, 0o600)
        except FileNotFoundError:
            yield False
            return
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(fd)

    def names(self) -> list[str]:
        """The spool files, oldest first."""
        return sorted(path.name for path in self.directory.glob(f"*{SUFFIX}"))

    def has_news(self) -> bool:
        """Whether any file has changed since it was last said to have been read whole."""
        return any(self._state(name) != self._seen.get(name) for name in self.names())

    def remember(self) -> dict[str, tuple[int, int, bool]]:
        """How the files stand now, for `all_read` once they have been read."""
        return {name: self._state(name) for name in self.names()}

    def all_read(self, states: dict[str, tuple[int, int, bool]]) -> None:
        """Take it that all that was there when `remember` was asked is in the database."""
        self._seen = states

    def _state(self, name: str) -> tuple[int, int, bool]:
        try:
            fd = os.open(self.directory / name, os.O_RDWR)
        except FileNotFoundError:
            return -1, 0, True
        try:
            return os.fstat(fd).st_size, lost_of(os.pread(fd, HEADER_BYTES, 0)), _is_left(fd)
        finally:
            os.close(fd)

    def read(self, name: str, position: int) -> Unread | None:
        """Return what a file has beyond a position; None where it is gone."""
        try:
            fd = os.open(self.directory / name, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            is_left = _is_left(fd)  # asked before reading: what is written after that is seen
            lost = lost_of(os.pread(fd, HEADER_BYTES, 0))
            start = max(position, HEADER_BYTES)
            data = os.pread(fd, CHUNK_BYTES, start)
            whole = data[: data.rfind(b"\n") + 1]
            records, damaged = _records(whole)
            end = start + len(whole)
            is_finished = is_left and start + len(data) >= os.fstat(fd).st_size
            if is_finished and len(data) > len(whole):  # half a line of a writer that is gone: nobody will end it
                damaged, end = damaged + 1, start + len(data)
            return Unread(name, end, records, damaged, lost, is_finished)
        finally:
            os.close(fd)

    def remove(self, name: str) -> None:
        """Delete a file that is in the database whole."""
        (self.directory / name).unlink(missing_ok=True)


def spool_state(directory: Path) -> SpoolState:
    """Return what lies in a spool folder."""
    found: dict[str, int] = {}
    size = 0
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        try:
            with path.open("rb") as file:
                found[path.name] = lost_of(file.read(HEADER_BYTES))
            size += path.stat().st_size
        except FileNotFoundError:
            continue
    return SpoolState(len(found), size, found)


def _records(whole: bytes) -> tuple[list[Record], int]:
    records, damaged = [], 0
    for line in whole.splitlines(keepends=True):
        record = read_record(line)
        if record is not None:
            records.append(record)
        elif line != b"\n":
            damaged += 1
    return records, damaged


def _is_left(fd: int) -> bool:
    """Whether the file's writer is gone: it holds a lock as long as it lives."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
