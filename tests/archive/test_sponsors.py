"""Whose ad it is."""

import pytest

from sponsorship.archive.reader.markdown import read_markdown
from sponsorship.archive.reader.sponsors import SponsorClues, as_company, name_sponsor, spell


def name(source: str, *said: str, section: str | None = None) -> str | None:
    return name_sponsor(SponsorClues(said, read_markdown(source, lambda line: False), section))


@pytest.mark.parametrize(
    ("source", "sponsor"),
    [
        ("Moorings on one chart in Tidewater's new map. https://try.tidewater.example/x", "Tidewater"),
        ("[Fresnel Works](https://fresnelworks.example) grinds lenses.", "Fresnel Works"),
        ("1) Harmonic drives.\n<br>[maxi](https://www.maxigear.example/x)", "maxi"),
        ("The Starter Kit By HotHands\n\nWith [FlangeWorld](https://market.flangeworld.example) parts.", "FlangeWorld"),
        ("[The Starter Kit By HotHands](https://market.flangeworld.example) is here.", "HotHands"),
        ("All Our Boats is a fair. https://allourboatsfair.example/2024", "All Our Boats"),
        ("G2q: Foundry and patterns. https://www.g2qdev.example", "G2q"),
        ("[![Inkwell logo](i.png)](https://inkwell.example)", "Inkwell"),
        ("[Thole & Pin](https://tholeandpin.example) make rowlocks.", "Thole & Pin"),
        ("Read more: https://signal-works.example/x", "Signal Works"),
        ("Read the story. https://bit.ly/abc", None),
        ("Quay Walls: inspected from the air. https://ow.ly/abc", None),
        ("Pilot Week is coming. https://ow.ly/abc", "Pilot Week"),
        ("Sign up. https://docs.google.com/forms/abc", None),
        ("No link at all", None),
    ],
)
def test_the_name_is_read_from_copy_and_link(source: str, sponsor: str | None) -> None:
    assert name(source) == sponsor


def test_a_name_said_outright_comes_first() -> None:
    assert name("[Tidewater](https://tidewater.example)", "Pilotage") == "Pilotage"
    assert name("[Tidewater](https://tidewater.example)", "five ways to moor a boat") == "Tidewater"
    assert name("A webinar. https://bit.ly/x", section="BHA") == "BHA"


def test_capitals_of_a_label_are_no_spelling() -> None:
    assert name("Why Tidewater? https://tidewater.example", "TIDEWATER") == "Tidewater"
    assert name("https://bit.ly/x", "LEFT-HAND THREAD") == "Left-Hand Thread"
    assert name("https://bit.ly/x", "BHA") == "BHA"


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("Tidewater", "Tidewater"),
        ("Tidewater, the mooring people", "Tidewater"),
        ("Tidewater - moorings", "Tidewater"),
        ("Ropes of Whitby", "Ropes of Whitby"),
        ("Inkwell logo", "Inkwell"),
        ("maxi", "maxi"),
        ("Five ways to moor", None),
        ("", None),
    ],
)
def test_a_company_is_told_from_a_title(text: str, company: str | None) -> None:
    assert as_company(text) == company


@pytest.mark.parametrize(
    ("host", "text", "exact", "spelled"),
    [
        ("harbourtools.example", "A bundle from Harbour Tools.", False, "Harbour Tools"),
        ("cloudyard.example", "Cloud moorings", False, None),
        ("maxigear.example", "maxi", True, "maxi"),
        ("maxigear.example", "maxi", False, None),
        ("bolt.example", "Bolts, delivered", False, None),
        ("signal.example", "Signal Example", True, "Signal Example"),
    ],
)
def test_a_domain_is_spelled_as_the_text_spells_it(host: str, text: str, exact: bool, spelled: str | None) -> None:
    assert spell(host, [text], exact=exact) == spelled
