"""The HTML of a block in a browser: narrow and wide, light and dark, disclosed, readable, nothing beside the page."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from sponsorship.assembly.rules.mail import WIDEST, mail_block
from sponsorship.creative.render import block_html, echo_html
from tests.browser import ARGUMENTS, system_browser
from tests.factories.assembly import COPY

LINK = "https://desk.example/c/" + "a" * 60
BLOCKS = mail_block(block_html(COPY, printed_heading="Sponsor", url=LINK)) + mail_block(echo_html(COPY, url=LINK))
MEASURE = """() => [...document.querySelectorAll("td[bgcolor]")].map(cell => {
  const style = getComputedStyle(cell), box = cell.getBoundingClientRect();
  return {width: box.width, left: box.left, right: innerWidth - box.right, color: style.color, ground: style.backgroundColor};
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for pages that are given as text: nothing is fetched."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser(), args=list(ARGUMENTS))
        yield browser
        browser.close()


def brightness(color: str) -> float:
    """The relative luminance of a colour, 0 to 1 (WCAG 2.2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_a_block_fits_and_can_be_read(browser: Browser, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(f'<meta name="color-scheme" content="light dark"><body style="margin:0">{BLOCKS}</body>')
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cells = page.evaluate(MEASURE)
    assert len(cells) == 2
    for cell in cells:
        assert cell["width"] <= min(width, WIDEST)
        assert abs(cell["left"] - cell["right"]) <= 1
        assert (brightness(cell["ground"]) + 0.05) / (brightness(cell["color"]) + 0.05) >= 7
    assert page.get_by_role("heading", name="Sponsor", exact=True).is_visible()
    assert [link.get_attribute("href") for link in page.get_by_role("link").all()] == [LINK, LINK]
    assert page.get_by_role("table").count() == 0  # to a screen reader it is no table
    page.close()


def test_a_block_needs_neither_a_style_sheet_nor_a_script() -> None:
    assert not re.search(r"<(?:style|script|link|img)\b|\bclass=|\bon\w+=", BLOCKS)
