"""What can go wrong with money: facts with a sentence."""

from sponsorship.core.errors import DomainError


class NotOnInvoice(DomainError):
    """This sponsor has not been given credit."""

    message = "Orders on invoice are for sponsors the publisher has cleared. Pay by card, or ask the publisher."


class NobodyToBill(DomainError):
    """A link or an invoice has to be sent, and no address is known."""

    message = "Nobody’s e-mail address is known at this sponsor. Give one: the link or the invoice is sent to it."


class NothingOwed(DomainError):
    """The invoice is paid, void or written off."""

    status = 409
    message = "Nothing is owed on this invoice any more. Nothing was changed."


class PaymentNotPositive(DomainError):
    """A payment of nothing, or less."""

    message = "The amount must be more than nothing."


class PaymentRecorded(DomainError):
    """This line of the bank statement is in the books already."""

    message = "A payment with this reference is recorded on this invoice already. Give the statement's own reference."


class ReminderSent(DomainError):
    """One reminder a day is enough."""

    status = 409
    message = "A reminder went out today already. The next one can go tomorrow."


class TooManySessions(DomainError):
    """The order has had as many payment pages as one order may."""

    status = 409
    message = (
        "This order has had its payment page twice. Give it up and hold the dates again; you have not been charged."
    )


class EntryUnbalanced(DomainError):
    """Lines that do not sum to zero, or mix currencies: a fault of ours, refused before it is written."""

    status = 500
    message = "The books would not add up, so nothing was posted."


class NothingKept(DomainError):
    """No money is kept that could be used."""

    status = 409
    message = "No money is kept that could be used for this. Nothing was changed."


class NothingToCredit(DomainError):
    """Nothing of the order is sold any more, or it has no invoice."""

    status = 409
    message = "Nothing is left on this order that could be taken off. Nothing was changed."


class TooMuchToCredit(DomainError):
    """More than is left on the order; another refund may have been made meanwhile."""

    status = 409


class RefundWhileDisputed(DomainError):
    """The bank holds the money: a refund would pay it twice."""

    status = 409
    message = "This payment is disputed, and the bank holds the money. It cannot be refunded until that is decided."


class CreditExceeded(DomainError):
    """The order would bring the sponsor over what it may owe."""

    status = 409


class NotPayableByBank(DomainError):
    """The refund is still on its way by the provider, or done."""

    status = 409
    message = "This refund is on its way, or done. Only one that failed, or that came by bank, is paid back by hand."


class HasRun(DomainError):
    """A slot that ran is not cancelled: it is credited."""

    status = 409
    message = "One of these slots has run. What ran is not cancelled; take its price off with a refund instead."


class InvoicePartlyPaid(DomainError):
    """An invoice on which money came is not voided: it is credited."""

    status = 409
    message = "Money has come for this invoice. Cancel its order or refund it instead of voiding the invoice."


class MonthNotOver(DomainError):
    """Only what is over can be closed."""

    message = "This month is not over on the newsletter’s calendar. It can be closed from the first day of the next."


class MonthClosed(DomainError):
    """The month was closed by somebody before."""

    status = 409
    message = "This month is closed already. Nothing was changed."


class MonthOpen(DomainError):
    """The month is open."""

    status = 409
    message = "This month is open. Nothing was changed."


class ReasonMissing(DomainError):
    """Reopening a month is written down with its reason."""

    message = "Say why the month is opened again: the accountant will ask."


class ImportChanged(DomainError):
    """What was shown before importing is not what would be imported now."""

    status = 409
    message = (
        "Something has changed since these rows were looked at, so nothing was imported. Look at them again below."
    )
