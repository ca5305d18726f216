"""Pictures of the demo's pages for the README: `python -m tests.journeys.pictures` writes docs/screenshots/."""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import ARGUMENTS, PERSON, system_browser
from tests.server import ROOT, Desk, running_desk

FOLDER = ROOT / "docs" / "screenshots"
MODES = ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"))
KEPT = {
    ("storefront", 1440, "light"), ("storefront", 390, "light"), ("revenue", 1440, "light"), ("revenue", 1440, "dark"),
    ("calendar", 1440, "light"), ("calendar", 390, "light"), ("issue", 1440, "light"), ("review", 1440, "light"),
    ("review", 1440, "dark"), ("report", 1440, "light"), ("report", 390, "light"), ("copy", 1440, "light"),
    ("copy", 390, "light"), ("sponsors", 1440, "light"), ("invoices", 1440, "light"), ("order", 1440, "light"),
    ("cart", 1440, "light"), ("demand", 1440, "light"), ("proposal", 1440, "light"), ("move", 1440, "light"),
    ("home", 390, "light"),
}  # fmt: skip


def signed_in(browser: Browser, desk: Desk, email: str) -> BrowserContext:
    """Return a window of somebody who is signed in."""
    context = browser.new_context(user_agent=PERSON)
    page = context.new_page()
    page.goto(desk.run("accounts", "sign-in-link", email).strip().splitlines()[-1])
    page.get_by_role("button", name="Sign me in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return context


def addresses(publisher: Page, sponsor: Page, desk: Desk) -> dict[str, tuple[Page, str]]:
    """Find the pages to picture: by whom they are seen, and where."""
    team = f"{desk.url}/desk/sunday-runbook"
    publisher.goto(f"{team}/calendar")
    issue = publisher.locator("tr.is-next th.slots__issue a, th.slots__issue a").first.get_attribute("href")
    next_issue = publisher.get_by_role("link", name="Issue", exact=True).first.get_attribute("href") or issue
    sponsor.goto(f"{desk.url}/sponsor")
    report = sponsor.get_by_role("link", name=re.compile("Read the report")).first.get_attribute("href")
    copy = sponsor.get_by_role("link", name=re.compile("(Write|Read) the copy")).first.get_attribute("href")
    order = re.sub(r"/copy/.*", "", copy or "")
    move = sponsor.get_by_role("link", name=re.compile("^Move it")).first.get_attribute("href")
    sponsor.goto(f"{desk.url}/newsletters/sunday-runbook")
    boxes = sponsor.locator("table.dates tbody td:nth-child(2) input, table.dates tbody td:nth-child(4) input")
    picks = "&".join(f"slot={boxes.nth(n).get_attribute('value')}" for n in range(3))
    return {
        "storefront": (sponsor, f"{desk.url}/newsletters/sunday-runbook"),
        "revenue": (publisher, f"{team}/revenue"),
        "calendar": (publisher, f"{team}/calendar"),
        "review": (publisher, f"{team}/review"),
        "sponsors": (publisher, f"{team}/sponsors"),
        "invoices": (publisher, f"{team}/invoices"),
        "issue": (publisher, f"{desk.url}{next_issue}"),
        "report": (sponsor, f"{desk.url}{report}"),
        "copy": (sponsor, f"{desk.url}{copy}"),
        "order": (sponsor, f"{desk.url}{order}"),
        "home": (sponsor, f"{desk.url}/sponsor"),
        "cart": (sponsor, f"{desk.url}/newsletters/sunday-runbook?{picks}&code=RUNBOOK10"),
        "move": (publisher, f"{desk.url}{re.sub('^/orders/[^/]+', '', move or '')}"),
        "demand": (publisher, f"{team}/demand"),
        "proposal": (sponsor, proposal_of(publisher, team)),
    }


def proposal_of(publisher: Page, team: str) -> str:
    """Find the page of the proposal that is out, by its mail."""
    publisher.goto(re.sub("/desk/.*", "/outbox?to=liv@peatsystems.example", team))
    found = re.search(r"\S*/orders/[\w-]+/proposal", publisher.locator("main").inner_text())
    assert found is not None
    return found[0]


def main() -> None:
    """Start a demo of its own and picture its pages, in the kept sizes and appearances; names as arguments: these only."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var_dir, running_desk(Path(var_dir)) as desk, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser(), args=list(ARGUMENTS))
        publisher = signed_in(browser, desk, "imogen@sundayrunbook.example").new_page()
        sponsor = signed_in(browser, desk, "joost@cinderbox.example").new_page()
        for name, (page, address) in addresses(publisher, sponsor, desk).items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            for width, appearance in MODES:
                if (name, width, appearance) in KEPT:
                    picture(page, address, width, appearance, FOLDER / f"{name}-{width}-{appearance}.png")
        browser.close()


def picture(page: Page, address: str, width: int, appearance: str, path: Path) -> None:
    """Picture one page whole."""
    page.set_viewport_size({"width": width, "height": 1000})
    page.emulate_media(color_scheme="dark" if appearance == "dark" else "light")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, full_page=True)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
