"""Issues drawn as pages, from the slots as they are shown."""

from collections.abc import Sequence

from sponsorship.assembly.queries import SlotView
from sponsorship.core.flatplan import Drawing, Spot, draw_flatplan, draw_place
from sponsorship.inventory.models import Placement, Slot


def draw_issue(views: Sequence[SlotView]) -> Drawing:
    """Draw one issue, each of its slots in its state; the slots in order of position and ordinal."""
    return draw_flatplan([_spot(view.placement, view.state.value) for view in views])


def draw_slot(slots: Sequence[Slot], chosen: Slot) -> Drawing:
    """Draw where one slot stands among the slots of its issue."""
    return draw_column([slot.placement for slot in slots], [slot.id for slot in slots].index(chosen.id))


def draw_column(placements: Sequence[Placement], index: int) -> Drawing:
    """Draw where one column of the calendar stands: a placement for each column, in order of position."""
    return draw_place([_spot(placement, "off") for placement in placements], {index})


def _spot(placement: Placement, state: str) -> Spot:
    return Spot(placement.kind.value, state, echo=placement.is_echoed)
