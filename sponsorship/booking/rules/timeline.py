"""What happened to an order, told in words from its audit entries."""

from collections.abc import Mapping
from typing import Any

from sponsorship.core.format import money

OF_ORDER = {
    "held": "The dates were held.",
    "requested": "The dates were requested.",
    "request_accepted": "The request was accepted.",
    "proposed": "The order was prepared and the link sent.",
    "booked_by_hand": "The publisher booked it.",
    "imported": "The order was taken over from a spreadsheet.",
    "accepted": "The proposal was accepted.",
    "extended": "Ten more minutes were given.",
    "priced": "The price was worked out anew.",
    "details_given": "The company’s details were given and the terms accepted.",
    "in_checkout": "The payment page was opened.",
    "left_checkout": "The payment page was left without paying.",
    "awaiting_funds": "The payment is on its way.",
    "confirmed": "The order was confirmed.",
    "lapsed": "The hold ran out.",
    "cancelled": "The order was cancelled.",
    "cut": "A part of the order was cancelled.",
    "credited": "A credit note was issued.",
    "needs_review": "The payment needs a person’s look.",
}
OF_BOOKING = {
    "cancelled": "{place} was cancelled.",
    "ran": "{place} ran.",
    "released": "{place} was released.",
    "lapsed": "The hold on {place} ran out.",
    "make_good_owed": "A make-good is owed for {place}.",
    "make_good_cancelled": "The make-good for {place} was taken back.",
}
OF_SPONSOR = {
    "terms_set": "What holds for the company was changed.",
    "credit_given": "The company may pay by invoice.",
    "credit_granted": "Credits were granted.",
    "credit_used": "A credit was used.",
    "credit_returned": "A credit came back.",
    "credit_expired": "Credits ran out.",
    "credit_cancelled": "Credits were taken back.",
    "billing_set": "How the company pays was changed.",
}
INTERNAL = frozenset(
    {"priced", "needs_review", "left_checkout", "in_checkout", "taxed"}
)  # the team's, not the sponsor's
BY_MACHINE = {"clock": "Flatplan", "buyer": "The buyer", "payment provider": "The payment provider"}


def word_entry(
    kind: str,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    place: str,
    currency: str,
    internal: bool,
) -> str | None:
    """Return an audit entry of an order (or, by `kind`, of one of its bookings) as a sentence; None for what is not told.

    The sponsor's view (`internal` false) leaves out steps that are the team's own, and the reasons that the team wrote down.
    """
    if not internal and action in INTERNAL:
        return None
    if kind == "booking" and action == "moved":
        return _moved(before, after, currency, internal)
    if action == "merged":
        return f"{after.get('merged')} was merged into it."
    words = {"booking": OF_BOOKING, "sponsor": OF_SPONSOR}.get(kind, OF_ORDER).get(action)
    if words is None:
        return f"{action.replace('_', ' ').capitalize()}." if internal else None
    sentence = words.format(place=place)
    if action == "credited":
        sentence = (
            f"Credit note {after.get('credit_note')} over {money(after.get('total_minor', 0), currency)} was issued."
        )
    reason = after.get("reason") if internal else None
    return f"{sentence} {reason}" if reason else sentence


def word_actor(actor: str, *, internal: bool) -> str:
    """Return who acted: the team by address for the team itself, as "the publisher" for a sponsor."""
    if actor in BY_MACHINE:
        return BY_MACHINE[actor]
    return actor if internal or "@" not in actor else "The publisher"


def _moved(before: Mapping[str, Any], after: Mapping[str, Any], currency: str, internal: bool) -> str:
    sentence = f"{before.get('place')} moved to {after.get('place')}."
    difference = after.get("difference_minor") or 0
    if difference > 0:
        sentence += f" The difference of {money(difference, currency)} was paid."
    elif difference < 0:
        sentence += f" It costs {money(-difference, currency)} less, which was credited."
    return f"{sentence} {after['reason']}" if internal and after.get("reason") else sentence
