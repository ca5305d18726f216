"""Make-goods: a run that went wrong is owed again, placed for nothing, or taken back, and everybody sees how it stands."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking, CreditGrant
from sponsorship.booking.queries import get_make_good
from sponsorship.booking.rules import BookingKind, BookingState
from sponsorship.booking.services import block_slot
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.core.outbox import deliver_due
from sponsorship.creative.models import Creative
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.queries import find_invoice_of_order
from tests.desk.pages import texts, tree_of, words
from tests.factories.assembly import sell_slot, write_copy
from tests.factories.creative import GOOD
from tests.factories.desk import send
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient

PAST, FREE = date(2026, 11, 15), date(2026, 12, 13)
LIST = "/desk/sunday-runbook/make-goods"


@pytest.fixture
def ran(newsletter: Newsletter, now: datetime) -> Booking:
    """A sold slot whose issue went out, with its copy."""
    before = now - timedelta(days=20)
    with transaction() as session:
        letter = session.get_one(Newsletter, newsletter.id)
        booking = sell_slot(session, slot_on(session, letter, PAST), now=before)
        write_copy(session, booking, CreativeState.APPROVED, now=before, copy=GOOD)
        send(session, letter, PAST)
    return booking


def owe(desk: CheckedClient, booking: Booking, **fields: str) -> int:
    sent = {"cause": "wrong_link", "placement": str(booking.slot.placement_id), "expires_on": "2027-11-19"} | fields
    return desk.post_form(f"/desk/bookings/{booking.id}/make-good", sent).status_code


def owed_one(session: Session) -> CreditGrant:
    session.expire_all()
    grants = session.scalars(select(CreditGrant).order_by(CreditGrant.id.desc())).all()
    return get_make_good(session, grants[0].id)


def place(desk: CheckedClient, grant: CreditGrant, slot_id: int) -> int:
    return desk.post_form(f"/desk/make-goods/{grant.id}/place", {"slot": str(slot_id)}, page=LIST).status_code


def deliver_all(now: datetime) -> None:
    while deliver_due(now):
        pass


def test_a_run_that_went_wrong_is_owed_once_placed_for_nothing_and_its_copy_comes_along(
    desk: CheckedClient, session: Session, newsletter: Newsletter, ran: Booking, now: datetime
) -> None:
    money_page = f"/desk/orders/{ran.order_id}/money"
    assert f"/desk/bookings/{ran.id}/make-good" in desk.get(money_page).text
    assert owe(desk, ran, note="The link went to last year’s page.") == 303
    assert owe(desk, ran) == 409
    grant = owed_one(session)
    assert (grant.slots, grant.left, grant.value_minor, grant.booking_id) == (1, 1, 0, ran.id)
    assert "One make-good is owed." in words(tree_of(desk.get(LIST)).css_first("h1"))
    outlook = desk.get("/desk/sunday-runbook/revenue/outlook").text
    assert "1 slot owed; nothing was paid for them; $1,650 by the rate card" in outlook
    assert ran.order is not None
    order_page = f"/orders/{ran.order.token}"
    assert "We owe you one Primary slot for nothing, to run by Fri 19 Nov 2027" in words(tree_of(desk.get(order_page)))
    assert place(desk, grant, slot_on(session, newsletter, FREE).id) == 303
    made_good = owed_one(session).used_for
    assert made_good is not None and made_good.state is BookingState.CONFIRMED and made_good.kind is BookingKind.SALE
    assert (made_good.price_minor, made_good.net_minor, made_good.slot.issue.publish_on) == (165_000, 0, FREE)
    invoice = find_invoice_of_order(session, made_good.order_id or 0)
    assert invoice is not None and invoice.total_minor == 0
    deliver_all(now)
    draft = session.scalars(select(Creative).where(Creative.booking_id == made_good.id)).one()
    assert draft.state is CreativeState.DRAFT and draft.versions[0].link_url == GOOD.link_url
    subjects = list(session.scalars(select(Mail.subject).order_by(Mail.id)))
    assert "Make-good for Primary on Sun 15 Nov" in subjects
    assert any(subject.startswith("Booked: ") for subject in subjects)
    assert "It runs again, for nothing, on Sun 13 Dec 2026" in words(tree_of(desk.get(order_page)))
    assert "made good by Primary, Sun 13 Dec" in words(tree_of(desk.get(money_page)))
    assert "No make-good is owed." in words(tree_of(desk.get(LIST)).css_first("h1"))
    assert "Nobody holds a credit" in desk.get("/desk/sunday-runbook/revenue/outlook").text
    assert place(desk, grant, slot_on(session, newsletter, date(2026, 12, 20)).id) == 422


def test_a_make_good_waits_where_its_slot_cannot_be_had(
    desk: CheckedClient, session: Session, newsletter: Newsletter, ran: Booking, now: datetime
) -> None:
    assert owe(desk, ran) == 303
    grant = owed_one(session)
    with transaction() as writing:
        letter = writing.get_one(Newsletter, newsletter.id)
        block_slot(writing, slot=slot_on(writing, letter, FREE), reason="Survey", actor="Imogen", now=now)
    assert place(desk, grant, slot_on(session, newsletter, FREE).id) == 422  # taken
    assert place(desk, grant, slot_on(session, newsletter, FREE, "sponsored").id) == 422  # another placement
    assert place(desk, grant, slot_on(session, newsletter, date(2026, 11, 8)).id) == 422  # went out
    assert owed_one(session).left == 1 and owed_one(session).used_for is None


def test_a_make_good_is_taken_back_once_and_can_be_owed_anew(
    desk: CheckedClient, session: Session, ran: Booking, now: datetime
) -> None:
    assert owe(desk, ran, expires_on="2026-11-18") == 422  # over already
    assert owe(desk, ran, placement="0", cause="late") == 303
    grant = owed_one(session)
    assert grant.placement_id is None
    address = f"/desk/make-goods/{grant.id}/cancel"
    assert desk.post_form(address, {"reason": ""}, page=LIST).status_code == 422
    assert desk.post_form(address, {"reason": "Agreed on the phone"}, page=LIST).status_code == 303
    assert owed_one(session).is_cancelled and owed_one(session).left == 0
    deliver_all(now)
    mails = list(session.scalars(select(Mail).where(Mail.subject.startswith("Make-good"))))
    assert [("taken back" in mail.text) for mail in mails] == [True]  # the first was void before it was written
    assert owe(desk, ran) == 303
    assert desk.post_form(address, {"reason": "Twice"}, page=LIST).status_code == 409
    timeline = texts(tree_of(desk.get(f"/orders/{ran.order.token}")), ".timeline li")  # type: ignore[union-attr]
    assert any(
        "The make-good for Primary on Sun 15 Nov was taken back. Agreed on the phone" in line for line in timeline
    )


def test_nothing_is_owed_for_what_has_not_run_and_strangers_find_no_page(
    desk: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as session:
        letter = session.get_one(Newsletter, newsletter.id)
        ahead = sell_slot(session, slot_on(session, letter, FREE), now=now)
        other = make_newsletter(session, now=now, slug="other-letter")
        foreign = sell_slot(session, slot_on(session, other, FREE), now=now)
    assert owe(desk, ahead) == 409
    assert desk.get(f"/desk/bookings/{foreign.id}/make-good").status_code == 404
    assert desk.get("/desk/other-letter/make-goods").status_code == 404
