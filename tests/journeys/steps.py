"""The steps of a journey, each as a person takes it: by labels, buttons and links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import PERSON
from tests.server import Desk


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """An issue on the storefront: its number, and its day as the pages write it."""

    number: str
    day: str


def open_slots(page: Page) -> tuple[OpenIssue, list[Locator]]:
    """Find an issue with Primary and Sponsored open, and another with Primary open: three checkboxes."""
    rows = page.locator("table.dates tbody tr:has(td:nth-child(2) input)")
    both = page.locator("table.dates tbody tr:has(td:nth-child(2) input):has(td:nth-child(3) input)").first
    text = both.locator("th").inner_text()
    found = re.search(r"(\w{3} \d+ \w{3})\s+No\. (\d+)", text)
    assert found, text
    other = rows.filter(has_not_text=found[0]).first
    picks = [
        both.locator("td:nth-child(2) input"),
        both.locator("td:nth-child(3) input"),
        other.locator("td:nth-child(2) input"),
    ]
    return OpenIssue(found[2], found[1]), picks


def circle_slots(page: Page, picks: list[Locator]) -> None:
    """Tick prices, and wait until the server has priced them."""
    more = page.locator("details.dates__more:not([open]) summary")
    if more.count():
        more.click()
    for number, box in enumerate(picks, start=1):
        box.check(force=True)
        expect(page.locator("#order")).to_have_attribute("data-count", re.compile(rf"^{number} "))


def fill_details(page: Page, *, company: str, email: str) -> None:
    """Say who advertises and who pays."""
    page.get_by_label("Company").fill(company)
    page.get_by_label("Your name").fill("Rosa Lind")
    page.get_by_label("E-mail", exact=False).first.fill(email)
    page.get_by_label("Website").fill("https://quietpager.example")
    page.get_by_label("Street and number").fill("Harbour Street 4")
    page.get_by_label("Postcode and city").fill("EH6 7AA Edinburgh")
    page.get_by_label("Country").select_option("GB")


def pay(page: Page) -> None:
    """Decline once, then pay, on the hosted page, and come back to the order."""
    page.wait_for_url("**/pay/cs_*")
    fill_pay_page(page)
    page.get_by_role("button", name="Decline the card").click()
    expect(page.get_by_text("Your card was declined.")).to_be_visible()
    fill_pay_page(page)
    page.get_by_role("button", name=re.compile("^Pay \\$")).click()
    page.wait_for_url(re.compile(r"/orders/[\w-]+$"))


def fill_pay_page(page: Page) -> None:
    """Fill in what the hosted page still asks for."""
    for field in page.locator("form.sheet input[required]").all():
        if not field.input_value():
            field.fill("rosa@quietpager.example" if field.get_attribute("type") == "email" else "Edinburgh")


def write_copy(page: Page, order_url: str, which: str, copy: Mapping[str, str], *, draft_first: bool = False) -> None:
    """Open the editor of one slot from the order's page, type the copy, see it counted and previewed, and send it."""
    page.goto(order_url)
    page.get_by_role("link", name=re.compile(rf"(Write|Read) the copy for {which}")).click()
    page.get_by_label("Headline").fill(copy["heading"])
    page.get_by_label("Body", exact=True).fill("one " * 70)
    expect(page.locator(".measure.is-over").first).to_contain_text("over")
    page.get_by_label("Body", exact=True).fill(copy["body"])
    expect(page.locator(".measure.is-over")).to_have_count(0)
    page.get_by_label("Link text").fill(copy["link_text"])
    page.get_by_label("Link address").fill(copy["link_url"])
    expect(page.locator("#preview")).to_contain_text(copy["body"])
    if draft_first:
        page.get_by_role("button", name="Save draft").click()
        expect(page.locator(".saved")).to_contain_text("Saved")
        expect(page.get_by_label("Body", exact=True)).to_have_value(copy["body"])
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_role("button", name="Take it back to change it")).to_be_visible()


def sign_in(context: BrowserContext, desk: Desk, email: str) -> Page:
    """Sign in with a link, in a window of one's own."""
    browser = context.browser
    assert browser is not None
    page = browser.new_context(viewport={"width": 1440, "height": 1000}, user_agent=PERSON).new_page()
    page.set_default_timeout(20_000)
    page.goto(desk.run("accounts", "sign-in-link", email).strip().splitlines()[-1])
    page.get_by_role("button", name="Sign me in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def approve_all(page: Page, desk: Desk, sponsor: str) -> None:
    """Read each copy of a sponsor that waits; let pass what stops it, with a reason; approve it."""
    for _ in range(4):
        page.goto(f"{desk.url}/desk/sunday-runbook/review")
        waiting = page.locator(".queue__list a", has_text=sponsor)
        if not waiting.count():
            return
        waiting.first.click()
        while page.locator(".queue__checks .finding--block details summary", has_text="Allow it").count():
            page.locator(".queue__checks .finding--block details summary", has_text="Allow it").first.click()
            page.get_by_label("Why it may run").first.fill("A package of two: agreed.")
            page.get_by_role("button", name="Allow once").first.click()
            page.wait_for_load_state()
        page.get_by_role("button", name="Approve").click()
        page.wait_for_load_state()
    raise AssertionError(f"copy of {sponsor} still waits after it was approved")


def expect_mail(page: Page, desk: Desk, address: str, words: str) -> None:
    """Wait until the worker has put a mail with these words on the outbox page."""
    for _ in range(60):
        page.goto(f"{desk.url}/outbox?to={address}")
        if page.locator("main", has_text=words).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"no mail to {address} says “{words}”")


def visit_until_shown(page: Page, url: str, wanted: Locator) -> None:
    """Open a page anew until the worker has done what it is to show: handlers run after the act, not within it."""
    for _ in range(120):
        page.goto(url)
        if wanted.count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{url} never showed {wanted}")


def go_to_issue(page: Page, desk: Desk, issue: OpenIssue) -> None:
    """Open an issue's page from the calendar, paging on where it is not on the first one."""
    page.goto(f"{desk.url}/desk/sunday-runbook/calendar")
    row = page.locator("th.slots__issue", has_text=f"No. {issue.number}")
    for _ in range(3):
        if row.count():
            break
        page.get_by_role("link", name="Later").click()
        page.wait_for_load_state()
    row.locator("a").click()
    expect(page.locator(".dateline b")).to_have_text(f"No. {issue.number}")


def figures_of(page: Page) -> tuple[int, int, int]:
    """Read booked, collected and outstanding off the revenue page, in whole units."""
    texts = page.locator(".sum__fig").all_inner_texts()[:3]
    booked, collected, outstanding = (int(re.sub(r"\D", "", text)) for text in texts)
    return booked, collected, outstanding
