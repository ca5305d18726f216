"""The figures of the pages by name: each opens to the rows behind it."""

from enum import StrEnum

from sponsorship.reporting.rules.slots import SlotShare


class FigureKind(StrEnum):
    """A figure that has rows: of money, by booking, or of slots, one by one."""

    BOOKED = "booked"
    COLLECTED = "collected"
    OUTSTANDING = "outstanding"
    LATE = "late"
    WRITTEN_OFF = "written_off"
    RECOGNISED = "recognised"
    DEFERRED = "deferred"
    DEFERRED_GROSS = "deferred_gross"
    SELLABLE = "sellable"
    SOLD = "sold"
    HELD = "held"
    OPEN = "open"
    UNSOLD = "unsold"
    HOUSE = "house"

    @property
    def label(self) -> str:
        """The words at the head of its rows."""
        return {
            "late": "Outstanding and late", "written_off": "Written off", "deferred_gross": "Deferred, unpaid invoices included",
            "sellable": "Slots there were to sell", "sold": "Slots sold", "held": "Slots held", "open": "Slots open",
            "unsold": "Slots that went unsold", "house": "House ads",
        }.get(self.value, self.value.capitalize())  # fmt: skip

    @property
    def is_money(self) -> bool:
        """Whether the figure is an amount, not a number of slots."""
        return self not in SHARES

    @property
    def is_balance(self) -> bool:
        """Whether it counts what stands now, whenever the issue comes out."""
        return self in (FigureKind.DEFERRED, FigureKind.DEFERRED_GROSS)

    @property
    def is_posted(self) -> bool:
        """Whether the ledger has it as a figure of its own."""
        return self.is_money and self is not FigureKind.LATE

    @property
    def shares(self) -> frozenset[SlotShare]:
        """What the slots of a slot figure count as."""
        return SHARES[self]

    @property
    def meaning(self) -> str:
        """How it is made, in one sentence."""
        return MEANINGS[self]


SHARES: dict[FigureKind, frozenset[SlotShare]] = {
    FigureKind.SELLABLE: frozenset(SlotShare) - {SlotShare.NOT_FOR_SALE},
    FigureKind.SOLD: frozenset({SlotShare.SOLD, SlotShare.OWED}),
    FigureKind.HELD: frozenset({SlotShare.HELD}),
    FigureKind.OPEN: frozenset({SlotShare.OPEN}),
    FigureKind.UNSOLD: frozenset({SlotShare.UNSOLD}),
    FigureKind.HOUSE: frozenset({SlotShare.HOUSE}),
}

MEANINGS: dict[FigureKind, str] = {
    FigureKind.BOOKED: "Net value of confirmed bookings, less cancellations and credit notes; tax is not in it.",
    FigureKind.COLLECTED: "The net share of what was received, less refunds.",
    FigureKind.OUTSTANDING: "Booked, less collected, less what was written off.",
    FigureKind.LATE: "The part of what is outstanding whose invoice is past its due day.",
    FigureKind.WRITTEN_OFF: "Booked, and neither collected nor owed any more.",
    FigureKind.RECOGNISED: "Net value of what ran, on its issue’s day.",
    FigureKind.DEFERRED: "Collected, and not yet run.",
    FigureKind.DEFERRED_GROSS: "Billed, and not yet run, whether it is paid or not.",
    FigureKind.SELLABLE: "Every slot of the issues, blocked slots and skipped issues left out.",
    FigureKind.SOLD: "Slots with a confirmed booking, paid or not, and those known from the archive.",
    FigureKind.HELD: "Slots that somebody has for a time.",
    FigureKind.OPEN: "Slots that nobody has, of issues to come.",
    FigureKind.UNSOLD: "Slots that nobody had when the issue went out.",
    FigureKind.HOUSE: "Slots filled with the publisher’s own ads: they were for sale, and are not sold.",
}
