"""Which issue a file is."""

from datetime import date

import pytest

from sponsorship.archive.reader.facts import spell_as_printed
from tests.archive.reading import read, read_fixture


@pytest.mark.parametrize(
    ("name", "newsletter", "number", "day"),
    [
        ("the-harbour-log/2023-05-14-88.md", "The Harbour Log", 88, date(2023, 5, 14)),
        ("the-harbour-log/2019-03-03-12.textile", "The Harbour Log", 12, date(2019, 3, 3)),
        ("lighthouse-notes/041.md", "Lighthouse Notes", 41, date(2022, 11, 6)),
        ("gears-weekly/2021-09-06-gears-weekly-30.md", "Gears Weekly", 30, date(2021, 9, 6)),
        ("signal-box/2024-01-15-77.html", "Signal Box", 77, date(2024, 1, 15)),
        ("copper-mail/05-02-2018.html", "Copper Mail", 21, date(2018, 2, 5)),
        ("other/keys.md", "Ledger & Quill", 5, date(2020, 2, 29)),
        ("other/named-headings.md", "Small Boats", 9, None),
        ("other/message-from.md", "Night Shift", 210, None),
        ("other/shortcodes.md", "Weather Eye", 14, date(2022, 6, 1)),
        ("other/plain-text.txt", None, 33, date(2019, 10, 12)),
        ("other/tags.html", "Brass Weekly", 402, date(2023, 3, 3)),
    ],
)
def test_name_number_and_date_are_found(
    name: str, newsletter: str | None, number: int | None, day: date | None
) -> None:
    issue = read_fixture(name)
    assert (issue.newsletter, issue.issue_no, issue.published_on) == (newsletter, number, day)


@pytest.mark.parametrize(
    ("path", "number", "day"),
    [
        ("log/2014-07-06-183.md", 183, date(2014, 7, 6)),
        ("log/18-08-2017.md", None, date(2017, 8, 18)),
        ("log/2021-04-12-206-five-knots.md", 206, date(2021, 4, 12)),
        ("log/095/index.md", 95, None),
        ("log/seed-2017-08-13-346.md", 346, date(2017, 8, 13)),
        ("log/issue-12.md", 12, None),
        ("log/letter.md", None, None),
    ],
)
def test_a_file_name_tells_what_nothing_else_tells(path: str, number: int | None, day: date | None) -> None:
    issue = read("Hello, sailors.", path)
    assert (issue.issue_no, issue.published_on) == (number, day)


def test_the_front_matter_is_believed_before_the_title_and_the_difference_is_said() -> None:
    issue = read("---\ntitle: Log 5 - 1st May 2023\ndate: 2023-05-08\n---\nHello.", "log/2023-05-09.md")
    assert issue.published_on == date(2023, 5, 8)
    assert issue.notices == ("The title says 1 May 2023, the issue is dated 8 May 2023.",)


def test_a_year_is_no_issue_number() -> None:
    assert read("---\ntitle: The best knots of 2023\n---\nHello.").issue_no is None


@pytest.mark.parametrize(
    ("letters", "text", "spelled"),
    [
        ("theharbourlog", "Welcome to The Harbour Log.", "The Harbour Log"),
        ("lampsish", "Read Lamps'ish every week", "Lamps'ish"),
        ("gearsweekly", "see https://gearsweekly.example", None),
        ("harbourlog", "HARBOUR LOG ISSUE 5", "Harbour Log"),
    ],
)
def test_a_name_is_spelled_as_it_is_printed(letters: str, text: str, spelled: str | None) -> None:
    assert spell_as_printed(letters, text) == spelled
