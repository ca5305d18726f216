"""The flatplan keeps its blocks on the page, in order, whatever is sold."""

import pytest

from sponsorship.core.flatplan import (
    BODY_BOTTOM,
    BODY_TOP,
    COLUMN_WIDTH,
    MARGIN,
    Spot,
    draw_flatplan,
    draw_place,
    draw_specimen,
)

RUNBOOK = [
    Spot("primary", "paid", echo=True),
    Spot("sponsored", "open"),
    Spot("classified", "held"),
    Spot("classified", "ran"),
]
ISSUES = {
    "nothing for sale": [],
    "one bar": [Spot("primary", "open")],
    "one classified": [Spot("classified", "open")],
    "the usual four": RUNBOOK,
    "echoes only at the foot of one another": [Spot("primary", "paid", echo=True), Spot("partner", "open", echo=True)],
    "more than fits": [Spot("primary", "open", echo=True)]
    + [Spot("sponsored", "open")] * 9
    + [Spot("classified", "open")] * 7,
}


@pytest.mark.parametrize("spots", ISSUES.values(), ids=ISSUES.keys())
def test_every_block_and_every_line_stays_between_name_and_foot(spots: list[Spot]) -> None:
    drawing = draw_flatplan(spots)
    for mark in drawing.marks:
        assert mark.height > 0
        assert mark.y >= BODY_TOP and mark.y + mark.height <= BODY_BOTTOM + 0.01
        assert mark.x >= MARGIN and mark.x + mark.width <= MARGIN + COLUMN_WIDTH
    assert all(BODY_TOP < line.y < BODY_BOTTOM for line in drawing.text)


@pytest.mark.parametrize("spots", ISSUES.values(), ids=ISSUES.keys())
def test_no_two_blocks_overlap_and_no_line_runs_through_a_block(spots: list[Spot]) -> None:
    drawing = draw_flatplan(spots)
    for number, one in enumerate(drawing.marks):
        for other in drawing.marks[number + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart = one.y + one.height <= other.y + 0.01 or other.y + other.height <= one.y + 0.01
            assert beside or apart
        assert not [line for line in drawing.text if one.y < line.y < one.y + one.height]


def test_blocks_keep_their_order_and_their_state_and_the_echo_comes_last() -> None:
    drawing = draw_flatplan(RUNBOOK)
    assert [mark.state for mark in drawing.marks] == ["paid", "open", "held", "ran", "paid"]
    assert [mark.y for mark in drawing.marks] == sorted(mark.y for mark in drawing.marks)
    assert drawing.marks[-1].y + drawing.marks[-1].height == BODY_BOTTOM


def test_classifieds_stand_two_to_a_row_and_an_odd_one_keeps_its_half() -> None:
    marks = draw_flatplan([Spot("classified", "open")] * 3).marks
    assert marks[0].y == marks[1].y < marks[2].y
    assert marks[0].x == marks[2].x < marks[1].x
    assert len({mark.width for mark in marks}) == 1


def test_a_primary_is_taller_than_a_sponsored_bar_and_that_taller_than_a_partner_line() -> None:
    primary, sponsored, partner = draw_flatplan(
        [Spot("primary", "open"), Spot("sponsored", "open"), Spot("partner", "open")]
    ).marks
    assert primary.height > sponsored.height > partner.height


@pytest.mark.parametrize(
    ("chosen", "lit"),
    [
        ({0}, [True, False, False, False, True]),
        ({1}, [False, True, False, False, False]),
        ({2, 3}, [False, False, True, True, False]),
    ],
)
def test_a_place_is_lit_where_it_is_printed_its_echo_included(chosen: set[int], lit: list[bool]) -> None:
    assert [mark.state == "on" for mark in draw_place(RUNBOOK, chosen).marks] == lit


def test_an_issue_without_blocks_is_all_text() -> None:
    drawing = draw_flatplan([])
    assert drawing.marks == () and len(drawing.text) > 5


def test_the_specimen_is_the_same_drawing_enlarged() -> None:
    small, large = draw_place(RUNBOOK, {0}), draw_specimen(RUNBOOK, {0})
    assert large.width == 132.0
    assert [mark.state for mark in large.marks] == [mark.state for mark in small.marks]
    for little, big in zip(small.marks, large.marks, strict=True):
        assert big.y / little.y == pytest.approx(large.width / small.width, abs=0.05)
