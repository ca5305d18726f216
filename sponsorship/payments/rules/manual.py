"""Booking in the publisher's name: the ways in which it can be paid, and what each of them needs."""

from enum import StrEnum


class Way(StrEnum):
    """How a booking made by the publisher's hand is paid."""

    CARD = "card"
    INVOICE = "invoice"
    COMPED = "comped"
    HOUSE = "house"

    @property
    def label(self) -> str:
        """The way as the form offers it."""
        return LABELS[self]

    @property
    def is_sale(self) -> bool:
        """Whether a sponsor gets the slots; a house ad is the publisher's own."""
        return self is not Way.HOUSE

    @property
    def needs_address(self) -> bool:
        """Whether something has to be sent before it is paid: the link, or the invoice."""
        return self in (Way.CARD, Way.INVOICE)

    @property
    def needs_terms(self) -> bool:
        """Whether the publisher says that the sponsor agreed to the terms; who pays by the link agrees there."""
        return self in (Way.INVOICE, Way.COMPED)

    @property
    def is_money(self) -> bool:
        """Whether it writes into the books at once, which not every role may."""
        return self in (Way.INVOICE, Way.COMPED)


LABELS = {
    Way.CARD: "By card, with a link",
    Way.INVOICE: "On invoice",
    Way.COMPED: "Comped: for nothing",
    Way.HOUSE: "House ad",
}
