"""What is not simply bought, in a browser: by keyboard through cart and checkout, a move, the line behind it, a proposal."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.journeys.steps import fill_details, sign_in, visit_until_shown
from tests.server import Desk

SCREENSHOTS = Path(__file__).parent / "screenshots"
ROPEWALK = "mikkel@ropewalk.example"
TAKEN = "td:nth-child(2):has(.gone--sold)"
OPEN = "td:nth-child(2) input"


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A buyer's page; whatever it says on the console fails the journey, but that a form was refused."""
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert [words for words in said if "status of 422" not in words] == []


def shoot(page: Page, name: str) -> None:
    """Keep a picture of a step, for whoever wants to look."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"demand-{name}.png", full_page=True)


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is where it is wanted."""
    for _ in range(150):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {wanted}")


@pytest.mark.timeout(900)  # a browser, a server and a worker on a machine that others use too
def test_by_keyboard_from_the_rate_card_to_a_hold_that_is_made_longer_and_let_go(desk: Desk, page: Page) -> None:
    """Tab, Space and Enter are enough; the code is said to be wrong where it is, and what was typed stays."""
    page.goto(f"{desk.url}/newsletters/sunday-runbook")
    first = page.locator(f"table.dates tbody {OPEN}").first
    reach(page, first)
    page.keyboard.press("Space")
    expect(page.locator("#order")).to_have_attribute("data-count", "1 slot")
    code = page.locator("#promo-code")
    reach(page, code)
    page.keyboard.type("RUNBOOK99")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#promo-code-error")).to_contain_text("There is no code RUNBOOK99")
    expect(code).to_have_value("RUNBOOK99")
    code.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("runbook 10")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#order")).to_contain_text("Readers’ meet-up, 10% off")
    shoot(page, "1-cart")
    reach(page, page.get_by_role("button", name="Hold these dates and check out"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("One slot, held for you until")
    expect(page.locator("[data-countdown-left]")).to_have_text(re.compile(r"^(20:00|1\d:\d\d)$"))
    reach(page, page.get_by_role("button", name="10 more minutes"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-countdown-left]")).to_have_text(re.compile(r"^(30:00|2\d:\d\d)$"))
    expect(page.get_by_role("button", name="10 more minutes")).to_have_count(0)
    shoot(page, "2-checkout")


@pytest.mark.timeout(900)
def test_a_move_frees_a_slot_for_whoever_waits_and_a_proposal_is_accepted(
    desk: Desk, context: BrowserContext, page: Page
) -> None:
    """The buyer joins the line of a sold date; the publisher moves its booking by keyboard; the offer comes by mail."""
    day = join_the_line(page, desk)
    publisher = sign_in(context, desk, "imogen@sundayrunbook.example")
    move_by_keyboard(publisher, desk, day)
    take_the_offer(page, publisher, desk, day)
    propose(publisher, desk)
    accept(page, publisher, desk)


def join_the_line(page: Page, desk: Desk) -> str:
    """Ask to be told of the first sold Primary that has nobody in line yet; returns its day."""
    page.goto(f"{desk.url}/newsletters/sunday-runbook")
    row = page.locator(f"table.dates tbody tr:has({TAKEN})").last
    found = re.search(r"\w{3} (\d+ \w{3})", row.locator("th").inner_text())
    assert found
    row.locator("td:nth-child(2)").get_by_role("link", name=re.compile("Tell me")).click()
    page.get_by_role("button", name="Put me on the list").click()
    expect(page.locator("#errors")).to_be_visible()  # nothing was said about who it is
    page.get_by_label("Company").fill("Quietpager")
    page.get_by_label("Your name").fill("Rosa Lind")
    page.get_by_label("Your e-mail").fill("rosa@quietpager.example")
    page.get_by_role("button", name="Put me on the list").click()
    expect(page.locator("h1")).to_contain_text("in line for Primary on")
    shoot(page, "3-waiting")
    return found[1]


def move_by_keyboard(publisher: Page, desk: Desk, day: str) -> None:
    """On the calendar: M opens the move of the slot that has the focus; it goes to the first free slot at the same price."""
    publisher.goto(f"{desk.url}/desk/sunday-runbook/calendar")
    slot = publisher.locator(f'tr:has(th b:text-is("{day}")) td:nth-child(2) .slot')
    slot.focus()
    publisher.keyboard.press("ArrowRight")
    expect(slot).not_to_be_focused()
    publisher.keyboard.press("ArrowLeft")
    expect(slot).to_be_focused()
    publisher.keyboard.press("m")
    where = publisher.get_by_label("Where to")
    expect(where).to_be_visible()
    where.select_option(label=where.locator("option", has_text="same price").first.inner_text())
    publisher.get_by_label("Reason").fill("Their launch slipped.")
    shoot(publisher, "4-move")
    publisher.get_by_role("button", name="Move it").click()
    expect(publisher.locator("#toasts")).to_contain_text("Moved to Primary")


def take_the_offer(page: Page, publisher: Page, desk: Desk, day: str) -> None:
    """What came free is offered by mail, and taken: it is an order that waits to be paid."""
    offer = follow_mail(publisher, desk, "rosa@quietpager.example", "/offers/")
    page.goto(offer)
    expect(page.locator("h1")).to_contain_text(f"{day} came free.")
    shoot(page, "5-offer")
    page.get_by_role("button", name=re.compile("^Take it for")).click()
    expect(page.locator("h1")).to_contain_text("held for you until")
    publisher.goto(f"{desk.url}/desk/sunday-runbook/demand")
    expect(publisher.locator("#waiting")).not_to_contain_text("Quietpager")


def propose(publisher: Page, desk: Desk) -> None:
    """Two slots ticked, one price for both, a note; a price that is none keeps what was typed."""
    publisher.goto(f"{desk.url}/desk/sunday-runbook/demand")
    publisher.get_by_role("link", name="Prepare a proposal").click()
    ticks = publisher.locator(".ticklist input")
    ticks.nth(0).check()
    ticks.nth(1).check()
    publisher.get_by_role("button", name="Add them").click()
    publisher.get_by_label("Sponsor", exact=True).fill("Ropewalk")
    publisher.get_by_label("E-mail").fill(ROPEWALK)
    publisher.get_by_label("One price for all").fill("1000.555")
    publisher.get_by_label("A note to the sponsor").fill("As we said on the phone.")
    publisher.get_by_role("button", name="Send the proposal").click()
    expect(publisher.locator(".notice--error")).to_contain_text("more decimals")
    expect(publisher.get_by_label("A note to the sponsor")).to_have_value("As we said on the phone.")
    publisher.get_by_label("One price for all").fill("1000")
    publisher.get_by_role("button", name="Send the proposal").click()
    expect(publisher.locator("#proposals")).to_contain_text("Ropewalk")


def accept(page: Page, publisher: Page, desk: Desk) -> None:
    """The sponsor reads it by the link of the mail, must accept the terms, and goes on to pay the price that was agreed."""
    page.goto(follow_mail(publisher, desk, ROPEWALK, "/proposal"))
    expect(page.locator("h1")).to_contain_text("Two slots for $1,000.00,")
    expect(page.get_by_text("As we said on the phone.")).to_be_visible()
    shoot(page, "6-proposal")
    page.get_by_role("checkbox", name="I have read the terms").check()
    page.get_by_role("button", name="Accept and go on to pay").click()
    fill_details(page, company="Ropewalk", email=ROPEWALK)
    expect(page.get_by_role("button", name=re.compile("^Pay"))).to_contain_text("$1,000.00")


def follow_mail(page: Page, desk: Desk, address: str, part: str) -> str:
    """Wait for a mail to an address whose text has a link with this part, and return the link."""
    link = page.locator("main .mailtext", has_text=part).first
    visit_until_shown(page, f"{desk.url}/outbox?to={address}", link)
    found = re.search(rf"\S*{part}\S*", link.inner_text())
    assert found
    return found[0]
