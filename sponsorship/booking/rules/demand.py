"""Demand that outruns the slots: promises, challenges, the waiting list, requests, and the times that each of them has."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sponsorship.core.errors import InvalidTransition

OFFER = timedelta(hours=24)
SHORTEST_OFFER = timedelta(minutes=30)
CHALLENGE = timedelta(hours=24)
REQUEST = timedelta(hours=48)
REMIND_BEFORE = timedelta(hours=24)
MOST_WAITING = 10  # wishes of one address on a newsletter's waiting list
MOST_EVERY = 26
QUARTER = timedelta(weeks=13)


class PromiseKind(StrEnum):
    """Why a slot is kept for somebody who has not ordered it yet."""

    COURTESY = "courtesy"
    FIRST_REFUSAL = "first_refusal"
    OFFER = "offer"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {"courtesy": "Courtesy hold", "first_refusal": "First refusal", "offer": "Waiting-list offer"}[
            self.value
        ]


class WaitingState(StrEnum):
    """A wish on the waiting list: waiting, offered a slot, and how it ended."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    LEFT = "left"
    REMOVED = "removed"
    OVER = "over"

    @property
    def label(self) -> str:
        """The word on screens."""
        return {"taken": "Took the slot", "lapsed": "Did not answer", "over": "Date has passed"}.get(
            self.value, self.value.capitalize()
        )


WAITING_STEPS: dict[WaitingState, frozenset[WaitingState]] = {
    WaitingState.WAITING: frozenset({WaitingState.OFFERED, WaitingState.LEFT, WaitingState.REMOVED, WaitingState.OVER}),
    WaitingState.OFFERED: frozenset(
        {WaitingState.TAKEN, WaitingState.LAPSED, WaitingState.WAITING, WaitingState.LEFT, WaitingState.REMOVED}
    ),
    WaitingState.TAKEN: frozenset(),
    WaitingState.LAPSED: frozenset(),
    WaitingState.LEFT: frozenset(),
    WaitingState.REMOVED: frozenset(),
    WaitingState.OVER: frozenset(),
}
IN_LINE = (WaitingState.WAITING, WaitingState.OFFERED)


class ChallengeState(StrEnum):
    """How a challenge stands: the holder confirms, lets go, says nothing, or the challenger thinks better of it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


CHALLENGE_STEPS: dict[ChallengeState, frozenset[ChallengeState]] = {
    ChallengeState.OPEN: frozenset(set(ChallengeState) - {ChallengeState.OPEN}),
    **{state: frozenset() for state in ChallengeState if state is not ChallengeState.OPEN},
}


def check_waiting_step(before: WaitingState, after: WaitingState) -> None:
    """Raise InvalidTransition unless the table has this step."""
    if after not in WAITING_STEPS[before]:
        raise InvalidTransition(f"A wish on the waiting list that is {before.value} cannot become {after.value}.")


def check_challenge_step(before: ChallengeState, after: ChallengeState) -> None:
    """Raise InvalidTransition unless the table has this step."""
    if after not in CHALLENGE_STEPS[before]:
        raise InvalidTransition("This challenge is over.")


def offer_until(now: datetime, bookable_until: datetime) -> datetime | None:
    """Return until when a freed slot is offered to the next in line, or None where its sale ends within half an hour.

    24 hours; less when the issue is near: at most half of the time in which the slot can still be sold, so that the next in
    line has a chance too, but never under half an hour.
    """
    left = bookable_until - now
    if left < SHORTEST_OFFER:
        return None
    return now + min(OFFER, max(left / 2, SHORTEST_OFFER))


def challenge_until(now: datetime, held_until: datetime) -> datetime:
    """Return until when a holder answers a challenge: 24 hours, never beyond what was promised."""
    return min(now + CHALLENGE, held_until)


def request_until(now: datetime, first_bookable_until: datetime) -> datetime:
    """Return until when a request keeps its slots: 48 hours, never beyond the end of the first slot's sale."""
    return min(now + REQUEST, first_bookable_until)


def promise_paid_until(now: datetime, held_until: datetime, hold: timedelta) -> datetime:
    """Return until when an order made of a promise is to be paid: within a day, never past the promise, at least a hold."""
    return max(now + hold, min(now + OFFER, held_until))


def pick_series(days: Sequence[date], *, every: int, first: date, until: date, most: int) -> list[date]:
    """Return every n-th of the issue days from the first one on or after `first` to `until`, at most so many.

    Counted in issues, not in weeks: a skipped issue moves no later date of the series to a day without one.
    """
    within = [day for day in days if first <= day <= until]
    return within[:: max(every, 1)][:most]


def nearest_day(wanted: date, days: Sequence[date], within: timedelta) -> date | None:
    """Return the day nearest to the one wanted, the later of two equally near, or None where all lie too far away."""
    near = [day for day in days if abs(day - wanted) <= within]
    return min(near, key=lambda day: (abs(day - wanted), day < wanted), default=None)


def ordinal_word(place: int) -> str:
    """Write a place in a line: "first", "second", "11th"."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if 1 <= place <= len(words):
        return words[place - 1]
    suffix = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{suffix}"
