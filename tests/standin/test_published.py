"""Every webhook body, and the object in it, is as Stripe's published description has it."""

from tests.standin.conftest import Desk, wait_until
from tests.stripe_contract.published import object_problems


def test_every_webhook_body_is_as_published(desk: Desk) -> None:
    paid = desk.paid_session()
    desk.control("faults", {"target": "refund", "kind": "pending"})
    refund = desk.client.v1.refunds.create({"payment_intent": str(paid.payment_intent)})
    desk.control(f"refunds/{refund.id}", {"status": "failed"})
    desk.control(f"payments/{desk.paid_session().payment_intent}", {"act": "warn"})
    declined = desk.create_session()
    desk.press(declined.id, "decline")
    desk.client.v1.checkout.sessions.expire(declined.id)
    for act in ("succeed", "fail"):
        debit = desk.create_session()
        desk.press(debit.id, "debit")
        desk.press(debit.id, act, "/later")
    wait_until(lambda: desk.receiver.events("checkout.session.async_payment_failed"))
    bodies = [event.to_dict(for_json=True) for event in desk.receiver.events()]
    assert len({body["type"] for body in bodies}) > 12
    for body in bodies:
        assert not object_problems(body), body["type"]
        assert not object_problems(body["data"]["object"]), body["type"]
