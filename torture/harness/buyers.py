"""Buyers who speak HTTP: each from an address of its own, with its own cookie and the form's own CSRF token."""

import http.client
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 60
NO_ANSWER = 0
CSRF = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `status` is 0 where the connection broke, and `error` says how."""

    status: int
    location: str
    body: bytes
    seconds: float
    error: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether the product failed, or did not answer at all."""
        return self.status == NO_ANSWER or self.status >= 500

    @property
    def has_won(self) -> bool:
        """Whether it leads on to an order."""
        return self.status == 303 and "/orders/" in self.location

    @property
    def outcome(self) -> str:
        """Its status as a word: "303", "503", or why nothing came: "TimeoutError"."""
        return self.error or str(self.status)


def loopback_address(number: int) -> str:
    """The number-th address of 127.0.0.0/8, from 127.1.0.1 on; 60,000 and more at will."""
    return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"


class Buyer:
    """One browser: an address, a cookie and the token of the form it has open."""

    def __init__(self, url: str, number: int) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.address = loopback_address(number)
        self.cookie = self.token = ""

    def get(self, path: str) -> Answer:
        """Open a page, and keep its cookie and its form's token."""
        answer, cookie = self._ask("GET", path, "", {})
        self.cookie = cookie or self.cookie
        found = CSRF.search(answer.body)
        self.token = found[1].decode() if found else self.token
        return answer

    def come_anew(self, path: str) -> None:
        """Open the page as another browser: whoever holds something already may be refused more."""
        self.cookie = self.token = ""
        answer = self.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path} could not be opened: {answer.outcome}")

    def post(self, path: str, fields: Iterable[tuple[str, object]]) -> Answer:
        """Send a form, with the token of the page that was opened last."""
        body = urlencode([("csrf_token", self.token), *fields])
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})[0]

    def _ask(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[Answer, str]:
        started = time.perf_counter()
        connection = http.client.HTTPConnection(
            self.host, self.port, timeout=TIMEOUT_SECONDS, source_address=(self.address, 0)
        )
        if self.cookie:
            headers = headers | {"Cookie": self.cookie}
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as broken:
            return Answer(NO_ANSWER, "", b"", time.perf_counter() - started, type(broken).__name__), ""
        finally:
            connection.close()
        location, cookie = response.headers.get("Location") or "", response.headers.get("Set-Cookie") or ""
        return Answer(response.status, location, content, time.perf_counter() - started), cookie.split(";")[0]


def come_in(url: str, path: str, how_many: int) -> list[Buyer]:
    """So many buyers, each with the page open."""
    buyers = [Buyer(url, number) for number in range(how_many)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda buyer: buyer.get(path), buyers))
    failed = [answer.outcome for answer in answers if answer.status != 200]
    if failed or not all(buyer.token and buyer.cookie for buyer in buyers):
        raise RuntimeError(f"{path} could not be opened by {len(failed)}: {failed[:5]}")
    return buyers


def all_at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run each act in a thread of its own, all starting together; returns what each returned."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Result]) -> Result:
        start.wait(TIMEOUT_SECONDS)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, rounded to milliseconds."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) if ordered else 0.0
