"""Money in a browser: an open invoice paid by card on a telephone, and a card payment of the demo's story given back."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS
from sponsorship.demo.rules.sponsors import SPONSORS
from tests.journeys.steps import fill_pay_page, sign_in, visit_until_shown
from tests.server import Desk

PAY = re.compile(r"^Pay \$[\d,.]+ by card$")


@pytest.mark.timeout(600)  # a browser, a server and a worker on a machine that others use too
def test_an_open_invoice_is_paid_by_card_and_a_card_payment_is_given_back(desk: Desk, context: BrowserContext) -> None:
    publisher = sign_in(context, desk, PUBLISHER_ADDRESS)
    publisher.goto(f"{desk.url}/desk/sunday-runbook/invoices")
    rows = publisher.locator("table.ledger--fold tbody tr")
    debtor, count = rows.first.locator("th").inner_text(), rows.count()
    pay_an_invoice(context, desk, debtor)
    publisher.reload()
    expect(rows).to_have_count(count - 1)
    give_a_card_payment_back(publisher, desk)


def pay_an_invoice(context: BrowserContext, desk: Desk, debtor: str) -> None:
    """Sign in as the debtor on a telephone, open the order that is owed for, and pay it on the hosted page."""
    page = sign_in(context, desk, next(one.address for one in SPONSORS.values() if one.name == debtor))
    page.set_viewport_size({"width": 390, "height": 844})
    button = find_owed_order(page, desk)
    button.click()
    page.wait_for_url("**/pay/cs_*")
    expect(page.locator("main")).to_contain_text("Invoice 20")
    fill_pay_page(page)
    page.get_by_role("button", name=re.compile(r"^Pay \$")).click()
    page.wait_for_url(re.compile(r"/orders/[\w-]+$"))
    expect(page.locator("#toasts")).to_contain_text("Paid. Thank you.")
    expect(page.get_by_role("button", name=PAY)).to_have_count(0)


def find_owed_order(page: Page, desk: Desk) -> Locator:
    """Open the sponsor's orders one after the other until one has the button that pays its invoice."""
    page.goto(f"{desk.url}/sponsor")
    links = page.locator("a[href*='/orders/']").evaluate_all("links => links.map(link => link.href)")
    found = {match[0] for link in links if (match := re.match(r".*/orders/[\w-]+", link))}
    button = page.get_by_role("button", name=PAY)
    for url in sorted(found):
        page.goto(url)
        if button.count():
            return button
    raise AssertionError("no order of the debtor's has an open invoice")


def give_a_card_payment_back(publisher: Page, desk: Desk) -> None:
    """Take an amount off an order that the story says was paid by card: look first, then do it, and see it arrive."""
    publisher.goto(f"{desk.url}/desk/sunday-runbook/invoices")
    publisher.locator("section[aria-labelledby=h-closed] tr", has_text="card").locator("a").first.click()
    publisher.get_by_text("Take an amount off").click()
    publisher.get_by_label("Amount with tax").fill("100.00")
    publisher.get_by_label("Why").fill("The link was wrong for a day")
    publisher.get_by_role("button", name="See what it would do").click()
    publisher.get_by_role("button", name="Credit $100.00").click()
    publisher.wait_for_load_state()
    arrived = publisher.locator("section[aria-labelledby=h-back] li", has_text="$100.00, succeeded")
    visit_until_shown(publisher, publisher.url.partition("#")[0], arrived)
