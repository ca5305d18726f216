"""Which description is meant for an issue."""

from dataclasses import replace
from pathlib import Path

import pytest

from sponsorship.archive.reader import BUILT_IN, read_issue
from sponsorship.archive.reader.formats import GENERAL, choose_format
from sponsorship.archive.rules import Medium
from tests.archive.reading import FIXTURES, brief, read_fixture


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("the-harbour-log/2023-05-14-88.md", "sections with an echo"),
        ("lighthouse-notes/041.md", "marked paragraphs"),
        ("gears-weekly/2021-09-06-gears-weekly-30.md", "items with a source line"),
        ("gears-weekly/2022-02-07-gears-weekly-52.md", "items with a source line"),
        ("signal-box/2024-01-15-77.html", "banner and tag"),
        ("copper-mail/05-02-2018.html", "cards"),
        ("other/named-headings.md", "general"),
    ],
)
def test_a_format_is_known_by_its_signs(name: str, format_name: str) -> None:
    assert read_fixture(name).format_name == format_name


@pytest.mark.parametrize("path", sorted(path for path in FIXTURES.rglob("*.*")), ids=lambda path: path.name)
def test_the_general_description_finds_what_the_particular_ones_find(path: Path) -> None:
    name, content = str(path), path.read_bytes()
    assert brief(read_issue(name, content, formats=(GENERAL,))) == brief(read_issue(name, content))


def test_a_description_of_the_publisher_teaches_a_new_word() -> None:
    text = b"## Patron of the tide\n\n[Tidewater](https://tidewater.example) keeps your moorings.\n\n## News\n\nNone."
    assert read_issue("a.md", text).placements == ()
    taught = replace(GENERAL, name="mine", sponsor_terms=(*GENERAL.sponsor_terms, "patron of the tide"))
    (found,) = read_issue("a.md", text, formats=(taught,)).placements
    assert found.sponsor == "Tidewater"


def test_the_one_with_most_signs_is_chosen_and_the_general_one_where_none_fits() -> None:
    one = replace(GENERAL, name="one", signs=("a",))
    two = replace(GENERAL, name="two", signs=("a", "b"))
    assert choose_format("ab", Medium.MARKDOWN, (one, two)).name == "two"
    assert choose_format("a", Medium.MARKDOWN, (one, two)).name == "one"
    assert choose_format("c", Medium.MARKDOWN, (one, two)) is GENERAL


def test_a_description_for_mail_is_not_tried_on_markdown() -> None:
    mail = replace(GENERAL, name="mail", medium=Medium.HTML)
    assert choose_format("a", Medium.MARKDOWN, (mail,)) is GENERAL


def test_names_of_built_in_descriptions_differ() -> None:
    assert len({each.name for each in BUILT_IN}) == len(BUILT_IN)
