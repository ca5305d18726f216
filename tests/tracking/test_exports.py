"""A mail provider's click export: columns guessed, bad rows named, nothing doubled."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.tracking.models import ProviderClick, ProviderLink
from sponsorship.tracking.rules.exports import ExportColumn, guess_columns, row_reader
from tests.tracking.conftest import DESTINATION, Tracked


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (["Timestamp", "Email Address", "URL"], ("Timestamp", "URL", "Email Address")),
        (["email", "clicked_at", "link"], ("clicked_at", "link", "email")),
        (["Subscriber ID", "Link URL", "Date Clicked"], ("Date Clicked", "Link URL", "Subscriber ID")),
        (["event_id", "clicked_at", "link_token", "subscriber_hash"], ("clicked_at", "link_token", "subscriber_hash")),
    ],
)
def test_columns_are_guessed_from_their_headings(header: list[str], columns: tuple[str, str, str]) -> None:
    found = guess_columns(header)
    assert (found[ExportColumn.TIME], found[ExportColumn.URL], found[ExportColumn.SUBSCRIBER]) == columns


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-22T08:05:00Z",
        "2026-11-22 08:05:00",
        "2026-11-22T09:05:00+01:00",
        "Nov 22, 2026 08:05 am",
        "11/22/2026 08:05",
    ],
)
def test_a_moment_is_read_in_the_providers_ways(time: str) -> None:
    header = ["email", "time", "url"]
    row = row_reader(header, guess_columns(header), b"key")(["a@b.example", time, "https://x.example"])
    assert row[2] == 1_795_334_700


EXPORT = f"""Email Address,Clicked At,URL
one@readers.example,2026-11-22 08:05:00,{DESTINATION}
two@readers.example,2026-11-22 08:06:00,{DESTINATION}
two@readers.example,2026-11-22 09:00:00,{DESTINATION}
three@readers.example,yesterday,{DESTINATION}
four@readers.example,2026-11-22 09:30:00
two@readers.example,2026-11-22 08:07:00,https://elsewhere.example/
"""


def test_an_export_is_imported_once_whoever_runs_it_twice(
    app: Flask, session: Session, tracked: Tracked, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT)
    words = ["tracking", "import-clicks", str(path), "--issue", str(tracked.issue_id)]
    first = app.test_cli_runner().invoke(args=words, catch_exceptions=False)
    assert "6 rows read, 4 new clicks, 2 left out." in first.output
    assert "line 5: 'yesterday' is no time" in first.output
    assert "line 6: too few columns" in first.output
    second = app.test_cli_runner().invoke(args=words, catch_exceptions=False)
    assert "6 rows read, 0 new clicks, 2 left out." in second.output
    links = session.scalars(select(ProviderLink).order_by(ProviderLink.id)).all()
    assert [(link.booking_id, link.clicks, link.readers) for link in links] == [
        (tracked.booking_id, 3, 2),
        (None, 1, 1),
    ]
    assert "readers.example" not in str([str(vars(row)) for row in session.scalars(select(ProviderClick))])


def test_a_column_that_is_not_found_is_asked_for_and_can_be_named(app: Flask, tracked: Tracked, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Leser,Zeit,Ziel\na,2026-11-22 08:05:00,https://x.example/\n")
    words = ["tracking", "import-clicks", str(path), "--issue", str(tracked.issue_id)]
    runner = app.test_cli_runner()
    asked = runner.invoke(args=words)
    assert asked.exit_code == 2
    assert "No column was found for time, url, subscriber" in asked.output
    wrong = runner.invoke(args=[*words, "--column", "time=Uhr"])
    assert "WHAT=HEADING" in wrong.output
    named = [*words, "--column", "time=Zeit", "--column", "url=Ziel", "--column", "subscriber=Leser"]
    assert "1 rows read, 1 new clicks." in runner.invoke(args=named, catch_exceptions=False).output
