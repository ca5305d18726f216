"""A refund that a sponsor chose when the slot fell away: the booking is cancelled at no cost and the money goes back, once."""

from datetime import date, datetime

from flask import Flask
from sqlalchemy.orm import Session

from sponsorship.booking.models import Displacement
from sponsorship.booking.rules import BookingState, DisplacementState, Remedy
from sponsorship.booking.services import choose_remedy, skip_issue
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.payments import flows
from sponsorship.payments.models import Refund
from sponsorship.payments.services import confirm_on_card
from tests.factories.booking import detailed_order
from tests.factories.inventory import issue_on, slot_on

DAY = date(2026, 12, 13)


def test_a_chosen_refund_is_decided_once_and_settles_the_displacement(
    app: Flask, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        order = detailed_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)
        confirm_on_card(writing, order=order, reference="pi_1", amount_minor=order.total_minor, fee_minor=500, now=now)
        (displaced,) = skip_issue(
            writing, issue=issue_on(session, newsletter, DAY), reason="Ill", actor="imogen", now=now
        )
        choose_remedy(writing, displacement=displaced, remedy=Remedy.REFUND, actor="buyer", now=now)
    gateway, settings = app.extensions["payment_gateway"], app.config["SETTINGS"]
    assert [flows.refund_displaced(gateway=gateway, settings=settings, now=now) for _ in range(2)] == [1, 0]
    db.session.expire_all()
    displaced = db.session.query(Displacement).one()
    assert (displaced.state, displaced.booking.state) == (DisplacementState.RESOLVED, BookingState.CANCELLED)
    assert [refund.amount_minor for refund in db.session.query(Refund)] == [165_000]
