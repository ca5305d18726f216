"""Money in a browser: an open invoice paid by card on a telephone, and a card payment of the demo's story given back."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import PERSON
from tests.journeys.steps import sign_in
from tests.server import Desk

PUBLISHER, OWES = "imogen@sundayrunbook.example", re.compile("Pay by card|Pay .* by card")


@pytest.mark.timeout(600)  # a browser, a server and a worker on a machine that others use too
def test_an_open_invoice_is_paid_by_card_and_a_card_payment_is_given_back(
    desk: Desk, browser: Browser, context: BrowserContext
) -> None:
    publisher = sign_in(context, desk, PUBLISHER)
    order_url = find_open_invoice(publisher, desk)
    pay_the_invoice(browser, order_url)
    give_a_card_payment_back(publisher, desk)


def find_open_invoice(publisher: Page, desk: Desk) -> str:
    """Follow the receivables to an order that is owed for; returns the address that its buyer has."""
    publisher.goto(f"{desk.url}/desk/sunday-runbook/invoices")
    publisher.locator("main table tbody a[href*='/orders/']").first.click()
    publisher.wait_for_load_state()
    return publisher.url
