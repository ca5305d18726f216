"""The slot calendar: rows are issues, columns are slots by placement and ordinal, each cell one slot as it is shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from sponsorship.assembly.queries import SlotView, list_slot_views
from sponsorship.booking.rules import SlotState
from sponsorship.core.flatplan import Drawing
from sponsorship.core.format import local
from sponsorship.desk.queries.drawings import draw_column
from sponsorship.desk.rules.calendar import CHIPS, PAST_ROWS, RARE_CHIPS, ROWS, WAITING, Clause, calendar_headline
from sponsorship.inventory.models import Issue, Newsletter, Placement, RhythmException
from sponsorship.inventory.rules import IssueState, RhythmChange


@dataclass(frozen=True, slots=True)
class Column:
    """One slot of each issue: a placement, with a letter where it has several; price in minor units."""

    placement: Placement
    ordinal: int
    name: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Row:
    """An issue with a cell for each column, or a day without one; `is_after_today`: the first row after today."""

    day: date
    issue: Issue | None
    cells: tuple[SlotView | None, ...]
    sold: int
    booked_minor: int
    reason: str
    is_past: bool
    is_after_today: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that doubles as the legend: how many slots on the page are in that state."""

    state: SlotState
    count: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """One page of the calendar; `earlier` and `later` are the days to turn to, None at either end."""

    today: date
    first: date
    last: date
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chips: tuple[Chip, ...]
    headline: tuple[Clause, ...]
    views: tuple[SlotView, ...]
    earlier: date | None
    later: date | None

    @property
    def is_free(self) -> bool:
        """Whether nobody has a slot on this page."""
        return all(view.booking is None for view in self.views)


def get_calendar(
    session: Session, newsletter: Newsletter, start: date | None, now: datetime, rows: int = ROWS
) -> Calendar:
    """Return the page that begins at `start`, by default two issues before today, in a fixed number of queries."""
    today = local(now, newsletter.timezone).date()
    days, off = _days(session, newsletter.id)
    begin = _begin(days, start, today)
    shown = days[begin : begin + rows]
    first, last = (shown[0], shown[-1]) if shown else (today, today)
    views = list_slot_views(session, newsletter, first, last, now)
    columns = _columns(views)
    off = {day: reason for day, reason in off.items() if first <= day <= last}
    return Calendar(
        today=today,
        first=first,
        last=last,
        columns=columns,
        rows=_rows(views, columns, off, today),
        chips=_chips(views),
        headline=tuple(_headline(views, newsletter, last)),
        views=tuple(views),
        earlier=days[max(begin - rows + PAST_ROWS, 0)] if begin else None,
        later=days[begin + rows - PAST_ROWS] if begin + rows < len(days) else None,
    )


def _begin(days: Sequence[date], start: date | None, today: date) -> int:
    """The index of the first row: the issue at or after `start`, or so many before today."""
    wanted = today if start is None else start
    index = next((index for index, day in enumerate(days) if day >= wanted), len(days))
    return max(min(index if start else index - PAST_ROWS, len(days) - 1), 0)


def _columns(views: Sequence[SlotView]) -> tuple[Column, ...]:
    found = {(view.placement.position, view.placement.id, view.slot.ordinal): view for view in views}
    inside = [found[key] for key in sorted(found)]
    placements = [view.placement for view in inside]
    return tuple(
        Column(view.placement, view.slot.ordinal, view.slot.name, draw_column(placements, index))
        for index, view in enumerate(inside)
    )


def _rows(views: Sequence[SlotView], columns: Sequence[Column], off: dict[date, str], today: date) -> tuple[Row, ...]:
    rows = [_issue_row(list(own), columns, today) for _, own in groupby(views, key=lambda view: view.issue.id)]
    taken = {row.day for row in rows}
    rows += [Row(day, None, (), 0, 0, reason, day < today, False) for day, reason in off.items() if day not in taken]
    rows.sort(key=lambda row: row.day)
    ahead = next((row for row in rows if row.day >= today), None)
    return tuple(replace(row, is_after_today=True) if row is ahead else row for row in rows)


def _issue_row(views: Sequence[SlotView], columns: Sequence[Column], today: date) -> Row:
    issue = views[0].issue
    cells = {(view.placement.id, view.slot.ordinal): view for view in views}
    return Row(
        day=issue.publish_on,
        issue=issue,
        cells=tuple(cells.get((column.placement.id, column.ordinal)) for column in columns),
        sold=sum(view.is_sold for view in views),
        booked_minor=sum(view.money.booked_minor for view in views if view.money),
        reason="Skipped" if issue.state is IssueState.SKIPPED else "",
        is_past=issue.publish_on < today,
        is_after_today=False,
    )


def _days(session: Session, newsletter_id: int) -> tuple[list[date], dict[date, str]]:
    """The days with an issue, in order; and those on which the rhythm would give one and there is none, with the reason."""
    issues = select(Issue.publish_on.label("day"), literal(False).label("is_off"), literal("").label("reason"))
    off = select(RhythmException.on_day, literal(True), RhythmException.reason).where(
        RhythmException.newsletter_id == newsletter_id,
        RhythmException.change.in_((RhythmChange.SKIPPED, RhythmChange.MOVED)),
    )
    rows = session.execute(union_all(issues.where(Issue.newsletter_id == newsletter_id), off).order_by("day")).all()
    return [row.day for row in rows if not row.is_off], {row.day: row.reason for row in rows if row.is_off}


def _chips(views: Sequence[SlotView]) -> tuple[Chip, ...]:
    counts = dict.fromkeys(CHIPS, 0)
    for view in views:
        for state in states_of(view):
            counts[state] += 1
    return tuple(Chip(state, counts[state]) for state in CHIPS if counts[state] or state not in RARE_CHIPS)


def states_of(view: SlotView) -> tuple[SlotState, ...]:
    """Return the states under which a slot is found: its own, and unpaid where money is open on a later one."""
    return (view.state, SlotState.UNPAID) if view.is_unpaid_besides else (view.state,)


def is_wanted(view: SlotView, states: Collection[str], find: str) -> bool:
    """Whether a slot passes the filters: one of the states (none chosen: all), and the text within the sponsor's name."""
    fits = not states or any(state.value in states for state in states_of(view))
    return fits and find.strip().lower() in view.sponsor_name.lower()


def most_pressing(calendar: Calendar) -> SlotView | None:
    """Return the slot ahead of today that waits for somebody longest: copy that is late before copy to be read, and so on."""
    ahead = [view for view in calendar.views if view.issue.publish_on >= calendar.today and view.state in WAITING]
    return min(ahead, key=lambda view: WAITING.index(view.state), default=None)


def _headline(views: Sequence[SlotView], newsletter: Newsletter, last: date) -> list[Clause]:
    open_views = [view for view in views if view.state is SlotState.OPEN]
    return calendar_headline(
        open_slots=len(open_views),
        worth_minor=sum(view.price_minor for view in open_views),
        currency=newsletter.currency,
        until=last,
        late_copies=sum(view.is_late for view in views),
        copies_due=sum(view.is_due_today for view in views),
    )
