"""Text and edges keep the contrast of WCAG 2.2 AA in both themes (success criteria 1.4.3 and 1.4.11)."""

import re

import pytest

from tests.design.bench import ROOT

HEX = r"(#[0-9A-Fa-f]{6})"
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        rf"--([\w-]+):\s*light-dark\({HEX},\s*{HEX}\)", (ROOT / "static/css/base.css").read_text()
    )
}
PAPERS = ("paper", "sheet", "bar", "bar-hi")
STATE_INKS = ("red", "ochre", "green", "plum")

TEXT = [
    *[(ink, paper) for ink in ("ink", "ink-2", "ink-3", "pencil", *STATE_INKS) for paper in PAPERS],
    *[(ink, f"{ink}-wash") for ink in ("pencil", "slate", *STATE_INKS)],
    *[("ink-2", f"{ink}-wash") for ink in ("pencil", "slate", *STATE_INKS)],
    *[(ink, f"{ink}-mark") for ink in ("red", "ochre", "slate", "plum")],
    *[("ink-2", f"{ink}-mark") for ink in ("ochre", "slate", "plum")],
    *[("ink", f"{ink}-{fill}") for ink in ("ochre", "plum") for fill in ("wash", "mark")],
    *[("on-ink", "ink"), ("on-ink", "red"), ("sheet", "pencil"), ("ink", "pencil-wash"), ("ink", "red-wash")],
    ("red", "green-wash"),
]
EDGES = [
    *[("edge", paper) for paper in ("paper", "sheet", "bar")],
    *[(ink, paper) for ink in ("pencil", "ochre", "plum") for paper in ("paper", "sheet")],
    *[(f"c-{series}", "paper") for series in ("collected", "owed", "held", "open", "people", "bots")],
]


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "fill"), TEXT)
def test_text_can_be_read(ink: str, fill: str, theme: int) -> None:
    assert contrast(TOKENS[ink][theme], TOKENS[fill][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "fill"), EDGES)
def test_an_edge_can_be_seen(edge: str, fill: str, theme: int) -> None:
    assert contrast(TOKENS[edge][theme], TOKENS[fill][theme]) >= 3
