"""What can be taken out of the desk as a table, and who may."""

from enum import StrEnum

from sponsorship.accounts.rules import Permission


class ExportKind(StrEnum):
    """A table that leaves the desk."""

    ORDERS = "orders"
    BOOKINGS = "bookings"
    INVOICES = "invoices"
    SPONSORS = "sponsors"
    CLICKS = "clicks"
    REPORTS = "reports"

    @property
    def label(self) -> str:
        """The words on the page."""
        return {"clicks": "Clicks by placement"}.get(self.value, self.value.capitalize())

    @property
    def holds(self) -> str:
        """What its rows are, in one sentence."""
        return {
            "orders": "One row an order: number, sponsor, contact, state, amounts, by the day it was made.",
            "bookings": "One row a booking: issue, placement, sponsor, state, and its money from the ledger.",
            "invoices": "One row an invoice: number, sponsor, due day, net, tax, paid, open, by the day it was issued.",
            "sponsors": "One row a sponsor with address and contacts; the period does not matter.",
            "clicks": "One row a placement that ran with links: every hit, people’s clicks, unique readers, head and foot.",
            "reports": "One row a placement that ran: rate with interval and denominator, standing, costs.",
        }[self.value]  # fmt: skip

    @property
    def permissions(self) -> frozenset[Permission]:
        """Any one of these covers it."""
        return PERMISSIONS_OF[self]


PERMISSIONS_OF: dict[ExportKind, frozenset[Permission]] = {
    ExportKind.ORDERS: frozenset({Permission.SELL, Permission.MONEY}),
    ExportKind.BOOKINGS: frozenset({Permission.SELL, Permission.MONEY}),
    ExportKind.INVOICES: frozenset({Permission.MONEY}),
    ExportKind.SPONSORS: frozenset({Permission.SELL}),
    ExportKind.CLICKS: frozenset({Permission.READ}),
    ExportKind.REPORTS: frozenset({Permission.READ}),
}
