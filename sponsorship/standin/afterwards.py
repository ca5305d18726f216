"""What may still happen to a payment that was made: its buyer's bank disputes it, the shop's owner gives it back."""

from dataclasses import dataclass

from sponsorship.standin.disputes import STANDING, act_on_charge
from sponsorship.standin.errors import ApiError
from sponsorship.standin.fraud import KIND
from sponsorship.standin.lists import field_is
from sponsorship.standin.money import format_amount
from sponsorship.standin.refunds import NEXT_STATUS, NOT_STANDING, settle_refund
from sponsorship.standin.store import Body, Transaction

WARN, ASK, TAKE, WIN, LOSE, CLOSE = ("warn", "inquire", "withdraw", "win", "lose", "close")
LABELS = {
    WARN: "The card’s bank warns of fraud",
    ASK: "The bank asks about it",
    TAKE: "The bank takes the money back",
    WIN: "Dispute won",
    LOSE: "Dispute lost",
    CLOSE: "The inquiry comes to nothing",
    "refund": "Refund in the dashboard",
}
ENDINGS = {"succeeded": "arrives", "failed": "fails"}


@dataclass(frozen=True)
class Offer:
    """A button of the page of a paid session: what it does, its words, and the refund that it is about, if one."""

    act: str
    label: str
    refund: str = ""


def charge_of(tx: Transaction, session: Body) -> Body:
    """Return the charge of a paid session; raises ApiError where nothing was paid."""
    intent = tx.find(session["payment_intent"] or "", "payment_intent")
    charge = tx.find(intent.body["latest_charge"] or "", "charge") if intent else None
    if charge is None or charge.body["status"] != "succeeded":
        raise ApiError("Nothing was paid here.")
    return charge.body


def list_offers(tx: Transaction, charge: Body) -> list[Offer]:
    """Return what can be done to a paid charge now, each as a button."""
    disputes = tx.select("dispute", *field_is("charge", charge["id"]))
    refunds = tx.select("refund", *field_is("charge", charge["id"]), order="ASC")
    left = charge["amount"] - sum(one["amount"] for one in refunds if one["status"] not in NOT_STANDING)
    standing = next((one for one in disputes if one["status"] in STANDING), None)
    acts: tuple[str, ...] = ()
    if standing:
        acts = (TAKE, CLOSE) if standing["status"].startswith("warning") else (WIN, LOSE)
        if not standing["balance_transactions"] and TAKE not in acts:
            acts = (TAKE, *acts)
    elif left and not disputes:
        acts = (ASK, TAKE) if tx.select(KIND, *field_is("charge", charge["id"])) else (WARN, ASK, TAKE)
    may_refund = left and (standing is None or standing["is_charge_refundable"])
    may_refund = may_refund and not any(one["status"] == "lost" for one in disputes)
    if may_refund:
        acts = (*acts, "refund")
    return [Offer(act, LABELS[act]) for act in acts] + [
        Offer(status, f"The refund of {format_amount(one['amount'], one['currency'])} {words}", one["id"])
        for one in refunds
        for status, words in ENDINGS.items()
        if status in NEXT_STATUS[one["status"]]
    ]


def tell_story(tx: Transaction, charge: Body) -> list[str]:
    """Return what has happened to a paid charge since, one sentence each, the oldest first."""
    story = []
    if tx.select(KIND, *field_is("charge", charge["id"])):
        story.append("Warning: the card’s holder may not have paid this.")
    for one in tx.select("dispute", *field_is("charge", charge["id"]), order="ASC"):
        word = one["status"].removeprefix("warning_").replace("_", " ")
        story.append(f"{'Dispute' if one['balance_transactions'] else 'Inquiry'}: {word}.")
    for one in tx.select("refund", *field_is("charge", charge["id"]), order="ASC"):
        story.append(f"Refund of {format_amount(one['amount'], one['currency'])}: {one['status']}.")
    return story


def act_afterwards(tx: Transaction, session: Body, act: str, refund_id: str) -> None:
    """Do what a button of the page says; raises ApiError where it cannot be, also of another payment's refund."""
    charge = charge_of(tx, session)
    if refund_id:
        if tx.get(refund_id, "refund").body["charge"] != charge["id"]:
            raise ApiError("That refund is not of this payment.")
        settle_refund(tx, refund_id, act)
    else:
        act_on_charge(tx, charge["id"], act)
