"""The words of the archive, and when a placement is put as a question."""

import pytest

from sponsorship.archive.rules import (
    ASK_BELOW,
    DuplicateKind,
    DuplicatePair,
    FormatDescription,
    FoundKind,
    FoundPlacement,
)


def placement(confidence: float) -> FoundPlacement:
    return FoundPlacement(
        slot=FoundKind.PRIMARY,
        sponsor="Tidewater",
        heading="Sponsor",
        first_words="Moorings on one chart",
        url="https://tidewater.example/",
        line_start=3,
        line_end=4,
        house=False,
        confidence=confidence,
        body="Moorings on one chart",
        body_source="Moorings on one chart",
        urls=("https://tidewater.example/",),
    )


def test_every_kind_has_a_label_of_its_own() -> None:
    assert len({kind.label for kind in FoundKind}) == len(FoundKind)
    assert len({kind.label for kind in DuplicateKind}) == len(DuplicateKind)


def test_the_kinds_of_a_pair_are_told_in_one_string() -> None:
    pair = DuplicatePair(0, 4, (DuplicateKind.FOOTER_REPEAT, DuplicateKind.SAME_COPY))
    assert pair.words == "footer-repeat+same-copy"


@pytest.mark.parametrize(("confidence", "asks"), [(ASK_BELOW - 0.01, True), (ASK_BELOW, False), (1.0, False)])
def test_an_unsure_placement_is_a_question(confidence: float, asks: bool) -> None:
    assert placement(confidence).is_question is asks


def test_a_description_is_only_words() -> None:
    description = FormatDescription(name="mine", summary="A newsletter with one habit.", sponsor_terms=("patron",))
    assert description == FormatDescription("mine", "A newsletter with one habit.", sponsor_terms=("patron",))
