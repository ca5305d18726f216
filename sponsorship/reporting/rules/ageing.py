"""How late money is."""

from datetime import date
from enum import StrEnum


class AgeBand(StrEnum):
    """How late an open invoice is."""

    NOT_DUE = "not_due"
    MONTH = "month"
    TWO_MONTHS = "two_months"
    THREE_MONTHS = "three_months"
    OLDER = "older"

    @property
    def label(self) -> str:
        """The words of a subtotal."""
        return {
            "not_due": "Not due yet",
            "month": "Up to 30 days late",
            "two_months": "31 to 60 days late",
            "three_months": "61 to 90 days late",
            "older": "More than 90 days late",
        }[self.value]


def age_band(due_on: date, today: date) -> AgeBand:
    """Return how late an invoice is; on its due day it is not late."""
    days = (today - due_on).days
    if days <= 0:
        return AgeBand.NOT_DUE
    if days <= 30:
        return AgeBand.MONTH
    if days <= 60:
        return AgeBand.TWO_MONTHS
    return AgeBand.THREE_MONTHS if days <= 90 else AgeBand.OLDER
