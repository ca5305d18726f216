"""Early fraud warnings: a card's bank believes that its holder did not pay; no dispute yet."""

from sponsorship.standin.events import emit
from sponsorship.standin.lists import field_is
from sponsorship.standin.objects import make_object
from sponsorship.standin.params import Shape, text
from sponsorship.standin.store import Body, Transaction

KIND = "radar.early_fraud_warning"
FILTERS: Shape = {"charge": text(), "payment_intent": text()}


def warn(tx: Transaction, charge: Body) -> Body:
    """Warn of a paid charge, once; it can be acted on while it is neither given back whole nor disputed."""
    known = tx.select(KIND, *field_is("charge", charge["id"]))
    if known:
        return known[0]
    fields = {
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"],
        "fraud_type": "made_with_stolen_card",
        "payment_intent": charge["payment_intent"],
    }
    warning = tx.add(make_object("issfr", KIND, tx.now, fields))
    emit(tx, f"{KIND}.created", warning)
    return warning


def settle_warnings(tx: Transaction, charge: Body) -> None:
    """Note that nothing can be done any more about a charge that was given back whole or disputed."""
    for warning in tx.select(KIND, *field_is("charge", charge["id"])):
        if warning["actionable"] and (charge["refunded"] or charge["disputed"]):
            emit(tx, f"{KIND}.updated", tx.change(warning["id"], actionable=False))
