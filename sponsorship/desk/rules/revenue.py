"""The sentences of the revenue page. Three grades: all paid, money still owed, money late."""

from collections.abc import Sequence
from datetime import date

from sponsorship.core.format import count, money, month, percent, short_day
from sponsorship.reporting.rules import MonthRow, Period, SlotCount

MOST_SQUARES = 160  # more slots than these are said in words alone
Clause = str | tuple[str, str]  # a tuple is a clause and what it is: "owed" is red


def revenue_headline(
    period: Period, slots: SlotCount, *, outstanding_minor: int, late_minor: int, currency: str, sponsor: str = "",
    placement: str = "",
) -> list[Clause]:  # fmt: skip
    """Return the clauses of the headline: how much is sold, what is owed, how much of that is late (net, minor units).

    Of one sponsor it says how many slots they have, since a share of all slots would mean nothing.
    """
    sold = _sponsor_clause(period, slots, sponsor) if sponsor else _sold_clause(period, slots, placement)
    if outstanding_minor <= 0:
        return [sold, "All of it is paid."] if slots.sold else [sold]
    owed = money(outstanding_minor, currency)
    if late_minor <= 0:
        return [sold, f"{owed} is still owed, none of it late."]
    if late_minor >= outstanding_minor:
        return [sold, (f"{owed} is still owed,", "owed"), "all of it late."]
    return [sold, (f"{owed} is still owed,", "owed"), f"{money(late_minor, currency)} of it late."]


def _sponsor_clause(period: Period, slots: SlotCount, sponsor: str) -> str:
    return f"{sponsor} has {count(slots.sold, 'slot') if slots.sold else 'no slot'} {period.during}."


def _sold_clause(period: Period, slots: SlotCount, placement: str = "") -> str:
    subject = f"{placement} {period.during}" if placement else period.subject
    if slots.sell_through is None:
        return f"{subject} has no slot to sell."
    if slots.sold == 0:
        return f"{subject} has nothing sold yet."
    if slots.sold == slots.sellable:
        return f"{subject} is sold out."
    return f"{subject} is {percent(min(slots.sell_through, 0.99))} sold."


def booked_note(booked_minor: int, before_minor: int, period: Period, currency: str) -> str:
    """Compare what is booked with the period before: "$5,200 up on last quarter"."""
    difference = booked_minor - before_minor
    if before_minor == 0:
        return f"Nothing was booked {period.before}" if booked_minor else ""
    if difference == 0:
        return f"As much as {period.before}"
    return f"{money(abs(difference), currency)} {'up' if difference > 0 else 'down'} on {period.before}"


def collected_note(collected_minor: int, booked_minor: int) -> str:
    """Say which share of what is booked has come in; "all" and "nothing" only when it is so."""
    if booked_minor <= 0:
        return ""
    if collected_minor <= 0:
        return "Nothing has come in yet"
    if collected_minor >= booked_minor:
        return "All of what is booked"
    return f"{percent(min(max(collected_minor / booked_minor, 0.01), 0.99))} of what is booked"


def outstanding_note(invoices: int, late: int) -> str:
    """Say how many open invoices stand behind what is owed: "4 invoices, 1 late"."""
    if not invoices:
        return "No open invoice"
    return f"{count(invoices, 'invoice')}, {late} late" if late else f"{count(invoices, 'invoice')}, none late"


def receivables_note(invoices: int) -> str:
    """Say how many open invoices are listed, and in which order."""
    return f"{count(invoices, 'open invoice')}, oldest first" if invoices > 1 else ""


def slots_note(slots: SlotCount) -> str:
    """Say what became of the slots that are not sold: "1 held, 5 open, 2 went unsold"."""
    parts = [
        f"{slots.held} held" if slots.held else "",
        f"{slots.open} open" if slots.open else "",
        f"{slots.unsold} went unsold" if slots.unsold else "",
        count(slots.house, "house ad") if slots.house else "",
    ]
    return ", ".join(part for part in parts if part)


def tally_label(slots: SlotCount) -> str:
    """Read the row of squares aloud."""
    unsold = slots.sellable - slots.sold - slots.held
    return f"{slots.sold - slots.owed} paid, {slots.owed} unpaid, {slots.held} held, {unsold} open or not sold"


def share_text(share: float | None) -> str:
    """Write a share of slots sold, or a dash where nothing was for sale."""
    return "–" if share is None else percent(share)


def chart_label(months: Sequence[MonthRow], currency: str) -> str:
    """Say what the bars of a revenue chart show: the months they span, and the figures of the last three."""
    if not months:
        return "Stacked bars by month: no month to show."
    sentences = [f"Stacked bars by month, {month(months[0].month)} to {month(months[-1].month)}."]
    for row in months[-3:]:
        parts = [
            (row.collected_minor, "collected"),
            (row.outstanding_minor, "outstanding"),
            (row.held_minor, "held"),
            (row.open_minor, "open or not sold"),
        ]
        figures = ", ".join(f"{money(amount, currency)} {word}" for amount, word in parts if amount) or "nothing"
        sentences.append(f"{row.month:%B}: {figures}.")
    return " ".join(sentences)


def due_text(due_on: date, today: date) -> tuple[str, bool]:
    """Say when an invoice is due, and whether it is late: ("11 days late", True), ("Today", False), ("29 Nov", False)."""
    days = (today - due_on).days
    if days > 0:
        return f"{count(days, 'day')} late", True
    return ("Today", False) if days == 0 else (short_day(due_on), False)


def bought_text(places: Sequence[tuple[str, int]]) -> str:
    """Say what an invoice is for, from (placement, issue number): "Sponsored, No. 808", "3 slots, No. 812 to 818"."""
    if not places:
        return ""
    if len(places) == 1:
        return f"{places[0][0]}, No. {places[0][1]}"
    numbers = sorted(number for _, number in places)
    if numbers[0] == numbers[-1]:
        return f"{count(len(places), 'slot')}, No. {numbers[0]}"
    return f"{count(len(places), 'slot')}, No. {numbers[0]} to {numbers[-1]}"
