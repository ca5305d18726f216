"""Who buys: details, terms, and the sponsor that an order belongs to."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.errors import HoldExpired, HoldsTooMuch
from sponsorship.booking.models import Order
from sponsorship.booking.services import give_details
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import Sponsor
from sponsorship.sponsors.services import make_sure_of_sponsor
from tests.factories.booking import DETAILS, detailed_order, hold_order
from tests.factories.inventory import slot_on

FIRST = date(2026, 12, 13)


def order_of_week(session: Session, newsletter: Newsletter, week: int, now: datetime, **details: str) -> Order:
    slot = slot_on(session, newsletter, FIRST + timedelta(weeks=week))
    return detailed_order(session, newsletter, [slot], now=now, **details)


def addresses(sponsor: Sponsor | None) -> list[str]:
    assert sponsor is not None
    return [contact.user.email for contact in sponsor.contacts]


def test_details_give_the_order_and_its_bookings_their_sponsor_and_record_the_terms(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = order_of_week(
            writing, newsletter, 0, now, contact_email="  Noor@Tidewatch.example ", purchase_order_number="PO 7"
        )
    sponsor = order.sponsor
    assert sponsor is not None
    assert (sponsor.name, sponsor.domain, sponsor.city) == ("Tidewatch Ltd", "tidewatch.example", "Amsterdam")
    assert addresses(sponsor) == ["noor@tidewatch.example"]
    assert {booking.sponsor_id for booking in order.bookings} == {sponsor.id}
    assert (order.contact_name, order.contact_email, order.purchase_order_number) == (
        "Noor Vermeer", "noor@tidewatch.example", "PO 7",
    )  # fmt: skip
    assert (order.terms_version, order.terms_accepted_at) == (1, now + timedelta(minutes=1))
    entry = session.query(AuditEntry).filter_by(action="details_given").one()
    assert (entry.after or {})["sponsor"] == sponsor.id


def test_details_can_be_corrected_and_what_is_left_empty_is_kept(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = order_of_week(writing, newsletter, 0, now)
        corrected = DETAILS | {"street": "Prinsengracht 1", "city": "", "contact_name": "Noor V."}
        give_details(writing, order=order, now=now + timedelta(minutes=2), **corrected)
    assert order.sponsor is not None
    assert (order.sponsor.street, order.sponsor.city, order.contact_name) == ("Prinsengracht 1", "Amsterdam", "Noor V.")
    assert session.query(Sponsor).count() == 1


@pytest.mark.parametrize(("is_proven", "street"), [(False, DETAILS["street"]), (True, "Elsewhere 9")])
def test_only_who_is_signed_in_with_the_address_changes_a_known_sponsors_particulars(
    session: Session, newsletter: Newsletter, now: datetime, is_proven: bool, street: str
) -> None:
    with transaction() as writing:
        first = order_of_week(writing, newsletter, 0, now)
        again = hold_order(writing, newsletter, [slot_on(writing, newsletter, FIRST + timedelta(weeks=1))], now=now)
        typed = DETAILS | {"street": "Elsewhere 9"}
        give_details(writing, order=again, is_proven=is_proven, now=now + timedelta(minutes=2), **typed)
    assert again.sponsor_id == first.sponsor_id
    assert first.sponsor is not None and first.sponsor.street == street
    entry = session.query(AuditEntry).filter_by(action="details_given", object_id=again.id).one()
    assert (entry.after or {})["street"] == "Elsewhere 9"


def test_a_known_address_books_for_its_sponsor_however_the_company_is_spelt(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        first = order_of_week(writing, newsletter, 0, now)
        second = order_of_week(writing, newsletter, 1, now, company="Tide Watch")
    assert second.sponsor_id == first.sponsor_id


@pytest.mark.parametrize(
    ("address", "website", "joins"),
    [
        ("ada@tidewatch.example", "https://www.tidewatch.example/", True),
        ("ada@elsewhere.example", "https://tidewatch.example", False),
        ("ada@gmail.com", "https://tidewatch.example", False),
        ("ada@not-tidewatch.example", "", False),
    ],
)
def test_only_a_colleague_joins_a_sponsor_by_name_a_stranger_gets_one_of_his_own(
    session: Session, newsletter: Newsletter, now: datetime, address: str, website: str, joins: bool
) -> None:
    with transaction() as writing:
        first = order_of_week(writing, newsletter, 0, now)
        second = order_of_week(writing, newsletter, 1, now, company="TIDEWATCH", contact_email=address, website=website)
    assert (second.sponsor_id == first.sponsor_id) is joins
    if not joins:
        assert second.sponsor is not None
        assert second.sponsor.name == f"TIDEWATCH ({address})"
        assert addresses(first.sponsor) == ["noor@tidewatch.example"]


def test_a_company_known_from_the_archive_is_taken_over_by_the_first_who_acts_for_it(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        known = make_sure_of_sponsor(writing, newsletter_id=newsletter.id, name="Tidewatch", now=now)
        order = order_of_week(writing, newsletter, 0, now)
    assert order.sponsor_id == known.id


def test_details_come_too_late_once_the_hold_ran_out(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        order = hold_order(writing, newsletter, [slot_on(session, newsletter, FIRST)], now=now)
    with pytest.raises(HoldExpired), transaction() as writing:
        give_details(writing, order=order, now=now + timedelta(minutes=20), **DETAILS)
    assert session.query(Sponsor).count() == 0


def test_a_sponsor_has_three_unpaid_orders_and_not_a_fourth(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        orders = [order_of_week(writing, newsletter, week, now) for week in range(3)]
        give_details(writing, order=orders[2], now=now + timedelta(minutes=2), **DETAILS)
    with pytest.raises(HoldsTooMuch), transaction() as writing:
        order_of_week(writing, newsletter, 3, now)
    assert session.query(Order).count() == 3
