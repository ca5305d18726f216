"""The WSGI callable that stands before Flask: /c/<token> is answered from memory, everything else passes through."""

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

from sponsorship.tracking.fastlane.book import Destination, LinkBook, read_snapshot, write_snapshot
from sponsorship.tracking.fastlane.spool import Spool
from sponsorship.tracking.rules import Mark, clean_agent, hash_reader, is_fetched_ahead, place_of
from sponsorship.tracking.rules.conversions import sign_click_id
from sponsorship.tracking.rules.spool import write_record

log = logging.getLogger(__name__)

Environ = dict[str, Any]
WSGI = Callable[[Environ, Any], Iterable[bytes]]
Loader = Callable[[int | None], LinkBook | None]  # given the generation at hand; None where nothing changed since

PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
NOT_KEPT = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Content-Length", "0"),
]
PAUSE_SECONDS = 1.0


class FastLane:
    """Answers readers' clicks; `loader` reads the links from the database, `snapshot` serves a start without it."""

    def __init__(
        self, *, spool: Spool, loader: Loader, snapshot: Path, cookie_names: tuple[str, ...], secret: bytes
    ) -> None:
        self.spool, self._loader, self._snapshot = spool, loader, snapshot
        self._cookie_names, self._secret = cookie_names, secret
        self._book: LinkBook | None = None
        self._starting = threading.Lock()
        self._keeper: threading.Thread | None = None
        self._unkept_key = secrets.token_bytes(32)  # where there is no other: nobody can be told from anybody tomorrow
        self._is_away = False
        os.register_at_fork(after_in_child=self._begin_anew)

    def before(self, app: WSGI) -> WSGI:
        """Return the application with the fast lane in front of it."""

        def answer(environ: Environ, start_response: Any) -> Iterable[bytes]:
            if self._book is None:
                self._begin()
            path = environ["PATH_INFO"]
            if path.startswith("/c/") and (link := self._book.links.get(path[3:])) is not None:  # type: ignore[union-attr]
                method = environ["REQUEST_METHOD"]
                if method == "GET" or method == "HEAD":
                    location = self.follow(link, environ, self._book.keys.get(link.issue_id))  # type: ignore[union-attr]
                    start_response("302 Found", [("Location", location), *NOT_KEPT])
                    return ()
            return app(environ, start_response)

        return answer

    def follow(self, link: Destination, environ: Environ, key: bytes | None) -> str:
        """Record a hit on a link and return where it leads; whatever happens, the reader is sent on."""
        at = time.time_ns() // 1000
        address = environ.get("REMOTE_ADDR", "")
        agent = clean_agent(environ.get("HTTP_USER_AGENT", ""))
        key = key or (self._book.late_key if self._book is not None else b"") or self._unkept_key
        reader, source = hash_reader(key, link.issue_id, address, agent)
        marks = Mark.HEAD.value if environ["REQUEST_METHOD"] == "HEAD" else 0
        purposes = tuple(environ[name] for name in PURPOSES if name in environ)
        if purposes and is_fetched_ahead(purposes):
            marks |= Mark.FETCHED_AHEAD.value
        session_hash = self._session_hash(environ["HTTP_COOKIE"]) if "HTTP_COOKIE" in environ else ""
        self.spool.append(
            write_record(at, link.link_id, marks, reader, source, place_of(address)[1], session_hash, agent)
        )
        if not link.carries_click_id:
            return link.location
        joint = "&" if "?" in link.location else "?"
        signed = sign_click_id(self._secret, link.link_id, at // 1_000_000, secrets.token_hex(8))
        return f"{link.location}{joint}click_id={signed}{link.fragment}"

    def refresh(self) -> None:
        """Read the links anew where they changed; a database that is away changes nothing."""
        known = self._book.generation if self._book is not None else None
        try:
            book = self._loader(known)
        except Exception as error:  # noqa: BLE001 - whatever keeps the database from answering must not keep readers
            if not self._is_away:
                log.warning("links cannot be read, those at hand stay in use: %s", type(error).__name__)
            self._is_away = True
            return
        self._is_away = False
        if book is not None:
            self._book = book
            try:
                write_snapshot(self._snapshot, book)
            except OSError as error:
                log.warning("links could not be written down for a restart: %s", error)

    def close(self) -> None:
        """Give the spool to the importer."""
        self.spool.close()

    def _begin(self) -> None:
        """On the first request: take up the links that were written down, and start keeping them fresh."""
        with self._starting:
            if self._book is not None:
                return
            self._book = read_snapshot(self._snapshot) or LinkBook(-1)
            self._keeper = threading.Thread(target=self._keep_fresh, name="links", daemon=True)
            self._keeper.start()

    def _keep_fresh(self) -> None:
        while True:
            self.refresh()
            try:
                self.spool.tend()
            except OSError as error:
                log.warning("the spool could not be tended: %s", error)
            time.sleep(PAUSE_SECONDS)

    def _begin_anew(self) -> None:
        """After a fork the thread is the parent's."""
        self._book, self._keeper, self._starting = None, None, threading.Lock()

    def _session_hash(self, cookies: str) -> str:
        """What the database keeps of the sign-in cookie, or "" where there is none."""
        try:
            found = SimpleCookie(cookies)
        except CookieError:
            return ""
        for name in self._cookie_names:
            if name in found and (token := found[name].value):
                return sha256(token.encode()).hexdigest()
        return ""
