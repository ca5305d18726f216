"""The whole loop in a browser: from the archive and the storefront to the chart, as a sponsor and a publisher walk it."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import SCREENSHOTS, Desk
from tests.journeys.steps import (
    approve_all,
    circle_slots,
    figures_of,
    fill_details,
    go_to_issue,
    open_slots,
    pay,
    sign_in,
    write_copy,
)

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


def test_the_loop_from_the_archive_and_the_storefront_to_the_chart(
    desk: Desk, context: BrowserContext, tmp_path: Path
) -> None:
    # Archive in.
    (tmp_path / "2019-03-03-12.md").write_text(ARCHIVED, encoding="utf-8")
    printed = desk.run("archive", "import", str(tmp_path), "--newsletter", "sunday-runbook")
    assert "1 issues imported with 1 bookings" in printed
    assert "1 were there already" in desk.run("archive", "import", str(tmp_path), "--newsletter", "sunday-runbook")

    # Storefront: three slots on two dates, held, paid on the hosted page.
    page = context.new_page()
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
    page.get_by_role("checkbox").check()
    shoot(page, "2-checkout")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    pay(page)
    expect(page.locator("#h-booked")).to_have_text("What is booked")
    order_url = page.url
    shoot(page, "3-order")

    # Copy: counted, previewed, saved, sent; the second says that it leads where the first does.
    write_copy(page, order_url, f"Primary, {issue.day}", PRIMARY, draft_first=True)
    shoot(page, "4-copy")
    write_copy(page, order_url, f"Sponsored, {issue.day}", SPONSORED)
    expect(page.locator("#checks")).to_contain_text("Same")
    shoot(page, "5-findings")

    # Review: changes asked, told by mail, sent again, approved.
    publisher = sign_in(context, desk, "imogen@sundayrunbook.example")
    publisher.get_by_role("link", name=re.compile("^Review")).first.click()
    publisher.locator(".queue__list a", has_text="Quietpager").filter(has_text="Primary").click()
    publisher.get_by_label("What should they change?").fill("Say what happens to the pages that are not urgent.")
    shoot(publisher, "6-review")
    publisher.get_by_role("button", name=re.compile("^Send to")).click()
    expect(publisher.locator("h1")).to_be_visible()
    publisher.goto(f"{desk.url}/outbox?to=rosa@quietpager.example")
    expect(publisher.locator("main")).to_contain_text("pages that are not urgent", timeout=15_000)
    better = PRIMARY | {"body": PRIMARY["body"] + " The rest waits for breakfast."}
    write_copy(page, order_url, f"Primary, {issue.day}", better)
    approve_all(publisher, desk, "Quietpager")

    # Issue out: blocks with tracked links, the editor's draft filled, marked as sent.
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
    expect(publisher.locator("main")).to_contain_text(re.compile("sent", re.IGNORECASE))

    # Clicks: a reader follows the tracked link and lands on the sponsor's page.
    reader = context.new_page()
    reader.goto(links[0])
    expect(reader.locator("h1")).to_contain_text("You are at quietpager.example/nights")

    # Numbers: the sponsor's report charts the click; booked = collected + outstanding on the desk.
    page.goto(order_url)
    page.get_by_role("link", name=re.compile("Read the report")).first.click()
    expect(page.locator("#chart-clicks .bars path").first).to_be_visible()
    expect(page.locator(".key li", has_text="People")).to_contain_text("1")
    shoot(page, "8-report")
    publisher.goto(f"{desk.url}/desk/sunday-runbook/revenue?period=year")
    booked, collected, outstanding = figures_of(publisher)
    assert booked == collected + outstanding > 0
    shoot(publisher, "9-revenue")
