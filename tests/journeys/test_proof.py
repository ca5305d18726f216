"""An issue in a browser: put together, checked whole before it goes out, proved after it was sent, made good."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.steps import sign_in, visit_until_shown
from tests.server import Desk

SCREENSHOTS = Path(__file__).parent / "screenshots"
NEWS = "# In other news\n\nIt was a quiet week, [and then it was not](https://digest.example/quiet).\n\n"
UNPROVED = 5  # issues before the next one: sent, and not proved in the demo


def shoot(page: Page, name: str) -> None:
    """Keep a picture of a step, for whoever wants to look."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"proof-{name}.png", full_page=True)


@pytest.mark.timeout(600)
def test_an_issue_is_checked_before_it_goes_out_and_proved_afterwards(desk: Desk, context: BrowserContext) -> None:
    """Each step stands on the one before; pictures of all are kept."""
    publisher = sign_in(context, desk, "imogen@sundayrunbook.example")
    publisher.goto(f"{desk.url}/desk/sunday-runbook/calendar")
    publisher.get_by_role("link", name="Issue", exact=True).first.click()
    number = int(re.findall(r"/issues/(\d+)", publisher.url)[0])
    check_the_next_issue(publisher, desk, number)
    prove_a_sent_issue(publisher, desk, number - UNPROVED)


def assembled(page: Page, desk: Desk, number: int) -> str:
    """The issue's blocks as the publisher copies them, between the publisher's own words."""
    blocks = page.request.get(f"{desk.url}/issues/{number}/blocks.md").text()
    return f"{NEWS}{blocks}\n\n{NEWS}"


def give(page: Page, text: str) -> None:
    """Paste an issue and send it."""
    page.get_by_role("textbox", name="The whole issue").fill(text)
    page.locator("form:has(textarea[name=pasted]) button[type=submit]").click()
    page.wait_for_load_state()


def check_the_next_issue(page: Page, desk: Desk, number: int) -> None:
    """A block that was forgotten is named; pasted in, it is right."""
    page.get_by_role("link", name="Check the whole issue").click()
    whole = assembled(page, desk, number)
    give(page, NEWS)
    expect(page.locator("h1")).to_contain_text("Not what was sold")
    expect(page.locator(".finding--block").first).to_contain_text("missing")
    shoot(page, "1-missing")
    give(page, whole)
    expect(page.locator("h1")).not_to_contain_text("Not what was sold")
    expect(page.locator(".said--ok").first).to_have_text("As sold")
    shoot(page, "2-right")
    page.get_by_role("button", name="Put it away").click()
    expect(page.get_by_role("link", name="Check the whole issue")).to_be_visible()


def prove_a_sent_issue(page: Page, desk: Desk, number: int) -> None:
    """One word is not as approved: it is shown, made good, and the sponsor gets a tear sheet that says so."""
    page.goto(f"{desk.url}/issues/{number}")
    page.get_by_role("link", name="Prove what ran").click()
    whole = assembled(page, desk, number)
    body = re.findall(r"^[A-Z].{60,}$", whole, re.MULTILINE)[1]
    give(page, whole.replace(body, f"Surely {body}"))
    expect(page.locator("h1")).to_contain_text("did not")
    expect(page.locator("ins", has_text="Surely").first).to_be_visible()
    shoot(page, "3-differs")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_role("link", name="a make-good is owed").first).to_be_visible()
    shoot(page, "4-recorded")
    mail = page.locator("main", has_text="Your tear sheet")
    visit_until_shown(page, f"{desk.url}/outbox", mail)
    page.goto(f"{desk.url}/issues/{number}/proof")
    page.get_by_role("link", name="Ran, but not as sold").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tear sheet (PDF)").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    shoot(page, "5-report")
