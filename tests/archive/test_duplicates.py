"""What placements of one issue have in common."""

import pytest

from sponsorship.archive.reader.duplicates import text_likeness
from tests.archive.reading import brief, read

COPY = "Tidewater keeps your moorings on one chart and tells you before the wind does."
URL = "https://tidewater.example/log"
NEWS = "\n## News\n\nOne https://a.example.org\n\nTwo https://b.example.org\n\nThree https://c.example.org\n"


def pairs(text: str) -> list[tuple[int, int, str]]:
    return [(pair.first, pair.second, pair.words) for pair in read(text).duplicates]


def test_copy_printed_again_at_the_foot_is_an_echo() -> None:
    text = f"## Sponsor\n\n{COPY} {URL}\n\n## News\n\nA long read https://a.example.org\n\n{COPY} {URL}\n"
    assert [slot for slot, _, _ in brief(read(text))] == ["primary", "footer-repeat"]
    assert pairs(text) == [(0, 1, "footer-repeat+same-copy+same-destination+same-sponsor")]


def test_an_echo_of_several_paragraphs_is_one() -> None:
    ad = f"{COPY}\n\nSee how forty ports plan their berths with it: {URL}"
    issue = read(f"## Sponsor\n\n{ad}\n\n## News\n\nA long read https://a.example.org\n\n---\n\n{ad}\n")
    assert [slot for slot, _, _ in brief(issue)] == ["primary", "footer-repeat"]
    assert issue.placements[1].line_start == 13
    assert issue.placements[1].line_end == 15


def test_an_echo_under_a_label_of_its_own_is_one_too() -> None:
    text = f"## Sponsor\n\n{COPY} {URL}\n\n## News\n\nOne https://a.example.org\n\nTwo\n\n## Sponsor\n\n{COPY} {URL}\n"
    assert [slot for slot, _, _ in brief(read(text))] == ["primary", "footer-repeat"]


def test_one_sponsor_with_two_ads_is_a_fact_and_no_echo() -> None:
    text = f"## Sponsor\n\n{COPY} {URL}\n\n## Sponsored\n\nJoin Tidewater in Whitby. https://tidewater.example/whitby\n"
    assert [slot for slot, _, _ in brief(read(text))] == ["primary", "secondary"]
    assert pairs(text) == [(0, 1, "same-sponsor")]


def test_a_word_changed_and_another_campaign_are_seen_through() -> None:
    other = COPY.replace("wind", "storm")
    text = f"## Sponsor\n\n{COPY} {URL}?utm_campaign=a\n\n## Sponsored\n\n{other} {URL}/?utm_campaign=b\n{NEWS}"
    assert pairs(text) == [(0, 1, "near-copy+same-destination+same-sponsor")]


def test_two_links_of_one_shortener_are_not_one_sponsor() -> None:
    text = (
        "## Sponsor\n\nQuay walls from the air. https://ow.ly/a\n\n## Sponsored\n\nA guide to tides. https://ow.ly/b\n"
    )
    assert pairs(text) == []


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (COPY, COPY, 100, 100),
        (COPY, COPY.upper() + " ", 100, 100),
        (COPY, COPY.replace("one chart", "a single chart"), 85, 98),
        (COPY, "A guide to tides and the people who wait for them in the harbour.", 0, 70),
        ("Read more", "Read more", 0, 0),
    ],
)
def test_likeness_of_texts(one: str, other: str, low: float, high: float) -> None:
    assert low <= text_likeness(one, other) <= high
