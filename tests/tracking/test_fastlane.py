"""The fast lane as a WSGI callable, its spool files, and their import: what is acknowledged is kept, once."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.config import load_settings
from sponsorship.core.errors import NotAnInstallation
from sponsorship.core.proxies import behind_proxies, caller_of
from sponsorship.tracking.fastlane import Destination, FastLane, Importer, LinkBook, Spool, spool_state
from sponsorship.tracking.fastlane.book import read_snapshot, write_snapshot
from sponsorship.tracking.flows import import_spool
from sponsorship.tracking.models import Click, SpoolFile
from sponsorship.tracking.queries import link_book
from sponsorship.tracking.rules import Mark
from sponsorship.tracking.rules.conversions import read_click_id
from sponsorship.tracking.rules.spool import HEADER_BYTES, read_record
from tests.conftest import NOW
from tests.tracking.conftest import FIREFOX, Tracked

SECRET = b"a secret of thirty-two characters"
BOOK = LinkBook(
    7,
    {"abc": Destination(1, 10, "https://cinderbox.example/a?b=1#c"), 
     "xyz": Destination(2, 10, "https://cinderbox.example/a", "#c", True)},
    {10: b"k" * 32},
    b"l" * 32,
)  # fmt: skip


def behind(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """What stands behind the lane."""
    start_response("404 Not Found", [])
    return [b"behind"]


@pytest.fixture
def spool(tmp_path: Path) -> Iterable[Spool]:
    """A spool in a folder of its own."""
    made = Spool(tmp_path / "spool")
    yield made
    made.close()


@pytest.fixture
def lane(spool: Spool, tmp_path: Path) -> FastLane:
    """A lane whose book was written down by an earlier server, and whose database does not answer."""

    def away(known: int | None) -> LinkBook | None:
        raise ConnectionError("the database is away")

    write_snapshot(tmp_path / "links.json", BOOK)
    return FastLane(spool=spool, loader=away, snapshot=tmp_path / "links.json", cookie_names=("desk",), secret=SECRET)


def ask(lane: FastLane, path: str = "/c/abc", method: str = "GET", **environ: str) -> tuple[str, dict[str, str], bytes]:
    """One request: status, headers, body."""
    said: list[Any] = []
    given = {
        "PATH_INFO": path,
        "REQUEST_METHOD": method,
        "REMOTE_ADDR": "203.0.113.77",
        "HTTP_USER_AGENT": FIREFOX,
        **environ,
    }
    body = lane.before(behind)(given, lambda status, headers: said.extend([status, dict(headers)]))
    return said[0], said[1], b"".join(body)


def lines(spool: Spool) -> list[Any]:
    """The records that were spooled."""
    found = []
    for path in sorted(spool.directory.glob("*.clicks")):
        found += [read_record(line) for line in path.read_bytes()[HEADER_BYTES:].splitlines(keepends=True)]
    return found


def test_a_reader_is_sent_on_from_what_was_written_down_with_the_database_away(lane: FastLane, spool: Spool) -> None:
    status, headers, body = ask(lane)
    assert (status, headers["Location"], body) == ("302 Found", "https://cinderbox.example/a?b=1#c", b"")
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    (record,) = lines(spool)
    assert (record.link_id, record.marks, record.network, record.user_agent) == (1, 0, "203.0.113.0/24", FIREFOX)


@pytest.mark.parametrize(
    ("method", "environ", "marks"),
    [
        ("HEAD", {}, Mark.HEAD),
        ("GET", {"HTTP_SEC_PURPOSE": "prefetch;prerender"}, Mark.FETCHED_AHEAD),
        ("HEAD", {"HTTP_X_MOZ": "prefetch"}, Mark.HEAD | Mark.FETCHED_AHEAD),
    ],
)
def test_head_and_prefetch_are_answered_and_marked(
    lane: FastLane, spool: Spool, method: str, environ: dict[str, str], marks: int
) -> None:
    assert ask(lane, method=method, **environ)[0] == "302 Found"
    assert lines(spool)[0].marks == marks


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/c/none", "GET"),
        ("/c/abc/", "GET"),
        ("/c/abc", "POST"),
        ("/", "GET"),
        ("/c/", "GET"),
        ("/c//evil.example", "GET"),
    ],
)
def test_everything_else_passes_through(lane: FastLane, spool: Spool, path: str, method: str) -> None:
    assert ask(lane, path, method)[2] == b"behind"
    assert lines(spool) == []


def test_a_click_id_is_signed_and_goes_before_the_fragment(lane: FastLane) -> None:
    location = ask(lane, "/c/xyz")[1]["Location"]
    start, _, rest = location.partition("?click_id=")
    signed, _, fragment = rest.partition("#")
    assert (start, fragment) == ("https://cinderbox.example/a", "c")
    found = read_click_id(SECRET, signed)
    assert found is not None and found.link_id == 2
    assert read_click_id(b"another secret of this long length", signed) is None
    assert read_click_id(SECRET, signed.replace(signed[0], "3", 1)) is None


def test_no_full_address_is_spooled(lane: FastLane, spool: Spool) -> None:
    ask(lane, REMOTE_ADDR="2001:db8:1:2:3:4:5:6")
    ask(lane, HTTP_COOKIE="desk=the-token; other=1")
    kept = b"".join(path.read_bytes() for path in spool.directory.iterdir())
    for mark in (b"203.0.113.77", b"2001:db8:1:2", b"3:4:5:6", b"cb00714d", b"the-token"):
        assert mark not in kept
    assert len(lines(spool)[1].session_hash) == 64


def test_a_full_disk_sends_the_reader_on_and_counts_the_loss(
    lane: FastLane, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(lane)
    real = os.write

    def full(fd: int, data: bytes) -> int:
        if data.startswith(b"flatplan"):
            return real(fd, data)
        raise OSError(errno.ENOSPC, "No space left on device")

    def half(fd: int, data: bytes) -> int:
        return real(fd, data[: len(data) // 2])

    for refusal in (full, half):
        monkeypatch.setattr(os, "write", refusal)
        assert ask(lane)[0] == "302 Found"
        monkeypatch.setattr(os, "write", real)
    ask(lane)
    state = spool_state(spool.directory)
    assert list(state.lost_by_file.values()) == [2]
    assert [record is not None for record in lines(spool)] == [
        True,
        False,
        True,
    ]  # the half line does not spoil the next


def test_a_spool_that_cannot_be_made_counts_in_the_next(tmp_path: Path) -> None:
    blocked = tmp_path / "spool"
    blocked.write_text("a file where the folder should be")
    spool = Spool(blocked)
    assert not spool.append(b"a line\n")
    blocked.unlink()
    assert spool.append(b"a line\n")
    assert list(spool_state(blocked).lost_by_file.values()) == [1]
    spool.close()


def test_a_removed_file_is_put_back_with_all_that_was_in_it(lane: FastLane, spool: Spool) -> None:
    ask(lane)
    (path,) = spool.directory.glob("*.clicks")
    path.unlink()
    ask(lane)
    spool.tend()
    ask(lane)
    assert [p.name for p in spool.directory.glob("*.clicks")] == [path.name]
    assert len(lines(spool)) == 3


def test_a_power_safe_spool_asks_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(os, "fdatasync", asked.append)
    spool = Spool(tmp_path / "spool", is_power_safe=True)
    assert spool.append(b"a line\n")
    assert len(asked) == 1
    spool.close()


def test_a_snapshot_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    assert read_snapshot(path) is None
    path.write_text("{half")
    assert read_snapshot(path) is None
    write_snapshot(path, BOOK)
    assert read_snapshot(path) == BOOK
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("198.51.100.9", "1.1.1.1", "198.51.100.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, <script>", "10.0.0.1"),
        ("", "1.1.1.1", ""),
    ],
)
def test_only_a_configured_proxy_is_believed(tmp_path: Path, peer: str, forwarded: str, caller: str) -> None:
    trusted = load_settings({"FLATPLAN_VAR": str(tmp_path), "TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies
    assert caller_of(peer, forwarded, trusted) == caller
    assert behind_proxies(behind, ()) is behind


@pytest.mark.parametrize("wrong", [{"TRUSTED_PROXIES": "everyone"}, {"CLICK_DURABILITY": "hopefully"}])
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(NotAnInstallation):
        load_settings({"FLATPLAN_VAR": str(tmp_path), **wrong})


@pytest.fixture
def own_lane(app: Flask, session: Session, tracked: Tracked, tmp_path: Path) -> FastLane:
    """A lane over the test's database, as it is when its links have been read."""
    book = link_book(session, None)
    assert book is not None
    session.rollback()
    spool = Spool(app.config["SETTINGS"].spool_dir)
    lane = FastLane(
        spool=spool, loader=lambda known: book, snapshot=tmp_path / "links.json", cookie_names=("desk",), secret=SECRET
    )
    lane.refresh()
    return lane


def test_each_record_is_imported_once_and_a_finished_file_is_removed(
    app: Flask, session: Session, tracked: Tracked, own_lane: FastLane
) -> None:
    importer = Importer(app.config["SETTINGS"].spool_dir)
    for _ in range(3):
        ask(own_lane, f"/c/{tracked.head}")
    assert [import_spool(importer, NOW).clicks for _ in range(2)] == [3, 0]
    ask(own_lane, f"/c/{tracked.foot}")
    assert import_spool(Importer(importer.directory), NOW).clicks == 1  # another process goes on where the first ended
    assert importer.names() != []
    own_lane.close()
    assert import_spool(importer, NOW).files == 1
    assert importer.names() == []
    assert session.query(Click).count() == 4
    assert session.scalars(select(SpoolFile.clicks)).all() == [4]


def test_half_a_line_is_waited_for_while_its_writer_lives_and_left_out_when_it_is_gone(
    app: Flask, session: Session, tracked: Tracked, own_lane: FastLane
) -> None:
    importer = Importer(app.config["SETTINGS"].spool_dir)
    ask(own_lane, f"/c/{tracked.head}")
    (path,) = importer.directory.glob("*.clicks")
    line = path.read_bytes()[HEADER_BYTES:]
    with path.open("ab") as file:
        file.write(line[:40])
    assert import_spool(importer, NOW).clicks == 1
    assert session.scalars(select(SpoolFile.position)).all() == [HEADER_BYTES + len(line)]
    session.rollback()
    with path.open("ab") as file:
        file.write(line[40:] + line[:25])
    assert import_spool(importer, NOW).clicks == 1
    own_lane.close()
    done = import_spool(importer, NOW)
    assert (done.clicks, done.damaged, done.files) == (0, 1, 1)
    assert session.query(Click).count() == 2


def test_two_importers_do_not_read_at_once(app: Flask, tracked: Tracked, own_lane: FastLane) -> None:
    importer = Importer(app.config["SETTINGS"].spool_dir)
    ask(own_lane, f"/c/{tracked.head}")
    with Importer(importer.directory).alone() as is_alone:
        assert is_alone
        assert import_spool(importer, NOW).clicks == 0
    assert import_spool(importer, NOW).clicks == 1


def test_the_status_says_what_was_lost_and_ends_with_an_error(
    app: Flask, tracked: Tracked, own_lane: FastLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = app.test_cli_runner()
    ask(own_lane, f"/c/{tracked.head}")
    done = runner.invoke(args=["tracking", "import-spool"])
    assert "1 clicks imported" in done.output
    said = runner.invoke(args=["tracking", "status"])
    assert (said.exit_code, "No click was lost." in said.output) == (0, True)
    own_lane.spool._lose(OSError("No space left on device"))
    said = runner.invoke(args=["tracking", "status"])
    assert said.exit_code == 1
    assert "1 clicks were lost" in said.output
