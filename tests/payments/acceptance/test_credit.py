"""A sponsor's credit: given and limited by the publisher, seen at checkout, refused beyond it."""

import pytest

from sponsorship.sponsors.models import Sponsor
from tests.payments.acceptance.conftest import Stage, Visitor
from tests.payments.acceptance.test_money_acts import DESK, invoiced, rows
from tests.payments.conftest import DAYS


def credit_page(stage: Stage) -> str:
    """The page of the one sponsor's credit."""
    (sponsor,) = rows(stage, Sponsor)
    return f"{DESK}/sponsors/{sponsor.id}/credit"


def test_a_limit_is_set_shown_at_checkout_and_kept_to(stage: Stage, publisher: Visitor, trusted: Visitor) -> None:
    page = credit_page(stage)
    wanted = {"may_pay_by_invoice": "y", "credit_limit": "2,000"}
    assert publisher.post(page, wanted, page=page).status_code == 303
    invoiced(stage, trusted)
    assert "$1,650.00" in publisher.get(page).text and "May owe $2,000" in publisher.get(f"{DESK}/sponsors").text
    second = stage.hold(DAYS[1], visitor=trusted)
    assert "You may owe $2,000 at a time; $350 of it is free." in trusted.get(f"/orders/{second}/checkout").text
    refused = stage.check_out(second, trusted, pay="invoice")
    assert refused.status_code == 409 and "may owe $2,000" in refused.text
    assert publisher.post(page, wanted | {"credit_limit": ""}, page=page).status_code == 303
    assert stage.check_out(second, trusted, pay="invoice").status_code == 303


def test_credit_that_was_taken_back_leaves_the_card(stage: Stage, publisher: Visitor, trusted: Visitor) -> None:
    page = credit_page(stage)
    assert publisher.post(page, {"credit_limit": ""}, page=page).status_code == 303
    token = stage.hold(visitor=trusted)
    assert 'value="invoice"' not in trusted.get(f"/orders/{token}/checkout").text


@pytest.mark.parametrize("limit", ["much", "-5", "1.234"])
def test_a_limit_that_is_no_amount_is_refused_with_a_sentence(stage: Stage, publisher: Visitor, limit: str) -> None:
    stage.to_payment()
    page = credit_page(stage)
    refused = publisher.post(page, {"may_pay_by_invoice": "y", "credit_limit": limit}, page=page)
    assert refused.status_code == 422 and "Write the amount like" in refused.text and f'value="{limit}"' in refused.text
