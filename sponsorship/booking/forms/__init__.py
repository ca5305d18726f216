"""Forms of booking: shape and wording only."""

from sponsorship.booking.forms.demand import (
    AcceptProposalForm,
    AnswerRequestForm,
    ApprovalForm,
    ChallengeForm,
    DeclineForm,
    JoinWaitingForm,
    ProposalForm,
    RequestForm,
)
from sponsorship.booking.forms.moves import MoveForm
from sponsorship.booking.forms.slots import (
    BookSlotForm,
    ChangePriceForm,
    HoldCourtesyForm,
    HoldSlotsForm,
    SlotActForm,
)

__all__ = [
    "AcceptProposalForm",
    "AnswerRequestForm",
    "ApprovalForm",
    "BookSlotForm",
    "ChallengeForm",
    "ChangePriceForm",
    "DeclineForm",
    "HoldCourtesyForm",
    "HoldSlotsForm",
    "JoinWaitingForm",
    "MoveForm",
    "ProposalForm",
    "RequestForm",
    "SlotActForm",
]
