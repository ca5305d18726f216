"""What the next issues need: one line for each thing that somebody has to do, the most pressing first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sponsorship.booking.rules import SlotState
from sponsorship.core.format import count, day, money, short_day

PRESSING = (
    SlotState.MISSING,
    SlotState.CHANGES_ASKED,
    SlotState.REVIEW,
    SlotState.UNPAID,
    SlotState.AWAITING_FUNDS,
    SlotState.HELD,
    SlotState.OFFERED,
    SlotState.OPEN,
)


@dataclass(frozen=True, slots=True)
class Need:
    """One line of an issue's list: the state gives colour and icon, the text says what to do."""

    state: SlotState
    text: str


@dataclass(frozen=True, slots=True)
class SlotNeed:
    """What decides whether a slot needs something: days on the newsletter's calendar, price in minor units."""

    state: SlotState
    sponsor: str
    placement: str
    price_minor: int
    copy_due_on: date
    is_copy_late: bool
    owes: bool
    invoice_due_on: date | None
    note: str


def needs_of_issue(slots: Iterable[SlotNeed], today: date, currency: str) -> list[Need]:
    """Return what an issue needs, the most pressing first; an issue with nothing to do has an empty list."""
    needs: list[Need] = []
    open_slots: dict[tuple[str, int], int] = {}
    for slot in slots:
        if slot.state is SlotState.OPEN:
            key = (slot.placement, slot.price_minor)
            open_slots[key] = open_slots.get(key, 0) + 1
        else:
            needs += _needs_of_slot(slot, today)
    for (placement, price), number in open_slots.items():
        needs.append(Need(SlotState.OPEN, open_text(placement, number, money(price, currency))))
    return sorted(needs, key=lambda need: PRESSING.index(need.state))


def _needs_of_slot(slot: SlotNeed, today: date) -> list[Need]:
    needs = []
    if slot.state in (SlotState.MISSING, SlotState.CHANGES_ASKED, SlotState.REVIEW):
        needs.append(Need(slot.state, copy_text(slot.state, slot.sponsor, slot.copy_due_on, today, slot.is_copy_late)))
    if slot.owes:
        needs.append(Need(SlotState.UNPAID, owed_text(slot.sponsor, slot.invoice_due_on, today)))
    if slot.state is SlotState.AWAITING_FUNDS:
        needs.append(Need(slot.state, f"{possessive(slot.sponsor or 'The buyer')} money is on its way"))
    if slot.state in (SlotState.HELD, SlotState.OFFERED):
        verb = "held for" if slot.state is SlotState.HELD else "offered to"
        until = f", {slot.note[:1].lower()}{slot.note[1:]}" if slot.note else ""
        needs.append(Need(slot.state, f"{slot.placement} {verb} {slot.sponsor or 'a buyer'}{until}"))
    return needs


def copy_text(state: SlotState, sponsor: str, due_on: date, today: date, is_late: bool) -> str:
    """Say what the copy of one slot waits for."""
    if state is SlotState.REVIEW:
        return f"Read {possessive(sponsor)} copy"
    who = f"No changes yet from {sponsor}" if state is SlotState.CHANGES_ASKED else f"No copy from {sponsor}"
    if due_on < today:
        return f"{who}, {count((today - due_on).days, 'day')} late"
    if due_on == today:
        return f"{who}, due earlier today" if is_late else f"{who}, due today"
    what = "changes" if state is SlotState.CHANGES_ASKED else "copy"
    return f"{possessive(sponsor)} {what}, due {day(due_on)}"


def owed_text(sponsor: str, due_on: date | None, today: date) -> str:
    """Say that money is open, and since when or until when."""
    if due_on is None:
        return f"{sponsor} has not paid"
    if due_on < today:
        return f"{sponsor} has not paid, {count((today - due_on).days, 'day')} late"
    return f"{sponsor}, due today" if due_on == today else f"{sponsor} pays by {short_day(due_on)}"


def open_text(placement: str, number: int, price: str) -> str:
    """Say what is still for sale: "Primary open, $1,650", "2 Classified open, $300 each"."""
    return f"{placement} open, {price}" if number == 1 else f"{number} {placement} open, {price} each"


def possessive(name: str) -> str:
    """Return whose: "Pallet’s", "Peat Systems’"."""
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def issue_line(publish_on: date, today: date, *, sold: int, sellable: int, booked_minor: int, currency: str) -> str:
    """Say when an issue goes out and how far it is sold: "In 3 days. 4 of 4 sold, $3,100"."""
    sales = f"{sold} of {sellable} sold" if sellable else "Nothing for sale"
    worth = f", {money(booked_minor, currency)}" if booked_minor else ""
    return f"{days_until(publish_on, today)}. {sales}{worth}"


def days_until(day_: date, today: date) -> str:
    """Say how far off a day is: "Today", "Tomorrow", "In 3 days"."""
    days = (day_ - today).days
    if days <= 0:
        return "Today" if days == 0 else f"{count(-days, 'day')} ago"
    return "Tomorrow" if days == 1 else f"In {days} days"


def time_left(now: datetime, moment: datetime) -> str:
    """Say how long it is until a moment, in its two largest units: "2 d 22 h", "5 h 10 min", "12 min"."""
    left = max(moment - now, timedelta())
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    if left >= timedelta(days=1):
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def quiet_sentence(numbers: list[int]) -> str:
    """Name the issues that need nothing: "No. 814 needs nothing today.", "No. 814 and 816 need nothing today."."""
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"No. {numbers[0]} needs nothing today."
    return f"No. {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} need nothing today."
