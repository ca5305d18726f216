"""Forms of booking: shape and wording only."""

from sponsorship.booking.forms.credits import (
    GrantCreditsForm,
)
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
    "AcceptProposalForm",
    "AnswerRequestForm",
    "ApprovalForm",
    "BookSlotForm",
    "CapacityForm",
    "ChallengeForm",
    "ChangePriceForm",
    "ChooseRemedyForm",
    "DeclineForm",
    "ExtraIssueForm",
    "GrantCreditsForm",
    "HoldCourtesyForm",
    "HoldSlotsForm",
    "JoinWaitingForm",
    "MoveForm",
    "MoveIssueForm",
    "ProposalForm",
    "RequestForm",
    "RetirePlacementForm",
    "RhythmForm",
    "SkipIssueForm",
    "SlotActForm",
]
