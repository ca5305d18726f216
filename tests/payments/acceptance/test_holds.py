"""Acceptance 9-16: forged webhooks, secrets, modes; holds and payment pages that end."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sponsorship.core.config import load_settings
from sponsorship.core.errors import NotAnInstallation
from sponsorship.payments.models import WebhookEvent
from sponsorship.payments.rules import InboxState
from sponsorship.payments.stripe_gateway import StripeGateway
from tests.payments.acceptance.conftest import Stage, Visitor, later
from tests.payments.conftest import DAYS

INTERLEAVINGS = 12  # `python -m torture` does more
FORGED = {
    "id": "evt_forged", "object": "event", "type": "checkout.session.completed", "livemode": False,
    "data": {"object": {"id": "cs_test_forged", "object": "checkout.session"}},
}  # fmt: skip


def test_09_forged_stale_future_dated_oversized_webhook(stage: Stage) -> None:
    forged = {"Stripe-Signature": "t=1,v1=00"}
    assert stage.send_event(FORGED, **forged).status_code == 400
    assert stage.send_event(FORGED, secret="whsec_of_somebody_else").status_code == 400
    assert stage.send_event(FORGED, at=later(stage, minutes=-10)).status_code == 400
    assert stage.send_event(FORGED, at=later(stage, hours=1)).status_code == 400
    assert stage.send_event(b" " * 1024 * 1024).status_code == 413
    for damaged in (b"[]", b"\xff\xfe", b"[" * 100_000, b"null", b'{"object": "event"}', b""):
        assert stage.send_event(damaged).status_code == 400, damaged[:20]
    assert stage.shop.rows(WebhookEvent) == []


def test_10_secret_rotation(stage: Stage) -> None:
    old, new = stage.secret, "whsec_the_new_secret_of_the_endpoint"
    both = replace(stage.shop.settings, stripe_webhook_secrets=(old, new))
    gateway = stage.app.extensions["payment_gateway"]

    def accepted(secret: str, name: str) -> bool:
        return stage.send_event({**FORGED, "id": name}, secret=secret).status_code == 200

    stage.app.extensions["payment_gateway"] = StripeGateway(both)
    assert accepted(old, "evt_old") and accepted(new, "evt_new")
    stage.app.extensions["payment_gateway"] = StripeGateway(replace(both, stripe_webhook_secrets=(new,)))
    assert accepted(new, "evt_new_alone") and not accepted(old, "evt_old_alone")
    stage.app.extensions["payment_gateway"] = gateway


def test_11_mode_mismatch(stage: Stage, publisher: Visitor, tmp_path: Path) -> None:
    live = {**FORGED, "id": "evt_live", "livemode": True}
    assert stage.send_event(live).status_code == 200
    stage.work()
    assert [row.state for row in stage.shop.rows(WebhookEvent)] == [InboxState.IGNORED]
    page = publisher.get("/desk/sunday-runbook/books")
    assert page.status_code == 200 and "live mode" in page.text
    environment = {
        "FLATPLAN_VAR": str(tmp_path), "STRIPE_SECRET_KEY": "sk_live_51x", "STRIPE_WEBHOOK_SECRET": "whsec_0123456789",
        "SECRET_KEY": "x" * 40,
    }  # fmt: skip
    load_settings(environment)
    with pytest.raises(NotAnInstallation, match="live Stripe key"):
        load_settings(environment | {"STRIPE_API_BASE": "http://127.0.0.1:8001"})


def test_12_hold_never_outlived_by_a_session(stage: Stage) -> None:
    token = stage.hold()
    stage.shop.wait(minutes=19)
    assert stage.check_out(token).status_code == 303
    order, session = stage.read(token), stage.shop.session_of(token)
    assert order.held_until is not None and order.held_until > session.expires_at + timedelta(minutes=14)
    stage.shop.wait(minutes=11)  # the 30 minutes of the hold are over, the page is open
    assert not stage.is_on_sale(DAYS[0])
    stage.shop.wait(minutes=40)
    stage.shop.reconcile()
    assert stage.state(token) == "lapsed" and stage.is_on_sale(DAYS[0])


@pytest.mark.parametrize("head_start", range(INTERLEAVINGS))
def test_13_sweeper_races_payment(stage: Stage, head_start: int) -> None:
    token, session_id = stage.to_payment()
    with stage.app.app_context():
        order = stage.read(token)
        assert order.held_until is not None
        wait = order.held_until - stage.shop.now + timedelta(seconds=1)
    stage.shop.provider.order("clock", offset_seconds=-wait.total_seconds())  # the provider's page is open still
    stage.shop.wait(seconds=wait.total_seconds())
    gate = threading.Barrier(2)

    def buy() -> None:
        gate.wait()
        threading.Event().wait(head_start / 500)
        stage.shop.provider.try_to_pay(session_id)

    buyer = threading.Thread(target=buy)
    buyer.start()
    gate.wait()
    stage.shop.reconcile()
    buyer.join()
    stage.shop.reconcile(deep=True)
    paid = [one for one in stage.shop.provider.list("checkout/sessions") if one["payment_status"] == "paid"]
    if paid:
        assert (stage.state(token), stage.receipts(token)) == ("confirmed", [stage.read(token).total_minor])
    else:
        assert (stage.state(token), stage.receipts(token)) == ("lapsed", [])
        assert stage.is_on_sale(DAYS[0])


def test_14_abandoned_checkout(stage: Stage) -> None:
    token, _ = stage.to_payment()
    stage.shop.wait(minutes=50)
    stage.deliver()
    stage.shop.reconcile()
    stage.work()
    assert stage.state(token) == "lapsed"
    assert stage.mails("failed") == 0 and stage.mails("not charged") == 1
    assert stage.to_payment()[0] != token


def test_15_cancel_link_and_resume(stage: Stage) -> None:
    token, session_id = stage.to_payment()
    page = stage.buyer.get(f"/orders/{token}/back")
    assert page.status_code == 200 and "/resume" in page.text
    again = stage.buyer.post(f"/orders/{token}/resume", {}, page=f"/orders/{token}/back")
    assert again.headers["Location"].endswith(f"/pay/{session_id}")
    assert not stage.is_on_sale(DAYS[0])
    stage.buyer.post(f"/orders/{token}/give-up", {}, page=f"/orders/{token}/back")
    assert stage.shop.provider.list("checkout/sessions")[0]["status"] == "expired"
    assert stage.state(token) == "cancelled" and stage.is_on_sale(DAYS[0])


def test_16_stripe_down_at_release(stage: Stage) -> None:
    token, _ = stage.to_payment()
    stage.shop.provider.order("clock", offset_seconds=-3600)
    stage.shop.wait(minutes=60)
    stage.shop.provider.order("faults", target="api", kind="reset_before", times=40)
    stage.shop.reconcile()
    assert stage.state(token) == "in_checkout" and not stage.is_on_sale(DAYS[0])
    stage.shop.provider.mend()
    stage.shop.reconcile()
    assert stage.state(token) == "lapsed" and stage.is_on_sale(DAYS[0])
