"""What a finding weighs, and the words it is told in."""

from datetime import date

import pytest

from sponsorship.checks.rules import (
    SEVERITIES,
    CheckRule,
    CopySource,
    Nearness,
    Passage,
    Reader,
    Severity,
    are_one_placement,
    fingerprint,
    interval,
    is_same_sponsor,
    may_show_text,
    tell,
)
from tests.factories.checks import passage

TODAY = date(2026, 11, 19)
THIS = passage(812)
LOOK, STOPS = Severity.LOOK, Severity.STOPS


@pytest.mark.parametrize(
    ("rule", "same_issue", "neighbour"),
    [
        ("same_slot", STOPS, None), ("same_sponsor", LOOK, None), ("same_destination", STOPS, LOOK), ("same_copy", STOPS, LOOK),
        ("near_copy", STOPS, LOOK), ("others_copy", None, None), ("old_link", None, None), ("editorial_link", LOOK, None),
    ],
)  # fmt: skip
def test_twice_in_one_issue_stops_and_a_repeat_is_pointed_out(
    rule: str, same_issue: Severity | None, neighbour: Severity | None
) -> None:
    assert SEVERITIES[CheckRule(rule), Nearness.SAME_ISSUE] == same_issue
    assert SEVERITIES[CheckRule(rule), Nearness.NEIGHBOUR] == neighbour


def test_every_rule_has_a_weight_for_every_place() -> None:
    assert set(SEVERITIES) == {(rule, place) for rule in CheckRule for place in Nearness}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (passage(812), "in this issue"),
        (passage(811), "a week earlier"),
        (passage(810), "two weeks earlier"),
        (passage(813), "a week later"),
        (passage(800), "twelve weeks earlier"),
        (passage(811, publish_on=date(2026, 11, 21)), "a day earlier"),
        (passage(811, publish_on=date(2026, 11, 12)), "ten days earlier"),
        (passage(813, publish_on=date(2026, 12, 9)), "17 days later"),
    ],
)
def test_the_distance_of_two_issues_is_said_in_words(other: Passage, words: str) -> None:
    assert interval(THIS, other) == words


@pytest.mark.parametrize(
    ("rule", "other", "share", "title", "sentence"),
    [
        (
            CheckRule.SAME_DESTINATION, passage(810, placement_name="Sponsored"), 1.0,
            "Same link as your Sponsored slot two weeks earlier",
            "No. 810 on 8 Nov sent readers to cinderbox.example/runbook, in its Sponsored slot. It may run as it is: we point"
            " out what is near.",
        ),
        (
            CheckRule.SAME_DESTINATION, passage(813), 1.0,
            "Same link as your Primary slot a week later",
            "No. 813 on 29 Nov sends readers to cinderbox.example/runbook, in its Primary slot. It may run as it is: we point"
            " out what is near.",
        ),
        (
            CheckRule.SAME_DESTINATION, passage(812, placement_name="Sponsored"), 1.0,
            "Same link as your Sponsored slot in this issue",
            "The Sponsored slot of No. 812 on 22 Nov leads to cinderbox.example/runbook too. Two ads in one issue need two"
            " pages, unless the publisher allows it.",
        ),
        (
            CheckRule.NEAR_COPY, passage(809), 0.6152,
            "Nearly the same copy as your Primary slot three weeks earlier",
            "61% of these words ran in No. 809 on 1 Nov too, as Primary. It may run as it is.",
        ),
        (
            CheckRule.SAME_COPY, passage(814), 1.0,
            "Same copy as your Primary slot two weeks later",
            "All of these words run in No. 814 on 6 Dec too, as Primary. It may run as it is.",
        ),
        (
            CheckRule.SAME_COPY, passage(812, placement_name="Classified A", sponsor_name="Mooring"), 1.0,
            "Same copy as another sponsor’s Classified A slot in this issue",
            "All of these words are in the Classified A slot of No. 812 on 22 Nov too. One issue does not print an ad twice,"
            " unless the publisher allows it.",
        ),
        (
            CheckRule.SAME_SPONSOR, passage(812, placement_name="Sponsored"), 1.0,
            "You have another ad in this issue",
            "The Sponsored slot of No. 812 on 22 Nov is yours too. Both may run; see that they do not say the same.",
        ),
    ],
)  # fmt: skip
def test_a_finding_says_what_and_where(
    rule: CheckRule, other: Passage, share: float, title: str, sentence: str
) -> None:
    words = tell(rule, THIS, other, share, today=TODAY)
    assert (words.title, words.sentence) == (title, sentence)


def test_the_publisher_is_told_whose_slot_it_is_and_a_sponsor_is_not() -> None:
    other = passage(810, sponsor_name="Mooring")
    for_team = tell(CheckRule.SAME_DESTINATION, THIS, other, 1.0, today=TODAY, reader=Reader.PUBLISHER)
    assert for_team.title == "Same link as the Primary slot of Mooring two weeks earlier"
    for rule in set(CheckRule) - {CheckRule.EDITORIAL_LINK}:  # which a sponsor is never told
        told = tell(rule, THIS, other, 1.0, today=TODAY)
        assert "Mooring" not in told.title + told.sentence


def test_the_publisher_is_told_about_the_sponsor_by_name() -> None:
    told = tell(CheckRule.SAME_SPONSOR, THIS, passage(812), 1.0, today=TODAY, reader=Reader.PUBLISHER)
    assert told.title == "Cinderbox has another ad in this issue"
    assert "is theirs too" in told.sentence


def test_a_text_without_a_known_sponsor_is_told_without_one() -> None:
    other = passage(810, sponsor_name="", source=CopySource.ARCHIVE)
    told = tell(CheckRule.SAME_COPY, THIS, other, 1.0, today=TODAY, reader=Reader.PUBLISHER)
    assert told.title == "Same copy as the Primary slot two weeks earlier"


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ({"sponsor_id": 1}, {"sponsor_id": 1, "sponsor_name": "Cinderbox Security"}, True),
        ({"sponsor_id": 1}, {"sponsor_id": 2}, False),
        ({"sponsor_name": "Cinderbox B.V."}, {"sponsor_name": "cinderbox", "sponsor_id": 3}, True),
        ({"sponsor_name": "Cinderbox"}, {"sponsor_name": "Kestrel CI"}, False),
        ({"sponsor_name": ""}, {"sponsor_name": ""}, False),
    ],
)
def test_sponsors_are_told_apart_by_row_then_by_name(
    one: dict[str, object], two: dict[str, object], same: bool
) -> None:
    assert is_same_sponsor(passage(**one), passage(**two)) is same


@pytest.mark.parametrize(
    ("other", "one"),
    [
        (passage(812, source_id=THIS.source_id), True),
        (passage(812), False),  # two creatives of one issue are two placements
        (passage(812, source=CopySource.ARCHIVE), True),  # the archive read what was sold here
        (passage(812, source=CopySource.ARCHIVE, placement_name="Sponsored"), False),
        (passage(811, source=CopySource.ARCHIVE), False),
    ],
)
def test_what_was_sold_and_what_the_archive_read_of_it_are_one_placement(other: Passage, one: bool) -> None:
    assert are_one_placement(THIS, other) is one


@pytest.mark.parametrize(
    ("other", "shown"),
    [
        (passage(814), True),
        (passage(814, sponsor_name="Mooring"), False),
        (passage(811, sponsor_name="Mooring"), True),
        (passage(811, sponsor_name="Mooring", publish_on=date(2026, 11, 18)), False),
    ],
)
def test_a_sponsor_reads_of_others_only_what_was_printed(other: Passage, shown: bool) -> None:
    assert may_show_text(THIS, other, TODAY) is shown


def test_a_fingerprint_is_the_same_from_both_sides_and_another_when_the_words_change() -> None:
    other = passage(811)
    mark = fingerprint(CheckRule.NEAR_COPY, THIS, other, ("a", "b"))
    assert mark == fingerprint(CheckRule.NEAR_COPY, other, THIS, ("b", "a"))
    assert mark != fingerprint(CheckRule.NEAR_COPY, THIS, other, ("a", "c"))
    assert mark != fingerprint(CheckRule.SAME_COPY, THIS, other, ("a", "b"))
    assert mark != fingerprint(CheckRule.NEAR_COPY, THIS, passage(811), ("a", "b"))
