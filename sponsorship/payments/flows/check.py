"""Checking the books: against themselves, and against what the provider says. What differs is kept and shown, never mended."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from sponsorship.core.config import Settings
from sponsorship.core.db import transaction
from sponsorship.core.format import money
from sponsorship.payments.flows.facts import reading
from sponsorship.payments.gateway import PaymentGateway, ProviderMovement
from sponsorship.payments.queries import list_ledger_faults
from sponsorship.payments.queries.books import ReceiptBalance, list_findings, list_receipt_balances
from sponsorship.payments.services import APP, Found, forget_wrong_mode, keep_findings

WINDOW = timedelta(days=90)
SLACK = timedelta(days=1)  # a movement may be written down by the provider before its receipt is by us
UNKNOWN_THERE = "Look it up in Stripe’s dashboard: another account’s key may have been set in between."
UNKNOWN_HERE = "Open the payment in Stripe’s dashboard: its metadata names the order. Nothing was booked for it."
DIFFERS = (
    "A fee, a refund or a dispute is in one and not in the other. Open the payment in Stripe’s dashboard to see which."
)


def check_books(*, gateway: PaymentGateway, settings: Settings, now: datetime) -> list[str]:
    """Look whether the ledger adds up and says what the provider says of the last 90 days; returns what differs now.

    Raises ProviderUnavailable: then only the ledger itself was checked.
    """
    with reading() as session:
        faults = list_ledger_faults(session)
    with transaction() as session:
        keep_findings(session, scope="ledger", found=[Found(fault, fault) for fault in faults], now=now)
        forget_wrong_mode(session, now=now)
    movements = gateway.list_movements_since(now - WINDOW - SLACK)
    with reading() as session:
        balances = list_receipt_balances(session, now - WINDOW)
    found = list(compare_with_provider(balances, movements, settings.deployment))
    with transaction() as session:
        keep_findings(session, scope="provider", found=found, now=now)
    with reading() as session:
        return [one.sentence for one in list_findings(session)]


def compare_with_provider(
    balances: list[ReceiptBalance], movements: list[ProviderMovement], deployment: str
) -> Iterator[Found]:
    """Compare payment by payment what the books and the provider say is left of it.

    Payments of other programs on the same account are none of ours; amounts that were paid out in another currency than
    they came in cannot be compared.
    """
    theirs: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    ours = {one.reference for one in balances}
    strangers: dict[str, ProviderMovement] = {}
    for movement in movements:
        if movement.payment_id is None:
            continue
        theirs[movement.payment_id][movement.currency] += movement.net_minor
        is_own = (movement.metadata.get("app"), movement.metadata.get("deployment")) == (APP, deployment)
        if is_own and movement.payment_id not in ours:
            strangers.setdefault(movement.payment_id, movement)
    for one in balances:
        told = theirs.get(one.reference)
        if told is None and one.is_known_there and one.balance_minor:
            said = f"The books have {_amount(one.balance_minor, one.currency)} of order {one.order_number} at Stripe"
            yield Found(one.reference, f"{said}, and Stripe does not know the payment.", UNKNOWN_THERE,
                        one.newsletter_id, one.order_id)  # fmt: skip
        elif told is not None and one.currency in told and told[one.currency] != one.balance_minor:
            there, here = _amount(told[one.currency], one.currency), _amount(one.balance_minor, one.currency)
            said = f"Of order {one.order_number} Stripe has {there}, the books say {here}."
            yield Found(one.reference, said, DIFFERS, one.newsletter_id, one.order_id)
    for payment_id, movement in strangers.items():
        amount = _amount(theirs[payment_id][movement.currency], movement.currency)
        yield Found(payment_id, f"Stripe has {amount} of payment {payment_id}, the books do not know it.", UNKNOWN_HERE)


def _amount(amount_minor: int, currency: str) -> str:
    return money(amount_minor, currency, cents=True)
