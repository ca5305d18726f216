"""The spool: each web server process appends its hits to a file of its own, one `write` each, before the reader is sent on."""

import errno
import fcntl
import logging
import os
import secrets
import threading
import time
from pathlib import Path

from sponsorship.tracking.rules.spool import HEADER

log = logging.getLogger(__name__)

LARGEST_BYTES = 64 * 1024 * 1024
OLDEST_SECONDS = 3600
SUFFIX = ".clicks"


class _File:
    """One spool file, open for appending and locked as long as its writer lives."""

    def __init__(self, path: Path, lost: int, content: bytes = b"") -> None:
        self.path, self.lost, self.room, self.opened_at = path, lost, LARGEST_BYTES, time.monotonic()
        draft = path.with_suffix(".draft")  # the importer sees the file once it is locked and has its first line
        self.fd = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o600)
        self.header_fd = os.open(draft, os.O_RDWR)  # O_APPEND would write the header at the end
        self.written = self.synced = 0
        self.counting, self.syncing = threading.Lock(), threading.Lock()
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            first = HEADER % lost + content
            if os.write(self.fd, first) != len(first):
                raise OSError(errno.ENOSPC, "no room for a spool file")
            draft.rename(path)
        except OSError:
            self.close()
            draft.unlink(missing_ok=True)
            raise

    def sync(self) -> None:
        """Return when all that was written so far is on the disk: one writer waits for the disk, the others for it."""
        with self.counting:
            self.written += 1
            mine = self.written
        with self.syncing:
            if self.synced < mine:
                written = self.written
                os.fdatasync(self.fd)
                self.synced = written

    def note_loss(self) -> None:
        """Count a lost click in the file's first line: it needs no room, so a full disk does not hinder it."""
        self.lost += 1
        os.pwrite(self.header_fd, HEADER % self.lost, 0)

    def close(self) -> None:
        """Give the file to the importer."""
        os.close(self.header_fd)
        os.close(self.fd)


class Spool:
    """This process's spool; threads share it. `is_power_safe`: a hit is on the disk before `append` returns."""

    def __init__(self, directory: Path, *, is_power_safe: bool = False) -> None:
        self.directory, self._is_power_safe = directory, is_power_safe
        self._file: _File | None = None
        self._last: _File | None = None  # the file before, until no thread can be writing to it any more
        self._changing = threading.Lock()
        self._lost = 0  # where there was no file to count in
        self._warned_at = float("-inf")
        self._torn = False
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def append(self, line: bytes) -> bool:
        """Write one line; False where the disk took nothing: then the loss is counted, and the caller goes on."""
        try:
            file = self._file or self._open()
            if self._torn:
                line = b"\n" + line  # ends what a full disk left half written
            if (length := os.write(file.fd, line)) != len(line):
                self._torn = True
                raise OSError(errno.ENOSPC, f"{length} of {len(line)} bytes were written")
            self._torn = False
            if self._is_power_safe:
                file.sync()
        except OSError as error:
            self._lose(error)
            return False
        file.room -= len(line)
        if file.room < 0:
            self._rotate(file)
        return True

    def tend(self) -> None:
        """Come round once a second: begin a new file each hour, and put back one that somebody removed."""
        file = self._file
        if file is None:
            return
        if os.fstat(file.fd).st_nlink == 0:
            self._put_back(file)
        elif time.monotonic() - file.opened_at > OLDEST_SECONDS:
            self._rotate(file)

    def close(self) -> None:
        """Give all files to the importer."""
        with self._changing:
            for file in (self._file, self._last):
                if file is not None:
                    file.close()
            self._file = self._last = None

    def _open(self) -> _File:
        with self._changing:
            if self._file is None:
                self._file = self._new_file()
            return self._file

    def _new_file(self) -> _File:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.time_ns()}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        file = _File(self.directory / name, self._lost)
        self._lost = 0
        if self._is_power_safe:
            folder = os.open(self.directory, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return file

    def _rotate(self, file: _File) -> None:
        """Begin a new file. The old one stays open until the next change: a thread may be about to write to it."""
        with self._changing:
            if self._file is not file:
                return
            try:
                fresh = self._new_file()
            except OSError as error:
                file.room = LARGEST_BYTES // 8  # try again later
                log.warning("no new spool file could be made: %s", error)
                return
            if self._last is not None:
                self._last.close()
            self._file, self._last = fresh, file

    def _put_back(self, file: _File) -> None:
        """Write a removed file anew under its name, so that the importer goes on where it was."""
        size = os.fstat(file.fd).st_size
        content = os.pread(file.fd, size, 0)
        fresh = _File(file.path, file.lost, content[len(HEADER % 0) :])
        with self._changing:
            if self._last is not None:
                self._last.close()
            self._file, self._last = fresh, file
        late = os.pread(file.fd, LARGEST_BYTES, size)  # what came while the file was copied
        if late:
            os.write(fresh.fd, late)
        log.warning("the spool file %s had been removed and was put back", file.path.name)

    def _lose(self, error: OSError) -> None:
        with self._changing:
            try:
                if self._file is None:
                    self._lost += 1
                else:
                    self._file.note_loss()
            except OSError:
                self._lost += 1
            if time.monotonic() - self._warned_at > 60:
                self._warned_at = time.monotonic()
                log.error("a click was not recorded, its reader was sent on: %s", error)

    def _leave_to_parent(self) -> None:
        """After a fork the file is the parent's."""
        self._file = self._last = None
        self._changing = threading.Lock()
