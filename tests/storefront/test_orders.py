"""An order's page and a sponsor's home: what is booked, how it stands, what is due next, and for whose eyes."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.models import Order
from sponsorship.booking.rules import OrderState
from sponsorship.booking.services import (
    book_archived,
    cancel_order,
    enter_checkout,
    grant_credits,
    hold_courtesy,
    join_waiting,
    lapse_order,
    propose_order,
    release_order,
    run_bookings,
    skip_issue,
)
from sponsorship.core.db import transaction
from sponsorship.creative.models import Creative
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter, Slot
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.payments.models import Invoice
from sponsorship.payments.rules import InvoiceState
from tests.factories.booking import confirmed_order, detailed_order, hold_order, make_sponsor
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient

DAY = date(2026, 12, 13)
WEEK, MINUTE = timedelta(weeks=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def at_nine_forty(now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def slots(session: Session, newsletter: Newsletter) -> list[Slot]:
    """The primaries of three Sundays from 13 December."""
    return [slot_on(session, newsletter, DAY + week * WEEK) for week in range(3)]


@pytest.fixture
def confirmed(session: Session, newsletter: Newsletter, slots: list[Slot], now: datetime) -> Order:
    """An order of the three, confirmed."""
    with transaction() as writing:
        return confirmed_order(writing, newsletter, slots, now=now - timedelta(days=5))


def fetch(client: CheckedClient, path: str) -> LexborHTMLParser:
    answer = client.get(path)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def words(node: LexborNode | None) -> str:
    assert node is not None
    return " ".join(node.text().split())


def rows(tree: LexborHTMLParser, table: int = 0) -> list[list[str]]:
    return [[words(cell) for cell in row.css("th, td")] for row in tree.css("table.bookings")[table].css("tbody tr")]


def test_a_confirmed_order_shows_each_slot_with_its_state_deadline_and_what_to_do(
    client: CheckedClient, confirmed: Order
) -> None:
    tree = fetch(client, f"/orders/{confirmed.token}")
    assert words(tree.css_first("h1")) == "Three slots booked. Copy for Sun 13 Dec is due Thu 10 Dec, 18:00 GMT."
    first = rows(tree)[0]
    assert first[:2] == ["Sun 13 Dec No. 815", "Primary"]
    assert first[3:5] == ["Thu 10 Dec, 18:00 GMT", "$1,485"]
    links = [node.attributes["href"] for node in tree.css("table.bookings td a")]
    assert links == [
        f"/orders/{confirmed.token}/{act}"
        for booking in confirmed.bookings
        for act in (f"copy/{booking.id}", f"bookings/{booking.id}/move")
    ]
    assert len(tree.css("table.bookings a.btn--primary")) == 1, "one thing is to do first"
    slip = words(tree.css_first(".slip"))
    for piece in ("IO-2026-0001", "$4,950.00", "−$495.00", "$4,455.00", "noor@tidewatch.example"):
        assert piece in slip


def test_the_state_follows_the_copy(client: CheckedClient, session: Session, confirmed: Order, now: datetime) -> None:
    sent, ready = confirmed.bookings[0], confirmed.bookings[1]
    with transaction() as writing:
        for booking, state in ((sent, CreativeState.SUBMITTED), (ready, CreativeState.APPROVED)):
            writing.add(Creative(booking_id=booking.id, state=state, created_at=now, submitted_at=now))
    tree = fetch(client, f"/orders/{confirmed.token}")
    assert words(tree.css_first("h1")) == "Three slots booked. Copy for Sun 27 Dec is due Thu 24 Dec, 18:00 GMT."
    states = [row[2] for row in rows(tree)]
    assert states[0].startswith("In review")
    assert states[1].startswith("Approved")
    acts = [row[5] for row in rows(tree)]
    assert [act.split(" for ")[0] for act in acts] == ["Read the copy", "Read the copy", "Write the copy"]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-12-10T12:00+00:00", "Copy for Sun 13 Dec is due today at 18:00."),
        ("2026-12-10T18:00+00:00", "Copy for Sun 13 Dec was due Thu 10 Dec, 18:00 GMT."),
    ],
)
def test_copy_due_today_or_late_is_said_in_red(client: CheckedClient, confirmed: Order, moment: str, said: str) -> None:
    with time_machine.travel(datetime.fromisoformat(moment), tick=False):
        tree = fetch(client, f"/orders/{confirmed.token}")
    assert words(tree.css_first("h1 .owed")) == said


def test_what_ran_leads_to_its_report(
    client: CheckedClient, session: Session, confirmed: Order, slots: list[Slot]
) -> None:
    out = slots[0].issue.publish_at
    with transaction() as writing:
        mark_issue_sent(writing, issue=slots[0].issue, now=out)
        run_bookings(writing, issue=slots[0].issue, now=out)
    with time_machine.travel(out + timedelta(hours=1), tick=False):
        tree = fetch(client, f"/orders/{confirmed.token}")
    assert words(tree.css_first("h1")).startswith("Three slots booked, 1 of them ran.")
    assert rows(tree)[0][2].startswith("Ran")
    report = f"/orders/{confirmed.token}/report/{confirmed.bookings[0].id}"
    assert tree.css_first("table.bookings td a").attributes["href"] == report
    assert tree.css_first(f".mast__nav a[href='{report}']") is not None


@pytest.mark.parametrize(
    ("due_on", "is_overdue"), [(date(2026, 11, 18), True), (date(2026, 11, 19), False), (date(2026, 12, 3), False)]
)
def test_an_open_invoice_is_said_and_in_red_once_it_is_overdue(
    client: CheckedClient, confirmed: Order, due_on: date, is_overdue: bool
) -> None:
    with transaction() as writing:
        writing.add(
            Invoice(
                newsletter_id=confirmed.newsletter_id, order_id=confirmed.id, number="2026-0142", currency="USD",
                state=InvoiceState.OPEN, net_minor=445_500, tax_minor=0, paid_minor=100_000,
                issued_on=date(2026, 11, 14), due_on=due_on,
            )
        )  # fmt: skip
    tree = fetch(client, f"/orders/{confirmed.token}")
    slip = words(tree.css_first(".slip"))
    assert "2026-0142" in slip
    assert "$1,000.00" in slip
    assert "$3,455.00" in slip
    red = [words(node) for node in tree.css("h1 .owed")]
    assert red == (["$3,455.00 is overdue."] if is_overdue else [])
    assert "$3,455.00" in words(tree.css_first("h1"))


def test_a_held_order_leads_to_the_checkout_and_can_be_let_go(
    client: CheckedClient, newsletter: Newsletter, slots: list[Slot], now: datetime
) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, slots[:1], now=now)
    tree = fetch(client, f"/orders/{order.token}")
    assert "held for you until 10:00." in words(tree.css_first("h1"))
    assert tree.css_first(".error__acts a").attributes["href"] == f"/orders/{order.token}/checkout"
    assert tree.css_first(".error__acts form").attributes["action"] == f"/orders/{order.token}/release"
    assert tree.css_first("[data-countdown]").attributes["data-countdown"] == "2026-11-19T10:00:00+00:00"
    with transaction() as writing:
        enter_checkout(writing, order=order, held_until=now + 46 * MINUTE, now=now)
    assert fetch(client, f"/orders/{order.token}").css_first(".error__acts form") is None


def lapse(session: Session, order: Order, now: datetime) -> None:
    lapse_order(session, order=order, now=now)


def let_go(session: Session, order: Order, now: datetime) -> None:
    release_order(session, order=order, reason="", actor="buyer", now=now)


@pytest.mark.parametrize("close", [lapse, let_go])
def test_an_order_that_ended_unpaid_shows_nothing_of_who_has_its_slots_now(
    client: CheckedClient,
    newsletter: Newsletter,
    slots: list[Slot],
    now: datetime,
    close: Callable[[Session, Order, datetime], None],
) -> None:
    with transaction() as writing:
        order = detailed_order(writing, newsletter, slots[:1], now=now - 30 * MINUTE)
        close(writing, order, now)
        confirmed_order(
            writing, newsletter, slots[:1], now=now, company="Quietfox", contact_email="q@quietfox.example", website=""
        )
    tree = fetch(client, f"/orders/{order.token}")
    assert rows(tree)[0][2] in ("Lapsed", "Released")
    assert "Quietfox" not in (tree.html or "")
    assert tree.css_first(".error__acts a").attributes["href"] == f"/orders/{order.token}/again"
    assert not tree.css("table.bookings a")


@pytest.mark.parametrize("state", OrderState)
def test_the_page_stands_in_every_state_of_an_order(
    client: CheckedClient, session: Session, newsletter: Newsletter, slots: list[Slot], now: datetime, state: OrderState
) -> None:
    with transaction() as writing:
        order = detailed_order(writing, newsletter, slots, now=now)
        order.state = state
    assert fetch(client, f"/orders/{order.token}").css_first("h1") is not None


def test_an_unknown_order_is_nothing(client: CheckedClient, newsletter: Newsletter) -> None:
    assert client.get("/orders/unknown").status_code == 404


def test_a_sponsors_home_gathers_all_that_its_companies_have_and_nothing_of_others(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    confirmed: Order,
    sign_in: Callable[..., User],
    now: datetime,
) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="other", name="Other")
        abroad = confirmed_order(writing, other, [slot_on(writing, other, DAY - WEEK)], now=now)
        gone = confirmed_order(writing, newsletter, [slot_on(writing, newsletter, DAY + 4 * WEEK)], now=now)
        cancel_order(writing, order=gone, reason="", actor="imogen", now=now)
        confirmed_order(
            writing, newsletter, [slot_on(writing, newsletter, DAY, "sponsored")], now=now, company="Quietfox",
            contact_email="q@quietfox.example", website="",
        )  # fmt: skip
        past = slot_on(writing, newsletter, date(2026, 11, 1))
        sponsor = make_sponsor(writing, newsletter, now=now)
        book_archived(writing, slot=past, sponsor=sponsor, now=now)
    sign_in(client, "noor@tidewatch.example")
    tree = fetch(client, "/sponsor")
    assert words(tree.css_first("h1")) == "Four slots to come. Copy for Sun 6 Dec is due Thu 3 Dec, 18:00 GMT."
    assert [row[0] for row in rows(tree)] == [
        "Sun 6 Dec No. 814", "Sun 13 Dec No. 815", "Sun 20 Dec No. 816", "Sun 27 Dec No. 817",
    ]  # fmt: skip
    assert [row[0] for row in rows(tree, 1)] == ["Sun 1 Nov No. 809"]
    assert "Quietfox" not in (tree.html or "")
    copy = tree.css_first(".mast__nav a[href*='/copy/']")
    assert copy.attributes["href"] == f"/orders/{abroad.token}/copy/{abroad.bookings[0].id}"
    assert words(copy.css_first(".count")).startswith("4")


def test_a_home_says_what_waits_for_an_answer_what_is_waited_for_and_what_is_left(
    client: CheckedClient,
    session: Session,
    newsletter: Newsletter,
    confirmed: Order,
    sign_in: Callable[..., User],
    now: datetime,
) -> None:
    with transaction() as writing:
        by, company = (
            "imogen",
            {"company": "Tidewatch", "contact_name": "Noor", "contact_email": "noor@tidewatch.example"},
        )
        kept, waited = (slot_on(writing, newsletter, DAY + week * WEEK, "sponsored") for week in (1, 2))
        sponsor = make_sponsor(writing, newsletter, now=now, email="noor@tidewatch.example")
        hold_courtesy(writing, slot=kept, sponsor=sponsor, until=now + WEEK, actor=by, now=now)
        propose_order(
            writing, newsletter=newsletter, slot_ids=[slot_on(writing, newsletter, DAY + WEEK, "classified").id], now=now,
            sponsor_name="Tidewatch", contact_email="noor@tidewatch.example", actor=by,
        )  # fmt: skip
        confirmed_order(writing, newsletter, [waited], now=now, company="Quietfox", contact_email="q@quietfox.example",
                        website="")  # fmt: skip
        join_waiting(
            writing, newsletter=newsletter, issue=waited.issue, placement=waited.placement, now=now, **company,
            first_day=waited.issue.publish_on, last_day=waited.issue.publish_on,
        )  # fmt: skip
        grant_credits(writing, sponsor=sponsor, newsletter=newsletter, slots=2, actor=by, now=now)
        skip_issue(writing, issue=confirmed.bookings[0].slot.issue, reason="A week off.", actor=by, now=now)
    sign_in(client, "noor@tidewatch.example")
    tree = fetch(client, "/sponsor")
    assert words(tree.css_first("h1")).startswith("Three things wait for your answer.")
    lines = [words(line) for line in tree.css(".lines li")]
    assert "Copy for Sun 20 Dec is due" in words(tree.css_first("h1")), (
        "none is asked for an issue that does not come out"
    )
    for said in ("Primary of Sun 13 Dec has lost its place", "Sponsored on Sun 20 Dec is held for you",
                 "One slot proposed to you", "Sponsored on Sun 27 Dec", "2 slots of any placement"):  # fmt: skip
        assert any(line.startswith(said) for line in lines), said
    for link in tree.css(".lines a"):
        assert client.get(link.attributes["href"]).status_code == 200
    assert "has lost its place" in client.get(f"/orders/{confirmed.token}").text


def test_whoever_has_booked_nothing_is_shown_where_to_begin(
    client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User]
) -> None:
    sign_in(client, "new@somewhere.example")
    tree = fetch(client, "/sponsor")
    assert words(tree.css_first("h1")) == "Nothing is booked yet."
    assert tree.css_first(".nothing a").attributes["href"] == "/newsletters/sunday-runbook"


def test_the_home_asks_to_sign_in_first(client: CheckedClient, newsletter: Newsletter) -> None:
    assert client.get("/sponsor").location == "/sign-in?next=/sponsor"


def test_the_home_stands_without_any_newsletter(client: CheckedClient, sign_in: Callable[..., User]) -> None:
    sign_in(client, "new@somewhere.example")
    assert client.get("/sponsor").status_code == 200
