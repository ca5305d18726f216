"""What a slot is shown as: which of its facts speaks first, and the few words that stand beside the state."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sponsorship.booking.rules import BookingKind, BookingState, OrderState, SlotState
from sponsorship.core.format import count, day, local, short_day
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.rules import IssueState

COPY_IS_PRESSING = timedelta(days=7)  # before that, a slot without copy shows how its money stands

SOLD_STATES = frozenset(
    {SlotState.AWAITING_FUNDS, SlotState.UNPAID, SlotState.PAID, SlotState.MISSING, SlotState.CHANGES_ASKED,
     SlotState.REVIEW, SlotState.APPROVED, SlotState.RAN}
)  # fmt: skip
MONEY_STATES = frozenset({SlotState.AWAITING_FUNDS, SlotState.UNPAID, SlotState.PAID})

FIXED = {BookingKind.BLOCK: SlotState.BLOCKED, BookingKind.HOUSE: SlotState.HOUSE, BookingKind.ARCHIVE: SlotState.RAN}
COPY_AS = {
    CreativeState.CHANGES_REQUESTED: SlotState.CHANGES_ASKED,
    CreativeState.SUBMITTED: SlotState.REVIEW,
    CreativeState.APPROVED: SlotState.APPROVED,
    CreativeState.LOCKED: SlotState.APPROVED,
}


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """All that decides how a slot is shown; `kind` is None for a slot that nobody has taken."""

    issue_state: IssueState
    publish_at: datetime
    copy_due_at: datetime
    bookable_until: datetime
    zone: str
    kind: BookingKind | None = None
    booking_state: BookingState | None = None
    order_state: OrderState | None = None
    creative_state: CreativeState | None = None
    owed_minor: int = 0
    held_until: datetime | None = None
    submitted_at: datetime | None = None
    invoice_due_on: date | None = None
    clicks: int | None = None
    reason: str = ""
    is_disputed: bool = False  # the bank took its payment back, and has not decided


def slot_state(facts: SlotFacts, now: datetime) -> SlotState:
    """Return how a slot is shown.

    Ran, copy missing, changes asked, in review, approved, awaiting funds, unpaid, paid: the first that holds. Copy that is
    not there counts as missing from seven days before its deadline. A slot nobody took is open, and unsold once published.
    """
    if facts.kind is None:
        return _untaken_state(facts, now)
    if facts.kind in FIXED:
        return FIXED[facts.kind]
    if facts.booking_state is BookingState.HELD:
        return _held_state(facts)
    if facts.booking_state is BookingState.RAN or facts.issue_state is IssueState.SENT:
        return SlotState.RAN
    if facts.creative_state in COPY_AS:
        return COPY_AS[facts.creative_state]
    if facts.copy_due_at - now <= COPY_IS_PRESSING:
        return SlotState.MISSING
    if facts.order_state is OrderState.AWAITING_FUNDS:
        return SlotState.AWAITING_FUNDS
    return SlotState.UNPAID if facts.owed_minor > 0 else SlotState.PAID


def _untaken_state(facts: SlotFacts, now: datetime) -> SlotState:
    if facts.issue_state is IssueState.SKIPPED:
        return SlotState.BLOCKED
    is_over = facts.issue_state is IssueState.SENT or facts.publish_at <= now
    return SlotState.UNSOLD if is_over else SlotState.OPEN


def _held_state(facts: SlotFacts) -> SlotState:
    if facts.order_state is OrderState.AWAITING_FUNDS:
        return SlotState.AWAITING_FUNDS
    return SlotState.OFFERED if facts.kind is BookingKind.OFFER else SlotState.HELD


def owes_besides(facts: SlotFacts, state: SlotState) -> bool:
    """Whether money is open on a slot whose state speaks of something later than money."""
    return facts.owed_minor > 0 and state in SOLD_STATES - MONEY_STATES


def is_held_back(facts: SlotFacts, state: SlotState) -> bool:
    """Whether a sold slot must not run yet because its payment is disputed; what ran stays run."""
    return facts.is_disputed and state in SOLD_STATES - {SlotState.RAN}


def wants_copy(state: SlotState) -> bool:
    """Whether the sponsor is the one to act: the copy is missing, or changes were asked for."""
    return state in (SlotState.MISSING, SlotState.CHANGES_ASKED)


def is_due_today(facts: SlotFacts, state: SlotState, now: datetime) -> bool:
    """Whether copy that is wanted is due on this day of the newsletter's calendar and not yet late."""
    return wants_copy(state) and facts.copy_due_at > now and _is_same_day(facts.copy_due_at, now, facts.zone)


def is_late(facts: SlotFacts, state: SlotState, now: datetime) -> bool:
    """Whether copy that is wanted should have been here already."""
    return wants_copy(state) and facts.copy_due_at <= now


def slot_note(facts: SlotFacts, state: SlotState, now: datetime) -> str:
    """Return the few words beside a state, or nothing: "Due today 18:00", "Until Fri 20 Nov 12:00", "301 clicks"."""
    if is_held_back(facts, state):
        return "Disputed"
    if state in (SlotState.HELD, SlotState.OFFERED):
        return f"Until {when(facts.held_until, facts.zone, now)}" if facts.held_until else ""
    if state in (SlotState.BLOCKED, SlotState.HOUSE):
        return facts.reason or ("Issue skipped" if facts.issue_state is IssueState.SKIPPED else "")
    if wants_copy(state):
        return _copy_due_note(facts, now)
    if state is SlotState.REVIEW:
        return f"Sent {_past(facts.submitted_at, facts.zone, now)}" if facts.submitted_at else ""
    if state is SlotState.PAID:
        return f"Copy due {short_day(local(facts.copy_due_at, facts.zone).date())}"
    if state is SlotState.RAN:
        return "" if facts.clicks is None else count(facts.clicks, "click")
    if state is SlotState.OPEN:
        return "Sale closed" if facts.bookable_until <= now else ""
    if facts.owed_minor > 0 and facts.invoice_due_on:
        return invoice_note(facts.invoice_due_on, local(now, facts.zone).date())
    return ""


def _copy_due_note(facts: SlotFacts, now: datetime) -> str:
    there = local(facts.copy_due_at, facts.zone)
    if facts.copy_due_at <= now:
        return f"Was due {_past(facts.copy_due_at, facts.zone, now)}"
    if _is_same_day(facts.copy_due_at, now, facts.zone):
        return f"Due today {there:%H:%M}"
    return f"Due {day(there.date())}"


def invoice_note(due_on: date, today: date) -> str:
    """Say when an invoice is due, or by how many days it is late: "Invoice due 29 Nov", "Invoice 11 days late"."""
    return f"Invoice {due_words(due_on, today)}"


def due_words(due_on: date, today: date) -> str:
    """Say when something is due, within a sentence: "due 29 Nov", "due today", "11 days late"."""
    if due_on < today:
        return f"{count((today - due_on).days, 'day')} late"
    return "due today" if due_on == today else f"due {short_day(due_on)}"


def when(moment: datetime, zone: str, now: datetime) -> str:
    """Write a moment on the newsletter's clock: "today 21:40", or "Fri 20 Nov 12:00"."""
    there = local(moment, zone)
    return f"{'today' if _is_same_day(moment, now, zone) else day(there.date())} {there:%H:%M}"


def _past(moment: datetime, zone: str, now: datetime) -> str:
    """A moment behind us: "today 09:12", "Wed 16:05" within six days, else "4 Nov"."""
    there = local(moment, zone)
    if _is_same_day(moment, now, zone):
        return f"today {there:%H:%M}"
    days_ago = (local(now, zone).date() - there.date()).days
    return f"{there:%a %H:%M}" if days_ago < 7 else short_day(there.date())


def _is_same_day(moment: datetime, now: datetime, zone: str) -> bool:
    return local(moment, zone).date() == local(now, zone).date()
