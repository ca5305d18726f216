"""An invoice that can also be paid on the provider's page: what is to be done there when things changed here."""

from enum import StrEnum

from sponsorship.payments.rules import InvoiceState

PAYABLE_THERE = ("open", "uncollectible")
CLOSED_THERE = ("void", "uncollectible")


class ProviderStep(StrEnum):
    """What we ask of the provider about an invoice of its."""

    VOID = "void"
    GIVE_UP = "give_up"
    CLOSE_PAID = "close_paid"


def next_step(state: InvoiceState, open_minor: int, told_status: str, told_open_minor: int) -> ProviderStep | None:
    """Return what makes the provider's page say what our invoice says; None where it does, or can no longer.

    A page that would take another sum than is owed is voided: what is left is then paid on a page of ours, or by bank.
    """
    if told_status not in PAYABLE_THERE:
        return None
    if state is InvoiceState.OPEN:
        return None if open_minor == told_open_minor else ProviderStep.VOID
    if state is InvoiceState.UNCOLLECTIBLE:
        return ProviderStep.GIVE_UP if told_status == "open" else None
    return {InvoiceState.VOID: ProviderStep.VOID, InvoiceState.PAID: ProviderStep.CLOSE_PAID}[state]
