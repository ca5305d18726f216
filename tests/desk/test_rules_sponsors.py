"""What the sponsors page says, as tables."""

import pytest

from sponsorship.desk.rules.sponsors import (
    SponsorYear,
    against_median,
    median_or_none,
    signed_percent,
    sponsors_headline,
)


def year(name: str, booked: int, *slots: int) -> SponsorYear:
    first, second, third, fourth = slots or (1, 1, 1, 1)
    return SponsorYear(name, booked, (first, second, third, fourth))


@pytest.mark.parametrize(
    ("sponsors", "headline"),
    [
        ([], "No sponsor yet."),
        ([year("Tidewatch", 0)], "No sponsor has paid for a slot in the last year."),
        ([year("Tidewatch", 5)], "Tidewatch brings in all of the year."),
        ([year("Tidewatch", 60), year("Pallet", 40)], "Tidewatch alone brings in 60% of the year."),
        ([year("Tidewatch", 30), year("Pallet", 30), year("Mooring", 40)], "Two sponsors bring in 60% of the year."),
        ([year("Tidewatch", 40), year("Pallet", 30), year("Mooring", 30)], "Two sponsors bring in 70% of the year."),
        ([year(f"S{n}", 10) for n in range(30)], "15 sponsors bring in 50% of the year."),
        ([year("Tidewatch", 60), year("Quorum DB", 40, 4, 2, 1, 1)],
         "Tidewatch alone brings in 60% of the year. Quorum DB is fading."),
    ],
)  # fmt: skip
def test_the_headline_names_the_fewest_that_bring_in_half_and_who_fades(
    sponsors: list[SponsorYear], headline: str
) -> None:
    assert " ".join(str(clause) for clause in sponsors_headline(sponsors)) == headline


@pytest.mark.parametrize(
    ("slots", "fades"),
    [
        ((4, 2, 1, 1), True),
        ((2, 2, 1, 1), True),
        ((2, 1, 0, 0), False),  # too few to say
        ((4, 2, 2, 2), False),
        ((0, 0, 4, 4), False),
    ],
)
def test_a_sponsor_fades_when_the_newer_half_year_has_at_most_half_of_the_older(
    slots: tuple[int, int, int, int], fades: bool
) -> None:
    assert SponsorYear("Quorum DB", 1, slots).is_fading is fades


def test_clicks_are_compared_with_the_median_on_average() -> None:
    assert against_median([1.5, 1.1]) == pytest.approx(0.3)
    assert against_median([]) is None
    assert median_or_none([1, 2, 9]) == 2
    assert median_or_none([1, 2]) is None
    assert median_or_none([0, 0, 0]) is None


@pytest.mark.parametrize(("share", "text"), [(0.092, "+9%"), (-0.04, "−4%"), (0.001, "0%"), (None, ""), (-0.004, "0%")])
def test_differences_carry_their_sign(share: float | None, text: str) -> None:
    assert signed_percent(share) == text
