"""The publisher's pages of money that goes back, and of the terms it came on."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order_by_id
from sponsorship.booking.rules import OrderState
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.mail import Mail, send_due
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import CreditNote, Invoice, Refund, Seller
from sponsorship.payments.rules import InvoiceState
from sponsorship.payments.services import confirm_on_card, confirm_on_invoice
from sponsorship.sponsors.queries import policy_of
from tests.factories.booking import detailed_order
from tests.factories.inventory import slot_on
from tests.page_checks import CheckedClient
from tests.payments.ledger_checks import check_books

DAYS = (date(2026, 12, 13), date(2026, 12, 20))
OWNER = "imogen@sundayrunbook.example"
BEGINNING_OF_PDF = b"%PDF-1."
SELLER = {
    "name": "Hale & Co", "street": "1 Print Lane", "city": "London N1 1AA", "country": "GB", "tax_number": "",
    "bank_details": "IBAN GB33 BUKB 2020 1555 5555 55", "footer": "", "invoice_days": "30", "reminder_days": "-3, 1, 8",
    "tax_mode": "manual", "holds_disputed": "y",
}  # fmt: skip


@pytest.fixture
def owner(client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User], clock: object) -> CheckedClient:
    """The newsletter's owner, signed in."""
    sign_in(client, OWNER, newsletter=newsletter)
    return client


def order_of(newsletter: Newsletter, now: datetime, *, how: str = "card", **details: str) -> int:
    """An order of two slots: held, paid by card, or on invoice; returns its id."""
    with transaction() as session:
        slots = [slot_on(session, newsletter, day) for day in DAYS]
        order = detailed_order(session, newsletter, slots, now=now - timedelta(minutes=2), **details)
        assert order.sponsor is not None
        order.sponsor.may_pay_by_invoice = True
        if how == "card":
            confirm_on_card(
                session, order=order, reference="pi_1", amount_minor=order.total_minor, fee_minor=100, now=now
            )
        elif how == "invoice":
            confirm_on_invoice(session, order=order, now=now)
        return order.id


def fields(page: str) -> dict[str, str]:
    """The ticket that stands in the form that gives money back."""
    node = LexborHTMLParser(page).css_first("#money-back input[name=ticket]")
    assert node is not None
    return {"ticket": node.attributes["value"] or ""}


@pytest.mark.parametrize(("free_days", "kept"), [(40, "33.33"), (30, "0"), (20, "0")])
def test_the_form_starts_with_the_share_that_the_terms_let_the_publisher_keep(
    owner: CheckedClient, session: Session, newsletter: Newsletter, now: datetime, free_days: int, kept: str
) -> None:
    order_id = order_of(newsletter, now)  # 24 and 31 days ahead
    with transaction() as writing:
        policy = policy_of(writing, newsletter.id)
        policy.cancel_free_days, policy.cancel_kept_basis_points = free_days, 3_333
        writing.add(policy)
    page = LexborHTMLParser(owner.get(f"/desk/orders/{order_id}/money").get_data(as_text=True))
    node = page.css_first("#money-back input[name=keep_percent]")
    assert node is not None and node.attributes["value"] == kept


def test_cancelling_is_looked_at_before_it_is_done(
    owner: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = order_of(newsletter, now)
    booking_id = get_order_by_id(session, order_id).bookings[0].id
    story_page, back = f"/desk/orders/{order_id}/money", f"/desk/orders/{order_id}/money-back"
    page = owner.get(story_page).get_data(as_text=True)
    wanted = {
        "what": "cancel",
        "bookings": [str(booking_id)],
        "keep_percent": "50",
        "reason": "Budget",
        "back": "refund",
    }
    look = owner.post_form(back, {**wanted, **fields(page), "step": "look"}, page=story_page)
    text = look.get_data(as_text=True)
    assert look.status_code == 200 and "$825.00 goes back" in text and "goes on sale again" in text
    assert session.scalars(db.select(CreditNote)).all() == []
    session.rollback()
    for _ in range(2):  # pressed twice
        done = owner.post_form(back, {**wanted, **fields(text), "step": "do"}, page=story_page)
        assert done.status_code == 303
    assert [note.total_minor for note in session.scalars(db.select(CreditNote))] == [82_500]
    assert [one.amount_minor for one in session.scalars(db.select(Refund))] == [82_500]
    story = owner.get(f"/desk/orders/{order_id}/money").get_data(as_text=True)
    assert "CN-2026-0001" in story and "Credited" in story
    check_books(session)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"what": "cancel", "reason": "x"}, "Tick at least one booking."),
        ({"what": "amount", "amount": "1e3", "reason": "x"}, "Write the amount like 150.00."),
        ({"what": "amount", "amount": "0", "reason": "x"}, "more than nothing"),
        ({"what": "amount", "amount": "3300.01", "reason": "x"}, "more than is left"),
        ({"what": "amount", "amount": "10", "reason": ""}, "Say why"),
    ],
)
def test_what_cannot_be_given_back_is_said_and_what_was_typed_stays(
    owner: CheckedClient, newsletter: Newsletter, now: datetime, wanted: dict[str, str], said: str
) -> None:
    order_id = order_of(newsletter, now)
    answer = owner.post_form(
        f"/desk/orders/{order_id}/money-back",
        {"back": "refund", "keep_percent": "0", **wanted},
        page=f"/desk/orders/{order_id}/money",
    )
    assert answer.status_code == 422 and said in answer.get_data(as_text=True)


def test_a_sales_person_reads_and_gives_nothing_back(
    client: CheckedClient, newsletter: Newsletter, now: datetime, sign_in: Callable[..., User]
) -> None:
    order_id = order_of(newsletter, now)
    sign_in(client, "sam@sundayrunbook.example", newsletter=newsletter, role=TeamRole.SALES)
    page = f"/desk/orders/{order_id}/money"
    assert "Cancel or refund" not in client.get(page).get_data(as_text=True)
    assert client.post_form(f"/desk/orders/{order_id}/money-back", page=page).status_code == 403
    stranger = client.application.test_client()
    sign_in(stranger, "eve@other.example")
    assert stranger.get(f"/desk/orders/{order_id}/money").status_code == 404


def test_a_held_order_is_given_for_nothing_with_a_reason(
    owner: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_id = order_of(newsletter, now, how="held")
    assert (
        owner.post_form(
            f"/desk/orders/{order_id}/comp", {"reason": ""}, page=f"/desk/orders/{order_id}/money"
        ).status_code
        == 422
    )
    assert (
        owner.post_form(
            f"/desk/orders/{order_id}/comp", {"reason": "Charity week"}, page=f"/desk/orders/{order_id}/money"
        ).status_code
        == 303
    )
    session.rollback()
    assert session.get_one(Order, order_id).state is OrderState.CONFIRMED
    assert "Charity week" in owner.get(f"/desk/orders/{order_id}/money").get_data(as_text=True)


def test_a_debt_is_given_up_from_the_invoices_page(
    owner: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    order_of(newsletter, now, how="invoice")
    invoice_id = session.scalars(db.select(Invoice.id)).one()
    session.rollback()
    page = owner.get(f"/invoices/{invoice_id}").get_data(as_text=True)
    assert "Not due yet" in page and "Give this debt up" in page
    assert (
        owner.post_form(f"/invoices/{invoice_id}/write-off", {"reason": ""}, page=f"/invoices/{invoice_id}").status_code
        == 422
    )
    assert (
        owner.post_form(
            f"/invoices/{invoice_id}/write-off", {"reason": "Insolvent"}, page=f"/invoices/{invoice_id}"
        ).status_code
        == 303
    )
    session.rollback()
    assert session.get_one(Invoice, invoice_id).state is InvoiceState.UNCOLLECTIBLE


def test_the_terms_stand_on_the_next_invoice_and_its_pdf_is_mailed(
    owner: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slug = newsletter.slug
    assert owner.get(f"/desk/{slug}/money-settings").status_code == 200
    assert owner.post_form(f"/desk/{slug}/money-settings", SELLER | {"reminder_days": "soon"}).status_code == 422
    assert owner.post_form(f"/desk/{slug}/money-settings", SELLER).status_code == 303
    german = {"place": "DE", "buyer": "consumer", "label": "VAT 19 %", "percent": "19", "note": ""}
    assert (
        owner.post_form(
            f"/desk/{slug}/tax-rates", german | {"percent": "60"}, page=f"/desk/{slug}/money-settings"
        ).status_code
        == 422
    )
    assert owner.post_form(f"/desk/{slug}/tax-rates", german, page=f"/desk/{slug}/money-settings").status_code == 303
    assert "VAT 19 %" in owner.get(f"/desk/{slug}/money-settings").get_data(as_text=True)
    order_id = order_of(newsletter, now, how="invoice", country="DE", purchase_order_number="PO-77")
    invoice = session.scalars(db.select(Invoice).where(Invoice.order_id == order_id)).one()
    assert (invoice.net_minor, invoice.tax_minor, invoice.due_on) == (330_000, 62_700, date(2026, 12, 19))
    token, invoice_id = invoice.order.token, invoice.id
    text = str(invoice.printed)
    assert all(word in text for word in ("Hale & Co", "VAT 19 %", "IBAN GB33", "PO-77", "$3,927.00 USD"))
    session.rollback()
    settings: Settings = owner.application.config["SETTINGS"]
    sent = Sent()
    send_due(now + timedelta(minutes=5), settings, transport=sent)
    assert any(f"invoice-{invoice.number}.pdf" in names for names in sent.files)
    for path in (f"/invoices/{invoice_id}.pdf", f"/orders/{token}/invoice.pdf"):
        answer = owner.get(path)
        assert answer.status_code == 200 and answer.data.startswith(BEGINNING_OF_PDF)
    seller = session.scalars(db.select(Seller)).one()
    assert seller.reminder_days == [-3, 1, 8]
    session.rollback()
    assert session.scalars(db.select(Mail)).all()


class Sent:
    """A transport that keeps the names of what was attached."""

    def __init__(self) -> None:
        self.files: list[list[str]] = []

    def send(self, message: object) -> None:
        """Take a message."""
        self.files.append([part.get_filename() or "" for part in message.iter_attachments()])  # type: ignore[attr-defined]
