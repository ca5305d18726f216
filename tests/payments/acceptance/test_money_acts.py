"""Acceptance 17-20 and 23-29: money that comes late or slowly, on invoice, and money that goes back."""

import re
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.models import Order
from sponsorship.booking.queries import get_order
from sponsorship.booking.services import lapse_order, propose_order
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter, Placement, Slot
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.payments import flows
from sponsorship.payments.models import CreditNote, Dispute, Invoice, KeptMoney, MoneyTask, PaymentSession, Refund
from sponsorship.payments.queries.reversals import list_held_back
from tests.factories.booking import make_sponsor
from tests.factories.inventory import issue_on, slot_on
from tests.payments.acceptance.conftest import DETAILS, Stage, Visitor, session_cookie_name_of
from tests.payments.conftest import DAYS

NEAR = date(2026, 11, 22)
OTHER = {"contact_email": "eve@cinderbox.example", "company": "Cinderbox B.V."}
SELLER = {
    "name": "Hale & Co", "street": "1 Print Lane", "city": "London N1 1AA", "country": "GB", "tax_number": "",
    "bank_details": "IBAN GB33 BUKB 2020 1555 5555 55", "footer": "Registered in England", "invoice_days": "30",
    "reminder_days": "1, 8", "tax_mode": "manual", "holds_disputed": "y",
}  # fmt: skip
DESK = "/desk/sunday-runbook"


def force_lapse(stage: Stage, token: str) -> None:
    """Free the slots behind the provider's back, as somebody's override would."""
    with transaction() as session:
        lapse_order(session, order=get_order(session, token), now=stage.shop.now)


def payment_of(stage: Stage, session_id: str) -> str:
    """The provider's id of what was paid on a payment page."""
    found = next(one for one in stage.shop.provider.list("checkout/sessions") if one["id"] == session_id)
    return str(found["payment_intent"])


def paid(stage: Stage, *days: date, **more: str) -> tuple[str, str]:
    """An order paid by card; returns its token and the payment's id."""
    token, session_id = stage.to_payment(*days, **more)
    stage.press(session_id, "pay")
    stage.deliver()
    assert stage.state(token) == "confirmed"
    return token, payment_of(stage, session_id)


def send_issue(stage: Stage, day: date) -> None:
    """Let an issue go out on its day, and what listens to it act."""
    with transaction() as session:
        newsletter = session.get_one(Newsletter, stage.shop.newsletter_id)
        mark_issue_sent(session, issue=issue_on(session, newsletter, day), now=stage.shop.now)
    stage.work()


def give_back(stage: Stage, publisher: Visitor, token: str, **wanted: object) -> int:
    """Fill in the form that gives money back, look, and do it; returns the answer's status."""
    page = f"/desk/orders/{stage.read(token).id}/money"
    ticket = re.findall(r'name="ticket"[^>]*value="([^"]+)"', publisher.get(page).text)[0]
    fields = {"keep_percent": "0", "reason": "As agreed", "back": "refund", "ticket": ticket, "step": "do"} | wanted
    return publisher.post(page.replace("/money", "/money-back"), fields, page=page).status_code


def rows(stage: Stage, model: type) -> list:
    """Every row of a table."""
    return stage.shop.rows(model)


@pytest.fixture
def trusted(app: Flask, stage: Stage, sign_in: Callable[..., User]) -> Visitor:
    """A buyer who is signed in and may pay by invoice."""
    with transaction() as session:
        newsletter = session.get_one(Newsletter, stage.shop.newsletter_id)
        make_sponsor(session, newsletter, now=stage.shop.now).may_pay_by_invoice = True
    client = app.test_client()
    sign_in(client, "noor@tidewatch.example")
    cookie = client.get_cookie(session_cookie_name_of(app))
    assert cookie is not None
    visitor = Visitor(stage.url)
    visitor.http.cookies.set(cookie.key, cookie.value)
    return visitor


def invoiced(stage: Stage, trusted: Visitor, *days: date, key: str = "primary", **more: str) -> str:
    """An order on invoice; returns its token."""
    token = stage.hold(*days, key=key, visitor=trusted)
    answer = stage.check_out(token, trusted, pay="invoice", **more)
    assert answer.status_code == 303, answer.text[:3000]
    assert stage.state(token) == "confirmed"
    return token


def invoice_of(stage: Stage, token: str) -> Invoice:
    """The order's invoice."""
    order_id = stage.read(token).id
    return next(invoice for invoice in rows(stage, Invoice) if invoice.order_id == order_id)


def bank(stage: Stage, publisher: Visitor, token: str, amount: str, reference: str) -> int:
    """Record money that came to the bank; returns the answer's status."""
    path = f"/invoices/{invoice_of(stage, token).id}"
    return publisher.post(f"{path}/payments", {"amount": amount, "reference": reference}, page=path).status_code


def test_17_late_success_slot_resold(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    force_lapse(stage, token)
    other = Visitor(stage.url)
    other_token, other_session = stage.to_payment(visitor=other, **OTHER)
    stage.press(other_session, "pay")
    stage.deliver()
    stage.press(session_id, "pay")
    stage.deliver()
    stage.deliver()
    assert (stage.state(token), stage.state(other_token)) == ("refunded", "confirmed")
    assert [one["amount"] for one in stage.shop.provider.list("refunds")] == [165_000]
    assert stage.balance("unapplied") == 0 and stage.balance("refund_due") == 0
    assert stage.mails("We are returning") == 1
    assert stage.mails("goes back", "imogen@sundayrunbook.example") == 1


def test_18_late_success_reallocation(stage: Stage) -> None:
    token, session_id = stage.to_payment(accepts_other_dates="y")
    force_lapse(stage, token)
    _, other_session = stage.to_payment(visitor=Visitor(stage.url), **OTHER)
    stage.press(other_session, "pay")
    stage.deliver()
    stage.press(session_id, "pay")
    stage.deliver()
    order = stage.read(token)
    assert stage.state(token) == "confirmed"
    assert order.bookings[0].slot.issue.publish_on == DAYS[0] + timedelta(days=7)
    assert rows(stage, Refund) == [] and stage.balance("unapplied") == 0
    assert stage.mails("these took their place") == 1


def test_19_delayed_method_success(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    stage.press(session_id, "debit")
    stage.deliver()
    assert stage.state(token) == "awaiting_funds" and not stage.is_on_sale(DAYS[0])
    assert stage.receipts(token) == [] and stage.balance("deferred") == 0
    stage.press(session_id, "succeed", "/later")
    stage.deliver()
    assert stage.state(token) == "confirmed" and stage.receipts(token) == [165_000]


def test_20_delayed_method_failure_and_near_date_ban(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    stage.press(session_id, "debit")
    stage.deliver()
    stage.press(session_id, "fail", "/later")
    stage.deliver()
    assert stage.state(token) == "lapsed" and stage.is_on_sale(DAYS[0])
    assert stage.mails("Your bank refused the payment") == 1
    stage.to_payment(NEAR)
    request = rows(stage, PaymentSession)[-1].request
    assert request["allowed_payment_method_types"] == ["card", "link"]
    assert "allowed_payment_method_types" not in rows(stage, PaymentSession)[0].request


def test_23_net_30_with_po(stage: Stage, publisher: Visitor, trusted: Visitor) -> None:
    settings = f"{DESK}/money-settings"
    assert publisher.post(settings, SELLER, page=settings).status_code == 303
    rate = {"place": "NL", "buyer": "consumer", "label": "BTW 21 %", "percent": "21", "note": ""}
    assert publisher.post(f"{DESK}/tax-rates", rate, page=settings).status_code == 303
    token = invoiced(stage, trusted, purchase_order_number="PO-4711")
    invoice = invoice_of(stage, token)
    assert (invoice.net_minor, invoice.tax_minor, invoice.due_on) == (165_000, 34_650, date(2026, 12, 19))
    assert all(w in str(invoice.printed) for w in ("PO-4711", "Registered in England", "BTW 21 %", "IBAN GB33"))
    assert (invoice.state.value, stage.balance("ar")) == ("open", 199_650)
    assert trusted.get(f"/orders/{token}/invoice.pdf").content.startswith(b"%PDF")
    assert stage.mails("Invoice 2026-0001") == 1
    with transaction() as session:
        sponsor = get_order(session, token).sponsor
        assert sponsor is not None
        sponsor.credit_limit_minor = 200_000
    second = stage.hold(DAYS[1], visitor=trusted)
    refused = stage.check_out(second, trusted, pay="invoice")
    assert refused.status_code == 409 and "may owe $2,000" in refused.text and stage.state(second) == "held"


def test_24_invoice_paid_by_bank_partly_over(stage: Stage, publisher: Visitor, trusted: Visitor) -> None:
    token = invoiced(stage, trusted)
    assert bank(stage, publisher, token, "650.00", "first") == 303
    assert (invoice_of(stage, token).state.value, stage.balance("ar"), stage.balance("bank")) == (
        "open", 100_000, 65_000,
    )  # fmt: skip
    assert bank(stage, publisher, token, "650.00", "first") == 422
    assert bank(stage, publisher, token, "1,100.00", "second") == 303
    assert (invoice_of(stage, token).state.value, stage.balance("ar"), stage.balance("bank")) == ("paid", 0, 175_000)
    assert [one.left_minor for one in rows(stage, KeptMoney)] == [10_000]
    assert bank(stage, publisher, token, "1.00", "third") == 409
    following = invoiced(stage, trusted, DAYS[1], key="sponsored")
    path = f"/invoices/{invoice_of(stage, following).id}"
    assert publisher.post(f"{path}/use-kept-money", {}, page=path).status_code == 303
    assert invoice_of(stage, following).open_minor == 75_000 and stage.balance("unapplied") == 0


def test_25_overdue_void_uncollectible_paid_after_write_off(stage: Stage, publisher: Visitor, trusted: Visitor) -> None:
    settings = f"{DESK}/money-settings"
    publisher.post(settings, SELLER | {"tax_mode": "none", "invoice_days": "14"}, page=settings)
    first, second = invoiced(stage, trusted), invoiced(stage, trusted, DAYS[1])
    booking = stage.read(first).bookings[0].id
    assert give_back(stage, publisher, first, what="cancel", bookings=[booking]) == 303
    assert invoice_of(stage, first).state.value == "void" and stage.is_on_sale(DAYS[0])
    stage.shop.wait(days=15)
    for _ in range(2):
        flows.send_reminders(stage.shop.now)
    assert stage.mails("was due 3 December") == 1
    assert "1 day late" in publisher.get(f"{DESK}/invoices").text
    path = f"/invoices/{invoice_of(stage, second).id}"
    assert publisher.post(f"{path}/write-off", {"reason": "Insolvent"}, page=path).status_code == 303
    assert (stage.balance("bad_debt"), stage.balance("ar"), stage.state(second)) == (165_000, 0, "confirmed")
    assert bank(stage, publisher, second, "1650.00", "after all") == 303
    assert (stage.balance("bad_debt"), stage.balance("bank"), invoice_of(stage, second).state.value) == (
        0, 165_000, "paid",
    )  # fmt: skip


def test_26_partial_then_full_refund_concurrent(stage: Stage, publisher: Visitor) -> None:
    settings = f"{DESK}/money-settings"
    publisher.post(settings, SELLER, page=settings)
    publisher.post(
        f"{DESK}/tax-rates",
        {"place": "NL", "buyer": "anybody", "label": "VAT 19 %", "percent": "19", "note": ""},
        page=settings,
    )
    with transaction() as session:
        session.query(Placement).filter(Placement.key == "primary").one().price_minor = 33_333
    token, _ = paid(stage)
    assert stage.receipts(token) == [39_666]
    answers: list[int] = []
    second = Visitor(stage.url)
    second.http.cookies.update(publisher.http.cookies)

    def ask(who: Visitor) -> None:
        answers.append(give_back(stage, who, token, what="amount", amount="250.00"))

    stage.read(token)
    threads = [threading.Thread(target=_in_app, args=(stage, ask, who)) for who in (publisher, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[0] == 303 and sorted(answers)[1] in (409, 422)
    assert give_back(stage, publisher, token, what="amount", amount="146.66") == 303
    stage.deliver()
    assert sum(one["amount"] for one in stage.shop.provider.list("refunds")) == 39_666
    notes = rows(stage, CreditNote)
    assert (sum(n.net_minor for n in notes), sum(n.tax_minor for n in notes)) == (33_333, 6_333)
    assert stage.state(token) == "confirmed" and stage.balance("refund_due") == 0
    ran, _ = paid(stage, DAYS[1])
    stage.shop.clock.move_to(stage.read(ran).bookings[0].slot.issue.publish_at + timedelta(minutes=1))
    send_issue(stage, DAYS[1])
    assert give_back(stage, publisher, ran, what="amount", amount="100.00") == 303
    stage.deliver()
    assert stage.balance("allowances") > 0


def _in_app(stage: Stage, ask: Callable[[Visitor], None], who: Visitor) -> None:
    with stage.app.app_context():
        ask(who)


def test_27_external_and_failed_refunds(stage: Stage, publisher: Visitor) -> None:
    token, payment = paid(stage)
    stage.shop.provider.order(f"payments/{payment}", act="refund", amount=50_000)
    stage.deliver()
    assert stage.state(token) == "confirmed"
    assert [task.kind.value for task in rows(stage, MoneyTask)] == ["refund_from_outside"]
    assert (stage.balance("stripe") + stage.balance("fees"), stage.balance("refund_due")) == (115_000, 0)
    stage.shop.provider.order("faults", target="refund", kind="failed", times=1)
    booking = stage.read(token).bookings[0].id
    assert give_back(stage, publisher, token, what="cancel", bookings=[booking]) == 303
    stage.deliver()
    assert stage.state(token) == "cancelled" and stage.balance("refund_due") == -115_000
    assert rows(stage, MoneyTask)[-1].kind.value == "refund_failed"
    refund = rows(stage, Refund)[-1]
    page = f"/desk/orders/{stage.read(token).id}/money"
    assert publisher.post(f"/desk/refunds/{refund.id}/paid-by-bank", {}, page=page).status_code == 303
    assert stage.balance("refund_due") == 0 and stage.balance("bank") == -115_000


@pytest.mark.parametrize("has_run", [False, True])
@pytest.mark.parametrize("ends", ["win", "lose"])
def test_28_dispute_life_cycle(stage: Stage, publisher: Visitor, ends: str, has_run: bool) -> None:
    token, payment = paid(stage)
    if has_run:
        stage.shop.clock.move_to(stage.read(token).bookings[0].slot.issue.publish_at + timedelta(minutes=1))
        send_issue(stage, DAYS[0])
    before = stage.balance("stripe")
    stage.shop.provider.order(f"payments/{payment}", act="inquire")
    stage.deliver()
    assert (rows(stage, Dispute)[0].state.value, stage.balance("dispute_hold")) == ("inquiry", 0)
    stage.shop.provider.order(f"payments/{payment}", act="withdraw")
    stage.deliver()
    assert (stage.balance("dispute_hold"), stage.balance("stripe")) == (165_000, before - 166_500)
    order_id = stage.read(token).id
    assert list_held_back(db.session(), [order_id]) == {order_id}
    issue_page = f"/issues/{stage.read(token).bookings[0].slot.issue_id}"
    assert ("Primary is disputed" in publisher.get(issue_page).text) is not has_run
    assert (">Disputed<" in publisher.get(f"{DESK}/calendar").text) is not has_run
    assert give_back(stage, publisher, token, what="amount", amount="10.00") == 409
    stage.shop.provider.order(f"payments/{payment}", act=ends)
    stage.deliver()
    assert stage.balance("dispute_hold") == 0
    db.session().rollback()
    assert list_held_back(db.session(), [order_id]) == set()
    if ends == "win":
        assert stage.balance("stripe") == before - 1_500
    else:
        assert stage.balance("dispute_loss") == (165_000 if has_run else 0)
        assert stage.balance("deferred") == 0
    if ends == "lose" and not has_run:
        assert [task.kind.value for task in rows(stage, MoneyTask)][-1] == "dispute_lost"


def test_29_moves_and_comps(stage: Stage, publisher: Visitor) -> None:
    token, _ = paid(stage)
    booking = stage.read(token).bookings[0]

    def move(day: date, key: str) -> int:
        with transaction() as session:
            newsletter = session.get_one(Newsletter, stage.shop.newsletter_id)
            slot_id = slot_on(session, newsletter, day, key).id
        fields = {"slot": str(slot_id), "reason": "Asked by phone", "next": ""}
        return publisher.post(f"/bookings/{booking.id}/move", fields, page=f"{DESK}/money-settings").status_code

    before = len(stage.shop.posted())
    assert move(DAYS[1], "primary") in (204, 303)
    stage.work()
    assert len(stage.shop.posted()) == before and stage.is_on_sale(DAYS[0])
    assert move(DAYS[1], "sponsored") in (204, 303)
    stage.work()
    assert [note.net_minor for note in rows(stage, CreditNote)] == [80_000]
    assert [kept.left_minor for kept in rows(stage, KeptMoney)] == [80_000]
    assert stage.balance("deferred") == -85_000
    send_at = stage.read(token).bookings[0].slot.issue.publish_at
    with transaction() as session:
        slot = slot_on(session, session.get_one(Newsletter, stage.shop.newsletter_id), DAYS[2])
        comped = _propose(session, slot, stage).token
    page = f"/desk/orders/{stage.read(comped).id}/money"
    answer = publisher.post(page.replace("/money", "/comp"), {"reason": "Make-good"}, page=page)
    assert answer.status_code == 303 and stage.state(comped) == "confirmed"
    assert stage.balance("backlog") == 85_000 and "imogen@sundayrunbook.example" in publisher.get(page).text
    stage.shop.clock.move_to(send_at + timedelta(minutes=1))
    send_issue(stage, DAYS[1])
    assert stage.balance("revenue") == -85_000


def _propose(session: Session, slot: Slot, stage: Stage) -> Order:
    """An order that the publisher holds for a sponsor."""
    return propose_order(
        session, newsletter=slot.issue.newsletter, slot_ids=[slot.id], sponsor_name=DETAILS["company"],
        contact_name=DETAILS["contact_name"], contact_email=DETAILS["contact_email"],
        actor="imogen@sundayrunbook.example", now=stage.shop.now,
    )  # fmt: skip
