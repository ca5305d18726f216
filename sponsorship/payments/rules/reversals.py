"""Money that goes the other way: credit notes, refunds, write-offs, disputes, and what each posts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sponsorship.core.money import split_amount
from sponsorship.payments.rules import Account, Posting

DUPLICATE, FRAUDULENT, REQUESTED = "duplicate", "fraudulent", "requested_by_customer"


class MoneyBack(StrEnum):
    """What becomes of money that a credit note sets free."""

    REFUND = "refund"
    KEEP = "keep"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {"refund": "Give it back the way it came", "keep": "Keep it for the sponsor’s next order"}[self.value]


class DisputeState(StrEnum):
    """A buyer's bank asks, takes the money, and decides."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # an inquiry that came to nothing, or a dispute that was prevented

    @property
    def label(self) -> str:
        """The words on screens."""
        return {"inquiry": "Inquiry", "open": "Disputed"}.get(self.value, self.value.capitalize())


# Any other word of the provider's is taken for an open dispute: nobody refunds, nobody publishes.
DISPUTE_WORDS: dict[str, DisputeState] = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY,
    "warning_closed": DisputeState.CLOSED,
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "prevented": DisputeState.CLOSED,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
STANDING_DISPUTES = (DisputeState.INQUIRY, DisputeState.OPEN)


def judge_dispute(status: str) -> DisputeState:
    """Return what the provider's word for a dispute means; a word that is not known is an open dispute."""
    return DISPUTE_WORDS.get(status, DisputeState.OPEN)


class TaskKind(StrEnum):
    """Why a person has to look at somebody's money."""

    REFUND_FAILED = "refund_failed"
    REFUND_FROM_OUTSIDE = "refund_from_outside"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"
    FRAUD_WARNING = "fraud_warning"
    PAYMENT_DIFFERS = "payment_differs"
    INVOICE_DIFFERS = "invoice_differs"
    PAY_BACK_BY_BANK = "pay_back_by_bank"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {
            "refund_failed": "A refund failed",
            "refund_from_outside": "A refund made elsewhere",
            "disputed": "A payment is disputed",
            "dispute_lost": "A dispute was lost",
            "fraud_warning": "A payment may be fraud",
            "payment_differs": "A payment does not fit",
            "invoice_differs": "An invoice does not fit",
            "pay_back_by_bank": "To be paid back by bank",
        }[self.value]


@dataclass(frozen=True, slots=True)
class SoldPart:
    """One booking's money as it stands: what of its net price is still sold, its share of the tax, and what is unpaid.

    `deferred_minor` is what has not run; `open_minor` is the part of the net that is still owed.
    """

    booking_id: int
    net_minor: int
    deferred_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class CreditPart:
    """What is taken off one booking: net of tax, minor units."""

    booking_id: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Credit:
    """What a credit note comes to: so much net of each booking, and the tax on all of it."""

    parts: tuple[CreditPart, ...]
    tax_minor: int

    @property
    def net_minor(self) -> int:
        """Before tax."""
        return sum(part.net_minor for part in self.parts)

    @property
    def total_minor(self) -> int:
        """Tax included."""
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class Source:
    """A receipt that money can go back to, and how much of it may."""

    receipt_id: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """Part of what goes back: from which receipt, for which booking (None: tax)."""

    receipt_id: int
    booking_id: int | None
    amount_minor: int


def credit_of_bookings(parts: Sequence[SoldPart], tax_minor: int, all_net_minor: int, keep_basis_points: int) -> Credit:
    """Credit whole bookings, less the share that the cancellation policy lets the publisher keep.

    `tax_minor` is the tax left on the order, `all_net_minor` the net left on it: the tax that goes is in proportion, all of
    it where all goes.
    """
    credited = tuple(
        CreditPart(part.booking_id, part.net_minor - _kept(part.net_minor, keep_basis_points)) for part in parts
    )
    net = sum(part.net_minor for part in credited)
    return Credit(credited, _in_proportion(tax_minor, net, all_net_minor))


def credit_of_part(part: SoldPart, net_minor: int, tax_minor: int, all_net_minor: int) -> Credit:
    """Credit so much of one booking's net price, at most what is left of it, and the tax on it in proportion."""
    net = min(net_minor, part.net_minor)
    return Credit((CreditPart(part.booking_id, net),), _in_proportion(tax_minor, net, all_net_minor))


def credit_of_amount(parts: Sequence[SoldPart], tax_minor: int, amount_minor: int) -> Credit:
    """Credit a gross amount of an order: net and tax in proportion to what is left, the net over its bookings likewise.

    Net and tax sum to the amount exactly, and none exceeds what is left of it (the ledger's prototype, remainder-safe).
    """
    net_left = sum(part.net_minor for part in parts)
    gross_left = net_left + tax_minor
    if not 0 < amount_minor <= gross_left:
        raise ValueError(amount_minor)
    net = min(_in_proportion(net_left, amount_minor, gross_left), net_left)
    tax = min(amount_minor - net, tax_minor)
    net = amount_minor - tax
    shares = split_amount(net, [part.net_minor for part in parts])
    return Credit(tuple(CreditPart(part.booking_id, n) for part, n in zip(parts, shares, strict=True)), tax)


def split_back(
    credit: Credit, parts: Sequence[SoldPart], open_tax_minor: int, sources: Sequence[Source]
) -> list[Share]:
    """Say where what was paid of a credit goes back to: first what is unpaid is struck off, the rest comes from the receipts.

    Money that no receipt covers cannot be: raises ValueError.
    """
    open_of: dict[int | None, int] = {part.booking_id: part.open_minor for part in parts}
    wanted: list[tuple[int | None, int]] = [
        (part.booking_id, max(part.net_minor - open_of.get(part.booking_id, 0), 0)) for part in credit.parts
    ]
    wanted.append((None, max(credit.tax_minor - open_tax_minor, 0)))
    left = [[source.receipt_id, source.left_minor] for source in sources]
    shares = []
    for booking_id, amount in wanted:
        for source in left:
            taken = min(amount, source[1])
            if taken:
                shares.append(Share(source[0], booking_id, taken))
                source[1] -= taken
                amount -= taken
        if amount:
            raise ValueError("more goes back than came in")
    return shares


def credited_lines(
    credit: Credit, parts: Sequence[SoldPart], open_tax_minor: int, shares: Iterable[Share], back_to: Account
) -> list[Posting]:
    """Return what a credit note posts: off deferred (or, of what ran, as allowance), off the tax, off what is owed.

    What had been paid is owed back, or kept as unapplied: `back_to`.
    """
    of = {part.booking_id: part for part in parts}
    lines = []
    for part in credit.parts:
        sold = of[part.booking_id]
        deferred = min(part.net_minor, sold.deferred_minor)
        lines.append(Posting(Account.DEFERRED, deferred, part.booking_id))
        lines.append(Posting(Account.ALLOWANCES, part.net_minor - deferred, part.booking_id))
        lines.append(Posting(Account.RECEIVABLE, -min(part.net_minor, sold.open_minor), part.booking_id))
    lines.append(Posting(Account.TAX, credit.tax_minor))
    lines.append(Posting(Account.RECEIVABLE, -min(credit.tax_minor, open_tax_minor)))
    lines += [Posting(back_to, -share.amount_minor, share.booking_id, share.receipt_id) for share in shares]
    return lines


def unbooked_lines(credit: Credit) -> list[Posting]:
    """Return the memo pair of what is no longer booked."""
    return [
        line
        for part in credit.parts
        for line in (
            Posting(Account.BACKLOG, -part.net_minor, part.booking_id),
            Posting(Account.BOOKED, part.net_minor, part.booking_id),
        )
    ]


def written_off_lines(open_parts: Iterable[tuple[int | None, int]]) -> list[Posting]:
    """Return what giving up a debt posts: each booking's net is bad debt, the tax is not owed on it any more."""
    lines = []
    for booking_id, amount in open_parts:
        account = Account.TAX if booking_id is None else Account.BAD_DEBT
        lines += [Posting(account, amount, booking_id), Posting(Account.RECEIVABLE, -amount, booking_id)]
    return lines


def disputed_lines(amount_minor: int, receipt_id: int) -> list[Posting]:
    """Return what a bank's taking the money posts; negative for its coming back."""
    return [
        Posting(Account.DISPUTE_HOLD, amount_minor, receipt_id=receipt_id),
        Posting(Account.STRIPE, -amount_minor, receipt_id=receipt_id),
    ]


def dispute_lost_lines(
    credit: Credit, parts: Sequence[SoldPart], amount_minor: int, receipt_id: int
) -> tuple[list[Posting], Credit]:
    """Return what a lost dispute posts, and what of it is no longer booked.

    What has not run is sold no more; of what ran the net is a loss. What the dispute took beyond what was sold (a part that
    had been refunded before) is a loss as well.
    """
    of = {part.booking_id: part for part in parts}
    lines, gone, left = [], [], amount_minor
    for part in credit.parts:
        unrun = min(part.net_minor, of[part.booking_id].deferred_minor)
        gone.append(CreditPart(part.booking_id, unrun))
        lines.append(Posting(Account.DEFERRED, unrun, part.booking_id))
        lines.append(Posting(Account.DISPUTE_LOSS, part.net_minor - unrun, part.booking_id))
        lines.append(Posting(Account.DISPUTE_HOLD, -part.net_minor, part.booking_id, receipt_id))
        left -= part.net_minor
    lines.append(Posting(Account.TAX, credit.tax_minor))
    left -= credit.tax_minor
    lines.append(Posting(Account.DISPUTE_LOSS, left, receipt_id=receipt_id))
    lines.append(Posting(Account.DISPUTE_HOLD, -credit.tax_minor - left, receipt_id=receipt_id))
    return lines, Credit(tuple(gone), 0)


def _kept(net_minor: int, keep_basis_points: int) -> int:
    return _in_proportion(net_minor, keep_basis_points, 10_000)


def _in_proportion(whole: int, part: int, of: int) -> int:
    """`whole * part / of`, half up; nothing of nothing."""
    return (whole * part * 2 + of) // (2 * of) if of else 0
