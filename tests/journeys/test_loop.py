"""The whole loop in a browser: from the archive and the storefront to the chart, as a sponsor and a publisher walk it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.steps import (
    OpenIssue,
    approve_all,
    circle_slots,
    expect_mail,
    figures_of,
    fill_details,
    go_to_issue,
    open_slots,
    pay,
    sign_in,
    visit_until_shown,
    write_copy,
)
from tests.server import Desk

SCREENSHOTS = Path(__file__).parent / "screenshots"
ARCHIVED = """---
title: THE SUNDAY RUNBOOK ISSUE \\#12 - 3rd March 2019
date: 2019-03-03T08:00:00+00:00
---

A calm week on the pager.

Sponsor
======

Harbourwatch tells you which of your backups would restore today, and which would not. Try it for a month.
<br>[https://harbourwatch.example/runbook](https://harbourwatch.example/runbook)


News
====

A long read about queues that never drain.
<br>[https://blog.example/queues](https://blog.example/queues)
"""
DRAFT = """# A quiet week

<!-- sponsor:primary -->

Stories first.

<!-- sponsor:sponsored -->

That is all.

<!-- sponsor:primary:echo -->
"""
PRIMARY = {
    "heading": "Sleep through the small outages",
    "body": "Quietpager groups what rings at night and wakes one person, once. Thirty days for readers of the Runbook.",
    "link_text": "Try thirty nights",
    "link_url": "http://quietpager.example/nights?utm_source=runbook",
}
SPONSORED = {
    "heading": "One rota for four time zones",
    "body": "Quietpager Rota swaps shifts by message and keeps the handover notes with the shift.",
    "link_text": "See the rota",
    "link_url": "http://quietpager.example/nights",  # the same page as the Primary's, whatever its tracking says
}


def shoot(page: Page, name: str) -> None:
    """Keep a picture of a step, for whoever wants to look."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"loop-{name}.png", full_page=True)


@pytest.mark.timeout(900)  # a browser, a server and a worker on a machine that others use too
def test_the_loop_from_the_archive_and_the_storefront_to_the_chart(
    desk: Desk, context: BrowserContext, tmp_path: Path
) -> None:
    """Each step stands on the one before; pictures of all are kept."""
    take_the_archive_in(desk, tmp_path)
    page = context.new_page()
    issue = buy_three_slots(page, desk)
    order_url = page.url
    write_both_copies(page, order_url, issue)
    publisher = sign_in(context, desk, "imogen@sundayrunbook.example")
    review_twice(publisher, page, desk, order_url, issue)
    links = send_the_issue(publisher, desk, issue)
    before = see_the_chart_empty(page, order_url)
    click_as_a_reader(context, links[0])
    see_the_chart_change(page, before)
    see_the_numbers(page, publisher, desk, order_url)


def take_the_archive_in(desk: Desk, folder: Path) -> None:
    """Import one past issue, twice: the second time changes nothing."""
    (folder / "2019-03-03-12.md").write_text(ARCHIVED, encoding="utf-8")
    command = ("archive", "import", str(folder), "--newsletter", "sunday-runbook")
    assert "1 issues imported with 1 bookings" in desk.run(*command)
    assert "1 were there already" in desk.run(*command)


def buy_three_slots(page: Page, desk: Desk) -> OpenIssue:
    """Circle three prices, hold them, give details (the terms forgotten at first), and pay on the hosted page."""
    page.goto(f"{desk.url}/newsletters/sunday-runbook")
    issue, picks = open_slots(page)
    circle_slots(page, picks)
    expect(page.locator("#order .total")).to_contain_text("$3,735")
    shoot(page, "1-storefront")
    page.get_by_role("button", name="Hold these dates and check out").click()
    expect(page.locator("h1")).to_contain_text("Three slots, held for you until")
    fill_details(page, company="Quietpager Ltd", email="rosa@quietpager.example")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.locator("#errors")).to_contain_text("terms")
    expect(page.get_by_label("Company")).to_have_value("Quietpager Ltd")
    page.get_by_role("checkbox", name="I have read the terms").check()
    shoot(page, "2-checkout")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    pay(page)
    expect(page.locator("#h-booked")).to_have_text("What is booked")
    shoot(page, "3-order")
    return issue


def write_both_copies(page: Page, order_url: str, issue: OpenIssue) -> None:
    """Write the copy of two slots of one issue; the second leads where the first does, and is told so."""
    write_copy(page, order_url, f"Primary, {issue.day}", PRIMARY, draft_first=True)
    shoot(page, "4-copy")
    write_copy(page, order_url, f"Sponsored, {issue.day}", SPONSORED)
    expect(page.locator("#checks")).to_contain_text("Same link")
    shoot(page, "5-findings")


def review_twice(publisher: Page, page: Page, desk: Desk, order_url: str, issue: OpenIssue) -> None:
    """The publisher asks for changes, the sponsor is told by mail and sends again, the publisher approves."""
    publisher.get_by_role("link", name=re.compile("^Review")).first.click()
    publisher.locator(".queue__list a", has_text="Quietpager").filter(has_text="Primary").click()
    publisher.get_by_label("What should they change?").fill("Say what happens to the pages that are not urgent.")
    shoot(publisher, "6-review")
    publisher.get_by_role("button", name=re.compile("^Send to")).click()
    expect(publisher.locator("#toasts")).to_contain_text(re.compile(r"\w"))
    expect_mail(publisher, desk, "rosa@quietpager.example", "pages that are not urgent")
    better = PRIMARY | {"body": PRIMARY["body"] + " The rest waits for breakfast."}
    write_copy(page, order_url, f"Primary, {issue.day}", better)
    approve_all(publisher, desk, "Quietpager")


def send_the_issue(publisher: Page, desk: Desk, issue: OpenIssue) -> list[str]:
    """Fill the editor's draft, check that only the markers changed, and mark the issue as sent; returns the tracked links."""
    go_to_issue(publisher, desk, issue)
    publisher.get_by_label("Your draft in Markdown").fill(DRAFT)
    publisher.get_by_role("button", name="Fill the blocks in").click()
    whole = publisher.get_by_label("The whole issue").input_value()
    links = re.findall(rf"{re.escape(desk.url)}/c/[\w-]+", whole)
    assert len(set(links)) == 3, whole
    assert whole.startswith("# A quiet week\n\n") and "Stories first." in whole and "breakfast" in whole
    shoot(publisher, "7-issue")
    publisher.get_by_role("button", name="Mark as sent").first.click()
    publisher.get_by_role("dialog").get_by_role("button", name="Mark as sent").click()
    expect(publisher.get_by_role("button", name="Mark as sent")).to_have_count(0)
    return links


def click_as_a_reader(context: BrowserContext, link: str) -> None:
    """Follow a tracked link and land on the sponsor's page."""
    reader = context.new_page()
    reader.goto(link)
    expect(reader.locator("h1")).to_contain_text("You are at quietpager.example/nights")


def see_the_chart_empty(page: Page, order_url: str) -> str:
    """The report is there as soon as the issue is out, and its chart has no bar yet; returns the report's address."""
    report = page.get_by_role("link", name=re.compile("Read the report")).first
    visit_until_shown(page, order_url, report)
    report.click()
    expect(page.locator("#chart-clicks .main-svg").first).to_be_visible()
    expect(page.locator("#chart-clicks .bars path:visible")).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("Nobody has clicked yet")
    return page.url


def see_the_chart_change(page: Page, report_url: str) -> None:
    """After the click the chart has a bar, its table has a row, and the campaign's chart shows the same person."""
    visit_until_shown(page, report_url, page.locator("h1", has_text="One person clicked"))
    expect(page.locator("#chart-clicks .bars path:visible")).not_to_have_count(0)
    page.get_by_text("The same as a table").first.click()
    expect(page.locator(".figures table tbody tr").first).to_contain_text("1")
    page.get_by_role("link", name="Whole order").click()
    expect(page.locator("h1")).to_contain_text("1 person clicked")
    expect(page.locator("#chart-days .bars path:visible")).not_to_have_count(0)
    shoot(page, "8-campaign")


def see_the_numbers(page: Page, publisher: Page, desk: Desk, order_url: str) -> None:
    """The sponsor's report charts the click; on the desk booked is collected and outstanding."""
    report = page.get_by_role("link", name=re.compile("Read the report")).first
    visit_until_shown(page, order_url, report)
    report.click()
    expect(page.locator("#chart-clicks .bars path").first).to_be_visible()
    expect(page.locator(".key li", has_text="People")).to_contain_text("1")
    shoot(page, "8-report")
    publisher.goto(f"{desk.url}/desk/sunday-runbook/revenue?period=year")
    booked, collected, outstanding = figures_of(publisher)
    assert booked == collected + outstanding > 0
    shoot(publisher, "9-revenue")
