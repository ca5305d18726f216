"""What the storefront calls an open date, and the sentences at the head of the sponsor's pages."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from statistics import median, quantiles

from sponsorship.booking.rules import OrderState
from sponsorship.core.format import count_word, day, local, moment, short_day

Clause = str | tuple[str, str]  # a sentence, or one with its mark: "owed" for what costs money or stops an issue
FEWEST_RUNS = 4  # fewer say nothing about what is usual


class Avail(StrEnum):
    """What the public sees of a placement in one issue."""

    OPEN = "open"
    HELD = "held"
    SOLD = "sold"
    CLOSED = "closed"
    LATER = "later"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class UsualClicks:
    """People's clicks on a placement: the median, and the middle half of the runs."""

    median: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Term:
    """One paragraph of the terms; a question with its answer where the first line asks one."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """All that decides the headline of a sponsor's page; moments are on the newsletter's clock, `zone`."""

    state: OrderState
    slots: int
    zone: str
    held_until: datetime | None = None
    is_requested: bool = False
    is_proposed: bool = False
    ran: int = 0
    copy_for: date | None = None  # the issue whose copy is due next
    copy_due_at: datetime | None = None
    owed: str = ""
    is_overdue: bool = False


def usual_clicks(counts: list[int]) -> UsualClicks | None:
    """Return what is usual for a placement, or None where it ran fewer than four times; quartiles are inclusive."""
    if len(counts) < FEWEST_RUNS:
        return None
    low, _, high = quantiles(counts, n=4, method="inclusive")
    return UsualClicks(round(median(counts)), round(low), round(high))


def split_terms(text: str) -> list[Term]:
    """Read terms written as paragraphs: a first line that ends in a question mark asks, the rest answers."""
    terms = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        first, _, rest = paragraph.strip().partition("\n")
        if first.endswith("?") and rest.strip():
            terms.append(Term(first, rest.strip()))
        elif paragraph.strip():
            terms.append(Term("", paragraph.strip()))
    return terms


def held_words(until: datetime | None, zone: str, now: datetime, word: str = "Held") -> str:
    """Say until when a slot is held: "Held to 10:02" today, "Held to Fri 12:00" this week, else "Held to 4 Dec"."""
    if until is None or until <= now:
        return word
    there, today = local(until, zone), local(now, zone).date()
    if there.date() == today:
        return f"{word} to {there:%H:%M}"
    if (there.date() - today).days < 7:
        return f"{word} to {there:%a %H:%M}"
    return f"{word} to {short_day(there.date())}"


def order_headline(facts: OrderFacts, now: datetime) -> list[Clause]:
    """Return the clauses that say how an order stands and what is due next; a clause marked "owed" is red."""
    slots = count_word(facts.slots, "slot")
    if facts.state is OrderState.DRAFT:
        asked = "The publisher answers by then." if facts.is_requested else "Send the request to keep them."
        return [f"{slots} held for you{_until(facts, now)}.", asked]
    if facts.is_proposed:
        return [f"{slots} proposed to you, held{_until(facts, now)}.", "Nothing is booked before you accept and pay."]
    if facts.state in (OrderState.HELD, OrderState.IN_CHECKOUT):
        return [f"{slots} held for you{_until(facts, now)}.", "Nothing is booked before you pay."]
    if facts.state is OrderState.CONFIRMED:
        return _confirmed_headline(facts, slots, now)
    return list(CLOSED_HEADLINES[facts.state])


CLOSED_HEADLINES: dict[OrderState, tuple[Clause, ...]] = {
    OrderState.AWAITING_FUNDS: ("Your dates are kept:", "the money is on its way."),
    OrderState.LAPSED: ("Your hold ran out,", "and the dates are on sale again.", "You have not been charged."),
    OrderState.CANCELLED: ("This order is cancelled.",),
    OrderState.LATE_PAYMENT: ("Your payment came after the hold had run out,", "and a date had gone.",
                              "You get your money back."),
    OrderState.REFUNDING: ("Your money is on its way back.",),
    OrderState.REFUNDED: ("You have your money back.",),
    OrderState.NEEDS_REVIEW: ("We are looking at your payment by hand.", "Your dates are kept meanwhile."),
}  # fmt: skip


def _until(facts: OrderFacts, now: datetime) -> str:
    """The end of the hold: the time alone where it is today."""
    if facts.held_until is None:
        return ""
    there = local(facts.held_until, facts.zone)
    is_today = there.date() == local(now, facts.zone).date()
    return f" until {there:%H:%M}" if is_today else f" until {moment(facts.held_until, facts.zone)}"


def _confirmed_headline(facts: OrderFacts, slots: str, now: datetime) -> list[Clause]:
    if facts.ran == facts.slots:
        clauses: list[Clause] = ["Your slot ran." if facts.slots == 1 else f"All {facts.slots} slots ran."]
    elif facts.ran:
        clauses = [f"{slots} booked, {facts.ran} of them ran."]
    else:
        clauses = [f"{slots} booked."]
    if facts.copy_for is not None and facts.copy_due_at is not None:
        clauses.append(copy_clause(facts.copy_for, facts.copy_due_at, facts.zone, now))
    elif facts.ran < facts.slots:
        clauses.append("All copy is in.")
    if facts.owed:
        owed = f"{facts.owed} is {'overdue' if facts.is_overdue else 'still to be paid'}."
        clauses.append((owed, "owed") if facts.is_overdue else owed)
    return clauses


def copy_clause(copy_for: date, due_at: datetime, zone: str, now: datetime) -> Clause:
    """Say when the copy for an issue is due; marked "owed" on its last day and after."""
    if due_at <= now:
        return f"Copy for {day(copy_for)} was due {moment(due_at, zone)}.", "owed"
    if local(due_at, zone).date() == local(now, zone).date():
        return f"Copy for {day(copy_for)} is due today at {local(due_at, zone):%H:%M}.", "owed"
    return f"Copy for {day(copy_for)} is due {moment(due_at, zone)}."


def home_headline(coming: int, ran: int, due: Clause | None, questions: int = 0) -> list[Clause]:
    """Return the clauses at the head of a sponsor's home: what waits for an answer, what is to come, which copy is due."""
    if questions:
        asked: Clause = (count_word(questions, "thing waits", "things wait") + " for your answer.", "owed")
        return [asked, *home_headline(coming, ran, due)] if coming else [asked]
    if coming:
        return [f"{count_word(coming, 'slot')} to come.", due or "All copy is in."]
    if ran:
        return ["Nothing is booked just now.", f"{count_word(ran, 'slot')} ran."]
    return ["Nothing is booked yet."]
