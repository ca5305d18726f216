"""Past issues become issues, sponsors and bookings that ran; twice changes nothing; one bad file stops no other."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.archive.models import ArchivedIssue, ArchivedPlacement
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.checks.models import CorpusText
from sponsorship.core.db import Base
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.rules import IssueState
from sponsorship.sponsors.models import Sponsor

ISSUE = """---
title: LAMPLIGHT WEEKLY ISSUE \\#{number} - {day} March 2019
date: 2019-03-{day:02}T13:00:00+00:00
---

A calm week on the pager.

Sponsor
======

Harbourwatch tells you which of your backups would restore today, and which would not. Try it for a month.
<br>[https://harbourwatch.example/lamplight](https://harbourwatch.example/lamplight)


News
====

A long read about queues that never drain.
<br>[https://blog.example/queues](https://blog.example/queues)


Harbourwatch tells you which of your backups would restore today, and which would not. Try it for a month.
<br>[https://harbourwatch.example/lamplight](https://harbourwatch.example/lamplight)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two issues of one newsletter, the second a week later."""
    place = tmp_path / "lamplight-weekly"
    place.mkdir()
    for number, day in ((41, 3), (42, 10)):
        (place / f"2019-03-{day:02}-{number}.md").write_text(ISSUE.format(number=number, day=day), encoding="utf-8")
    return place


def run(app: Flask, *command: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["archive", *command])
    return result.exit_code, result.output


def rows(session: Session) -> dict[str, int]:
    session.rollback()
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def test_issues_sponsors_and_bookings_are_built(app: Flask, session: Session, folder: Path) -> None:
    code, output = run(app, "import", str(folder))
    assert (code, output.strip()) == (
        0,
        "2 issues imported with 2 bookings; 0 were there already; 0 could not be read.",
    )
    issues = session.scalars(select(Issue).order_by(Issue.number)).all()
    assert [(i.number, i.publish_on.isoformat(), i.state) for i in issues] == [
        (41, "2019-03-03", IssueState.SENT),
        (42, "2019-03-10", IssueState.SENT),
    ]
    assert session.scalars(select(Sponsor.name)).all() == ["Harbourwatch"]
    bookings = session.scalars(select(Booking)).all()
    assert {(b.kind, b.state, b.net_minor) for b in bookings} == {(BookingKind.ARCHIVE, BookingState.RAN, 0)}


def test_an_echo_is_the_same_booking_and_one_text_of_the_corpus(app: Flask, session: Session, folder: Path) -> None:
    run(app, "import", str(folder))
    words = session.scalars(select(ArchivedPlacement.slot_word).order_by(ArchivedPlacement.id)).all()
    assert words == ["primary", "footer-repeat"] * 2
    assert session.scalar(select(func.count(ArchivedPlacement.booking_id.distinct()))) == 2
    assert len(session.scalars(select(CorpusText)).all()) == 2


def test_a_second_import_changes_nothing(app: Flask, session: Session, folder: Path) -> None:
    run(app, "import", str(folder))
    before = rows(session)
    code, output = run(app, "import", str(folder))
    assert code == 0 and "2 were there already" in output
    assert rows(session) == before


def test_an_unreadable_file_is_named_with_its_reason_and_the_others_are_imported(
    app: Flask, session: Session, folder: Path
) -> None:
    (folder / "2019-03-17-43.md").write_bytes(b"\x00\x01\x02\xff\xfe" * 40)
    (folder / "empty.md").write_text("")
    code, output = run(app, "import", str(folder))
    assert code == 1
    assert "2019-03-17-43.md: " in output and "empty.md: " in output
    assert "2 issues imported" in output and "2 could not be read" in output
    assert len(session.scalars(select(ArchivedIssue)).all()) == 2


def test_a_file_that_is_not_there_is_said_so(app: Flask, tmp_path: Path) -> None:
    code, output = run(app, "import", str(tmp_path / "nothing.md"))
    assert code == 1 and "nothing.md: The file cannot be opened" in output


def test_an_issue_of_a_day_that_is_known_is_named_and_left(app: Flask, session: Session, folder: Path) -> None:
    run(app, "import", str(folder))
    other = folder / "copy-of-42.md"
    other.write_text(ISSUE.format(number=42, day=10).replace("calm", "quiet"), encoding="utf-8")
    code, output = run(app, "import", str(other))
    assert code == 1 and "was imported from another file already" in output
    assert len(session.scalars(select(ArchivedIssue)).all()) == 2


def test_an_archive_of_a_newsletter_that_sells_adds_nothing_to_its_rate_card(
    app: Flask, session: Session, newsletter: Newsletter, folder: Path
) -> None:
    code, _ = run(app, "import", str(folder), "--newsletter", newsletter.slug)
    assert code == 0
    session.rollback()
    assert [p.name for p in newsletter.placements if p.retired_at is None] == ["Primary", "Sponsored", "Classified"]
    sponsor_ids = session.scalars(select(Booking.sponsor_id)).all()
    assert len(set(sponsor_ids)) == 1


def test_an_unknown_newsletter_is_refused(app: Flask, session: Session, folder: Path) -> None:
    code, output = run(app, "import", str(folder), "--newsletter", "nobody")
    assert code == 1 and "0 issues imported" in output
    assert session.scalars(select(Issue)).all() == []


def test_a_scan_prints_one_json_line_per_issue_and_changes_nothing(app: Flask, session: Session, folder: Path) -> None:
    before = rows(session)
    code, output = run(app, "scan", str(folder), "--json")
    lines = [json.loads(line) for line in output.splitlines()]
    assert code == 0 and [line["issue_no"] for line in lines] == [41, 42]
    assert [p["slot"] for p in lines[0]["placements"]] == ["primary", "footer-repeat"]
    assert lines[0]["placements"][0]["url"] == "https://harbourwatch.example/lamplight"
    assert rows(session) == before
