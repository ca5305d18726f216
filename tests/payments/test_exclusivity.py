"""Exclusivity as an option with its price: what it costs, whom it keeps away, where it is refused, where it is written."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.errors import PlacingRefused
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.queries import insertion_order
from sponsorship.booking.rules import PricedSlot, PriceStep, PromoTerms, quote
from sponsorship.booking.services import book_manually, hold_slots
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import Invoice
from sponsorship.sponsors.models import Category, SalesPolicy, Sponsor
from tests.factories.booking import make_sponsor
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient
from tests.payments.ledger_checks import check_books

DAY = date(2026, 12, 13)
STORE, HOLD = "/newsletters/sunday-runbook", "/newsletters/sunday-runbook/orders"
DETAILS = {
    "company": "Tidewatch", "contact_name": "Noor", "contact_email": "noor@tidewatch.example", "country": "NL",
    "website": "https://tidewatch.example", "street": "Kade 1", "city": "Amsterdam", "vat_number": "",
    "accept_terms": "y", "pay": "invoice",
}  # fmt: skip


@pytest.fixture
def category(newsletter: Newsletter, clock: object) -> int:
    """Monitoring, in a newsletter that sells exclusivity for a quarter on top."""
    with transaction() as session:
        session.add(SalesPolicy(newsletter_id=newsletter.id, exclusive_basis_points=2500))
        made = Category(newsletter_id=newsletter.id, name="Monitoring")
        session.add(made)
        session.flush()
        return made.id


def slot_id(session: Session, newsletter: Newsletter, key: str = "primary") -> int:
    found = slot_on(session, newsletter, DAY, key).id
    session.rollback()
    return found


def test_it_is_put_on_what_the_slots_cost_in_the_end() -> None:
    slots = [PricedSlot(10_000), PricedSlot(3_333), PricedSlot(5_000, is_on_credit=True)]
    priced = quote("USD", slots, [], PromoTerms("Ten off", basis_points=1000), exclusive_basis_points=2500)
    last = priced.lines[-1]
    assert (last.step, last.label, last.amount_minor) == (
        PriceStep.EXCLUSIVE,
        "No competitor in the issue, +25%",
        3_000,
    )
    assert priced.net_minor == 12_000 + 3_000 == sum(priced.net_by_slot) and priced.net_by_slot[2] == 0
    assert quote("JPY", [PricedSlot(999)], [], None, 3333).net_minor == 1_332


def test_a_buyer_adds_it_and_it_is_on_every_paper(
    client: CheckedClient, session: Session, newsletter: Newsletter, category: int, now: datetime,
    sign_in: Callable[..., User],
) -> None:  # fmt: skip
    with transaction() as writing:
        make_sponsor(writing, newsletter, name="Tidewatch", now=now).may_pay_by_invoice = True
    sign_in(client, "noor@tidewatch.example")
    slot = slot_id(session, newsletter)
    slip = client.get(f"{STORE}/price?slot={slot}&exclusive={category}").text
    assert ("No competitor in the issue, +25%" in slip and "$2,063" in slip) or "$2,062.50" in slip
    assert (
        client.post_form(HOLD, {"slot": [str(slot)], "exclusive": category}, page=f"{STORE}?slot={slot}").status_code
        == 303
    )
    token = session.scalars(db.select(Order)).one().token
    session.rollback()
    assert client.post_form(f"/orders/{token}/checkout", DETAILS).status_code == 303
    session.rollback()
    session.expire_all()
    order, invoice = session.scalars(db.select(Order)).one(), session.scalars(db.select(Invoice)).one()
    assert order.net_minor == invoice.net_minor == 206_250 and order.bookings[0].is_exclusive
    assert order.sponsor is not None and order.sponsor.category_id == category
    assert invoice.printed["rows"][0][0] == "Primary, no competitor in the issue"
    assert insertion_order(session, order)["rows"][0][1] == "Primary, no competitor in the issue"
    assert "no competitor in the issue" in client.get("/sponsor").text
    check_books(session)


def test_it_keeps_rivals_away_and_is_refused_where_one_stands(
    session: Session, newsletter: Newsletter, category: int, now: datetime
) -> None:
    with transaction() as writing:
        for name in ("Tidewatch", "Mooring", "Helm"):
            make_sponsor(
                writing, newsletter, name=name, email=f"a@{name.lower()}.example", now=now
            ).category_id = category
        make_sponsor(writing, newsletter, name="Bakery", email="b@bakery.example", now=now)

    def book(name: str, key: str, **more: Any) -> None:
        with transaction() as writing:
            sponsor = writing.scalars(db.select(Sponsor).where(Sponsor.name == name)).one()
            slot = slot_on(writing, newsletter, DAY, key)
            book_manually(
                writing, newsletter=newsletter, sponsor=sponsor, slot_ids=[slot.id], actor="imogen", now=now, **more
            )

    book("Mooring", "classified")
    with pytest.raises(PlacingRefused, match="a competitor"):
        book("Tidewatch", "primary", is_exclusive=True)
    with transaction() as writing:
        writing.delete(writing.scalars(db.select(Booking)).one())
        order = writing.scalars(db.select(Order)).one()
        order.price_lines = []
        writing.flush()
        writing.delete(order)
    book("Tidewatch", "primary", is_exclusive=True)
    with pytest.raises(PlacingRefused, match="a competitor"):
        book("Helm", "sponsored")
    book("Bakery", "sponsored")


def test_it_is_not_sold_where_the_newsletter_does_not_or_nobody_could_be_a_rival(
    session: Session, newsletter: Newsletter, category: int, now: datetime
) -> None:
    with transaction() as writing:
        sponsor_id = make_sponsor(writing, newsletter, now=now).id
    with pytest.raises(DomainError, match="Without a category"), transaction() as writing:
        sponsor = writing.get_one(Sponsor, sponsor_id)
        slot = slot_on(writing, newsletter, DAY)
        book_manually(
            writing, newsletter=newsletter, sponsor=sponsor, slot_ids=[slot.id], actor="i", now=now, is_exclusive=True
        )
    with pytest.raises(DomainError, match="does not sell exclusivity"), transaction() as writing:
        writing.get_one(SalesPolicy, newsletter.id).exclusive_basis_points = 0
        slot = slot_on(writing, newsletter, DAY)
        hold_slots(
            writing, newsletter=newsletter, slot_ids=[slot.id], exclusive_category=writing.get_one(Category, category),
            now=now,
        )  # fmt: skip


def test_the_publisher_sets_its_price_and_books_it_by_hand(
    client: CheckedClient, session: Session, newsletter: Newsletter, category: int, now: datetime,
    sign_in: Callable[..., User],
) -> None:  # fmt: skip
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    deals = client.get("/desk/sunday-runbook/settings/deals").text
    assert 'name="exclusive_percent"' in deals and 'value="25' in deals
    with transaction() as writing:
        make_sponsor(writing, newsletter, now=now).category_id = category
    page = "/desk/sunday-runbook/bookings/new"
    slot = slot_id(session, newsletter)
    assert "No competitor in the issue, +25%" in client.get(f"{page}?slot={slot}").text
    form = {"way": "invoice", "company": "Tidewatch", "slot": [slot], "accept_terms": "y", "is_exclusive": "y"}
    assert client.post_form(page, form).status_code == 303
    session.rollback()
    order = session.scalars(db.select(Order)).one()
    assert order.net_minor == 206_250 and order.bookings[0].is_exclusive
    check_books(session)
