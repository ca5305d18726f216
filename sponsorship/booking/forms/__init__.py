"""Forms of booking: shape and wording only."""

from sponsorship.booking.forms.credits import (
    GrantCreditsForm,
)
from sponsorship.booking.forms.displacements import (
    CapacityForm,
    ChooseRemedyForm,
    MoveIssueForm,
    RetirePlacementForm,
    SkipIssueForm,
)
from sponsorship.booking.forms.moves import (
    MoveForm,
)
from sponsorship.booking.forms.rhythm import (
    ExtraIssueForm,
    RhythmForm,
)
from sponsorship.booking.forms.slots import (
    BookSlotForm,
    ChangePriceForm,
    HoldCourtesyForm,
    HoldSlotsForm,
    SlotActForm,
)

__all__ = [
    "BookSlotForm",
    "CapacityForm",
    "ChangePriceForm",
    "ChooseRemedyForm",
    "ExtraIssueForm",
    "GrantCreditsForm",
    "HoldCourtesyForm",
    "HoldSlotsForm",
    "MoveForm",
    "MoveIssueForm",
    "RetirePlacementForm",
    "RhythmForm",
    "SkipIssueForm",
    "SlotActForm",
]
