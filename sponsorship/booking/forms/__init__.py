"""Forms of booking: shape and wording only."""

from sponsorship.booking.forms.moves import MoveForm
from sponsorship.booking.forms.slots import (
    BookSlotForm,
    ChangePriceForm,
    HoldCourtesyForm,
    HoldSlotsForm,
    SlotActForm,
)

__all__ = [
    "BookSlotForm",
    "ChangePriceForm",
    "HoldCourtesyForm",
    "HoldSlotsForm",
    "MoveForm",
    "SlotActForm",
]
