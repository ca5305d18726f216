"""The sentences of the calendar, and which acts a slot's docket offers: the one to do next first."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sponsorship.accounts.rules import Permission
from sponsorship.booking.rules import BookingKind, OrderState, SlotState
from sponsorship.core.errors import DomainError
from sponsorship.core.format import count, count_word, long_day, money, number, short_day
from sponsorship.desk.rules.revenue import Clause

ROWS = 14  # issues on one page of the calendar
YEAR_ROWS = 53  # a year of a weekly newsletter
PAST_ROWS = 2  # of them behind today, when it opens
CHIPS = (
    SlotState.OPEN, SlotState.HELD, SlotState.OFFERED, SlotState.UNPAID, SlotState.AWAITING_FUNDS, SlotState.PAID,
    SlotState.MISSING, SlotState.CHANGES_ASKED, SlotState.REVIEW, SlotState.APPROVED, SlotState.RAN, SlotState.UNSOLD,
    SlotState.BLOCKED, SlotState.HOUSE,
)  # fmt: skip
RARE_CHIPS = frozenset(
    {SlotState.OFFERED, SlotState.AWAITING_FUNDS, SlotState.CHANGES_ASKED, SlotState.UNSOLD, SlotState.HOUSE}
)  # shown only where there are some


WAITING = (SlotState.MISSING, SlotState.CHANGES_ASKED, SlotState.REVIEW, SlotState.UNPAID)  # the most pressing first


class Act(StrEnum):
    """Something that can be done about a slot from its docket."""

    BOOK = "book"
    HOUSE = "house"
    HOLD = "hold"
    BLOCK = "block"
    UNBLOCK = "unblock"
    RELEASE = "release"
    MOVE = "move"
    REMIND = "remind"
    RECORD_PAYMENT = "record_payment"
    ASK_COPY = "ask_copy"
    WRITE_COPY = "write_copy"
    READ_COPY = "read_copy"
    OPEN_ISSUE = "open_issue"
    OPEN_REPORT = "open_report"
    OPEN_ORDER = "open_order"

    @property
    def permission(self) -> Permission:
        """What a member's role must cover to be offered the act."""
        if self in (Act.REMIND, Act.RECORD_PAYMENT):
            return Permission.MONEY
        return Permission.SELL if self in SELLING else Permission.READ


SELLING = frozenset({Act.BOOK, Act.HOUSE, Act.HOLD, Act.BLOCK, Act.UNBLOCK, Act.RELEASE, Act.MOVE})
NEXT_ACTS: dict[SlotState, tuple[Act, ...]] = {
    SlotState.OPEN: (Act.BOOK, Act.HOLD, Act.BLOCK, Act.HOUSE),
    SlotState.HELD: (Act.OPEN_ORDER, Act.RELEASE),
    SlotState.OFFERED: (Act.RELEASE,),
    SlotState.AWAITING_FUNDS: (Act.OPEN_ORDER,),
    SlotState.UNPAID: (Act.REMIND, Act.RECORD_PAYMENT, Act.OPEN_ORDER),
    SlotState.PAID: (Act.OPEN_ORDER,),
    SlotState.MISSING: (Act.ASK_COPY, Act.WRITE_COPY, Act.OPEN_ORDER),
    SlotState.CHANGES_ASKED: (Act.ASK_COPY, Act.WRITE_COPY, Act.OPEN_ORDER),
    SlotState.REVIEW: (Act.READ_COPY, Act.OPEN_ORDER),
    SlotState.APPROVED: (Act.OPEN_ISSUE, Act.OPEN_ORDER),
    SlotState.RAN: (Act.OPEN_REPORT, Act.OPEN_ORDER),
    SlotState.UNSOLD: (),
    SlotState.BLOCKED: (Act.UNBLOCK,),
    SlotState.HOUSE: (Act.RELEASE,),
}
MOVABLE = frozenset(
    {SlotState.UNPAID, SlotState.PAID, SlotState.MISSING, SlotState.CHANGES_ASKED, SlotState.REVIEW, SlotState.APPROVED,
     SlotState.HOUSE}
)  # fmt: skip
COPY_IS_DONE = frozenset({SlotState.APPROVED, SlotState.RAN})


def acts_of_slot(
    state: SlotState, kind: BookingKind | None, *, order_state: OrderState | None, has_open_invoice: bool, is_over: bool
) -> list[Act]:
    """Return what can be done about a slot, the next thing to do first.

    A reminder needs an open invoice and comes first once the copy is done; a sale that is confirmed or being paid is not
    released from here; nothing is sold, promised or freed in an issue that is over.
    """
    acts = list(NEXT_ACTS[state])
    if state is not SlotState.UNPAID and has_open_invoice:
        money_acts = [Act.REMIND, Act.RECORD_PAYMENT]
        acts = money_acts + acts if state in COPY_IS_DONE else acts + money_acts
    acts += [Act.MOVE] if state in MOVABLE else []
    gone = set()
    if not has_open_invoice:
        gone |= {Act.REMIND, Act.RECORD_PAYMENT}
    if order_state is None:
        gone |= {Act.OPEN_ORDER, Act.ASK_COPY, Act.WRITE_COPY}
    if kind is BookingKind.ARCHIVE or kind is None:
        gone |= {Act.OPEN_REPORT}
    if kind is not BookingKind.BLOCK:
        gone |= {Act.UNBLOCK}
    if order_state is not None and order_state is not OrderState.HELD:
        gone |= {Act.RELEASE}
    if order_state is not None and order_state is not OrderState.CONFIRMED:
        gone |= {Act.MOVE}
    if is_over:
        gone |= SELLING | {Act.ASK_COPY, Act.WRITE_COPY}
    return [act for act in acts if act not in gone]


def calendar_headline(
    *, open_slots: int, worth_minor: int, currency: str, until: date, late_copies: int, copies_due: int
) -> list[Clause]:
    """Return the clauses of the calendar's headline: what is late or due today, then what is still for sale."""
    clauses: list[Clause] = []
    if late_copies:
        clauses.append((f"{_copies(late_copies)} late.", "owed"))
    elif copies_due:
        clauses.append((f"{_copies(copies_due)} due today.", "owed"))
    if open_slots:
        verb = "is" if open_slots == 1 else "are"
        clauses.append(f"{count_word(open_slots, 'slot')} {verb} open until {short_day(until)},")
        clauses.append(f"worth {money(worth_minor, currency)}.")
    else:
        clauses.append(f"Nothing is open until {short_day(until)}.")
    return clauses


def _copies(copies: int) -> str:
    return "Copy for one slot is" if copies == 1 else f"Copy for {number(copies)} slots is"


def empty_headline(days: Sequence[date], slots: int) -> list[Clause]:
    """Return the clauses of a calendar in which nothing is sold: "Twelve Sundays, 48 slots,", "nothing sold yet."."""
    if not days:
        return ["No issue is planned yet."]
    weekdays = {day.strftime("%A") for day in days}
    noun = weekdays.pop() if len(weekdays) == 1 else "issue"
    return [f"{count_word(len(days), noun)}, {count(slots, 'slot')},", "nothing sold yet."]


def range_text(first: date, last: date) -> str:
    """Write the dates that a page shows: "8 November to 31 January"."""
    return f"{first.day} {first:%B} to {last.day} {last:%B}"


def parse_day(text: str) -> date:
    """Return the day that an address names; raises DomainError with the way to write it."""
    try:
        return date.fromisoformat(text)
    except ValueError as unreadable:
        example = date(2026, 11, 22)
        raise DomainError(f"“{text[:40]}” is not a date. Write {long_day(example)} as {example}.") from unreadable


def suggested_hold_end(now: datetime, publish_at: datetime) -> datetime:
    """Return until when a promise is suggested: two days on, at most until a day before publishing, never the past."""
    return max(min(now + timedelta(days=2), publish_at - timedelta(days=1)), now + timedelta(hours=1))
