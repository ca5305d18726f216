"""The application with a defect on purpose: clicks wait in memory and are spooled once a second."""

import threading
import time

from sponsorship import create_app
from sponsorship.tracking.fastlane import Spool


class Queue:
    """What a design that buffers in memory does: it answers first and writes later."""

    def __init__(self, spool: Spool) -> None:
        self._spool, self._waiting = spool, list[bytes]()
        threading.Thread(target=self._write, daemon=True).start()

    def append(self, line: bytes) -> bool:
        """Keep a line in memory."""
        self._waiting.append(line)
        return True

    def tend(self) -> None:
        """Leave the spool alone."""

    def _write(self) -> None:
        while True:
            time.sleep(1)
            waiting, self._waiting = self._waiting, []
            for line in waiting:
                self._spool.append(line)


app = create_app()
lane = app.extensions["fast_lane"]
lane.spool = Queue(lane.spool)
