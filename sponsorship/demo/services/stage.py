"""Where the story takes place: the newsletter's slots by their place in the plan, and a timeline that makes time pass."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.core import outbox
from sponsorship.creative.models import Creative
from sponsorship.demo.rules.schedule import Cell
from sponsorship.inventory.models import Issue, Newsletter, Slot
from sponsorship.inventory.rules import local_moment
from sponsorship.inventory.services import today_of

Act = Callable[[datetime], datetime | None]
Place = tuple[int, str, int]


@dataclass(slots=True)
class Timeline:
    """What is going to happen, each act with its moment; what lies after the end has not happened yet and is left out.

    An act that takes a while returns the moment at which it was over.
    """

    end: datetime
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    serial: Iterator[int] = field(default_factory=count)

    def at(self, moment: datetime, act: Act) -> None:
        """Let something happen at a moment, unless that is still to come."""
        if moment <= self.end:
            heappush(self.acts, (moment, next(self.serial), act))

    def run(self, session: Session) -> None:
        """Let everything happen in order of time; after each act, whoever listens to the outbox acts too."""
        while self.acts:
            moment, _, act = heappop(self.acts)
            outbox.deliver_within(session, act(moment) or moment)


@dataclass(slots=True)
class Stage:
    """The newsletter as the story finds it; issues by their step from the next one, slots and bookings by their place."""

    session: Session
    now: datetime
    newsletter: Newsletter
    timeline: Timeline
    issues: dict[int, Issue]
    slots: dict[Place, Slot]
    bookings: dict[Place, Booking] = field(default_factory=dict)
    creatives: dict[Place, Creative] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The day on which the demo is made, on the newsletter's calendar."""
        return today_of(self.newsletter, self.now)

    def chance(self, *about: object) -> Random:
        """Return chance that falls the same way for the same thing on the same day."""
        return Random(" ".join([self.day.isoformat(), *map(str, about)]))

    def moment(self, days: int, hour: int, minute: int = 0) -> datetime:
        """Return a time on the newsletter's clock, so many days from today."""
        return local_moment(self.day + timedelta(days=days), time(hour, minute), self.newsletter.timezone)

    def slot_of(self, cell: Cell) -> Slot:
        """Return the slot that a cell of the plan means."""
        return self.slots[cell.place]

    def booking_of(self, cell: Cell) -> Booking:
        """Return the booking that the story has made for a cell."""
        return self.bookings[cell.place]
