"""The worker's part, and the commands: what they settle, and what they say."""

from datetime import date, timedelta

from flask import Flask

from sponsorship.booking.rules import OrderState
from sponsorship.core.db import transaction
from sponsorship.core.worker import bring_forward, run_due
from sponsorship.payments.models import Invoice, WebhookEvent
from sponsorship.payments.rules import InboxState
from sponsorship.payments.tasks import make_tasks
from tests.payments.conftest import Shop, serving, wait_until


def test_the_worker_settles_within_a_second_and_reconciles_each_minute(shop: Shop) -> None:
    tasks = make_tasks(shop.gateway, shop.settings)
    assert {task.name: task.every for task in tasks} == {
        "payments.settle": timedelta(seconds=1),
        "payments.reconcile": timedelta(minutes=1),
        "payments.remind": timedelta(hours=1),
        "payments.reconcile_deeply": timedelta(days=1),
    }
    token, session_id = shop.checkout()
    assert run_due(tasks, shop.now) == 4
    shop.provider.press(session_id, "pay")
    assert run_due(tasks, shop.now + timedelta(seconds=2)) == 1
    assert shop.read(token).state is OrderState.IN_CHECKOUT  # no webhook came
    shop.wait(minutes=1, seconds=1)
    assert run_due(tasks, shop.now) == 2
    assert shop.read(token).state is OrderState.CONFIRMED


def test_a_worker_that_starts_reconciles_at_once_and_waits_with_the_rest(shop: Shop) -> None:
    tasks = make_tasks(shop.gateway, shop.settings)
    token, session_id = shop.checkout()
    run_due(tasks, shop.now)
    shop.provider.press(session_id, "pay")
    shop.wait(seconds=51)  # the last pass is less than a minute ago
    run_due(tasks, shop.now)
    assert shop.read(token).state is OrderState.IN_CHECKOUT
    bring_forward(tasks, shop.now)
    assert run_due(tasks, shop.now) == 1
    assert shop.read(token).state is OrderState.CONFIRMED


def test_what_a_webhook_told_is_settled_by_the_worker(shop: Shop, webhooks: None) -> None:
    token, session_id = shop.checkout()
    shop.provider.press(session_id, "pay")
    wait_until(lambda: any(row.topic == "checkout.session.completed" for row in shop.rows(WebhookEvent)))
    assert shop.read(token).state is OrderState.IN_CHECKOUT
    run_due(make_tasks(shop.gateway, shop.settings)[:1], shop.now)
    assert shop.read(token).state is OrderState.CONFIRMED
    assert {row.state for row in shop.rows(WebhookEvent)} <= {InboxState.SETTLED, InboxState.IGNORED}


def test_thin_events_in_the_wrong_order_settle_the_same(app: Flask, shop: Shop) -> None:
    with serving(app) as url:
        endpoint = {"url": f"{url}/webhooks/stripe", "secret": shop.settings.stripe_webhook_secrets[0]}
        shop.provider.order("endpoints", **endpoint, style="thin")
        topics = ["checkout.session.completed", "checkout.session.async_payment_succeeded", "refund.created"]
        shop.provider.order("faults", target="webhook", kind="shuffle", times=3, seconds=600, types=topics)
        token, session_id = shop.checkout(date(2026, 12, 13))
        shop.provider.press(session_id, "debit")
        shop.provider.press(session_id, "succeed", "/later")
        shop.provider.press(session_id, "refund", "/afterwards")
        wait_until(lambda: len({row.topic for row in shop.rows(WebhookEvent)} & set(topics)) == 3)
    told = [row.topic for row in shop.rows(WebhookEvent) if row.topic in topics]
    assert told == topics[::-1]
    assert all('"v2.core.event"' in row.payload for row in shop.rows(WebhookEvent))
    run_due(make_tasks(shop.gateway, shop.settings)[:1], shop.now)
    assert shop.read(token).state is OrderState.CONFIRMED
    assert [refund.is_external for refund in shop.refunds] == [True]


def test_the_application_runs_these_tasks(app: Flask) -> None:
    names = {task.name for task in app.config["TASKS"]}
    assert {"payments.settle", "payments.reconcile", "payments.reconcile_deeply"} <= names


def test_reconcile_says_what_it_did(app: Flask, shop: Shop) -> None:
    _, session_id = shop.checkout()
    shop.provider.press(session_id, "pay")
    done = app.test_cli_runner().invoke(args=["payments", "reconcile"])
    assert done.exit_code == 0, done.output
    assert "1 events settled" in done.output and "0 refunds and disputes found" in done.output


def test_check_says_that_the_books_add_up_and_fails_where_they_do_not(app: Flask, shop: Shop) -> None:
    token, session_id = shop.checkout(date(2026, 12, 13))
    shop.provider.press(session_id, "pay")
    shop.settle(token)
    done = app.test_cli_runner().invoke(args=["payments", "check"])
    assert (done.exit_code, done.output) == (0, "The books add up.\n")
    with transaction() as session:
        session.get_one(Invoice, 1).net_minor += 1
    done = app.test_cli_runner().invoke(args=["payments", "check"])
    assert done.exit_code == 1
    assert "Invoice 2026-0001 says 1 is open, the ledger says 0." in done.output
    with transaction() as session:
        session.get_one(Invoice, 1).net_minor -= 1
