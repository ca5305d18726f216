"""Which hits count: pure functions over the hits of one network on one issue, in order of time.

What the hit alone tells is judged at once. The rest (bursts, traps, repeats, rates, who is new) looks at other hits of the same
issue and network and at no others: a reader's address never leaves its network. So a network's hits on an issue, in whatever
order they came, always get the same verdicts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sponsorship.tracking.rules.readers import READERS_KNOWN
from sponsorship.tracking.rules.reasons import ExclusionReason, LinkPosition, Mark

RULES_VERSION = 3  # grows with every change of what counts; a test knows each version by its digest

# A reader who comes back to the same link this soon after a click that counted is the same click: a double click, a tab
# opened again. The window starts with the counted click and does not slide, so a later visit counts.
REPEAT_WINDOW = timedelta(minutes=10)
# A mail gateway follows every link of a mail at once. Three sponsors of one issue within so many seconds, from one network,
# are a program: people read first. Head and foot of one booking are one.
BURST_BOOKINGS = 3
BURST_SECONDS = 10
# Mail takes longer than this to be delivered, opened and read.
TOO_SOON = timedelta(seconds=5)
# So many counted clicks on one booking from one address in a day; whoever shares an address beyond that is not counted.
RATE_CLICKS = 25
RATE_WINDOW = timedelta(days=1)

AT_ONCE = frozenset(
    {
        ExclusionReason.BOT, ExclusionReason.HEAD_REQUEST, ExclusionReason.PREFETCH, ExclusionReason.TEAM,
        ExclusionReason.BEFORE_PUBLICATION, ExclusionReason.TOO_SOON, ExclusionReason.AFTER_END,
    }
)  # fmt: skip
# Hits that tell nothing of what a network does after the mail has arrived.
NO_BURST = frozenset({ExclusionReason.TEAM, ExclusionReason.BEFORE_PUBLICATION})


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What judging a hit needs to know of its link: whose it is, when its issue went out, and until when clicks count."""

    link_id: int
    issue_id: int
    booking_id: int | None
    position: LinkPosition
    ran_at: datetime
    counts_until: datetime | None = None

    @property
    def is_trap(self) -> bool:
        """Whether no person can see the link."""
        return self.position is LinkPosition.TRAP


@dataclass(slots=True)
class Judged:
    """A hit with the reason that it alone gives (`at_once`), and the verdict: `reason` None counts."""

    link: LinkFacts
    at: datetime
    reader: str
    source: str
    at_once: ExclusionReason | None
    click_id: int | None = None
    reason: ExclusionReason | None = None
    is_unique: bool = False


@dataclass(slots=True)
class Before:
    """What is known of the readers at hand from before the first hit that is judged."""

    trapped: set[str] = field(default_factory=set)
    counted_at: dict[tuple[int, str], datetime] = field(default_factory=dict)
    readers: set[tuple[int | None, str]] = field(default_factory=set)
    rates: dict[tuple[int | None, str], list[datetime]] = field(default_factory=dict)

    def note(self, link: LinkFacts, reader: str, source: str, at: datetime) -> None:
        """Remember a click that counted; called in order of time."""
        self.counted_at[link.link_id, reader] = at
        self.readers.add((link.booking_id, reader))
        self.rates.setdefault((link.booking_id, source), []).append(at)


def reason_at_once(marks: int, at: datetime, link: LinkFacts, *, is_robot: bool) -> ExclusionReason | None:
    """Return why a hit does not count, as far as the hit alone tells; the first that holds. A trap's is never asked."""
    if link.is_trap:
        return None
    if is_robot:
        return ExclusionReason.BOT
    if marks:
        if marks & Mark.HEAD:
            return ExclusionReason.HEAD_REQUEST
        return ExclusionReason.PREFETCH if marks & Mark.FETCHED_AHEAD else ExclusionReason.TEAM
    if at < link.ran_at + TOO_SOON:
        return ExclusionReason.BEFORE_PUBLICATION if at < link.ran_at else ExclusionReason.TOO_SOON
    return ExclusionReason.AFTER_END if link.counts_until is not None and at >= link.counts_until else None


def burst_seconds(hits: Iterable[tuple[int, int | None]]) -> set[int]:
    """Return the seconds in which a network behaved as a program does.

    `hits` are pairs of second and booking, None for a trap. A trap makes all that is less than ten seconds away suspect;
    so does a third booking within ten seconds.
    """
    found: set[int] = set()
    ordered = sorted(set(hits), key=lambda hit: hit[0])
    first = 0
    inside: dict[int | None, int] = {}
    for second, booking in ordered:
        inside[booking] = inside.get(booking, 0) + 1
        while ordered[first][0] <= second - BURST_SECONDS:
            gone = ordered[first][1]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            first += 1
        if len(inside) >= BURST_BOOKINGS:
            found.update(range(ordered[first][0], second + 1))
        if booking is None:
            found.update(range(second - BURST_SECONDS + 1, second + BURST_SECONDS))
    return found


def judge(hits: Sequence[Judged], bursts: Collection[int], before: Before) -> None:
    """Give the hits of one network on one issue their verdicts, in order of time; `bursts` as `burst_seconds` tells."""
    trapped = before.trapped | {hit.reader for hit in hits if hit.link.is_trap}
    for hit in hits:
        hit.reason, hit.is_unique = _verdict(hit, bursts, before, trapped), False
        if hit.reason is None:
            is_new = (hit.link.booking_id, hit.reader) not in before.readers
            hit.is_unique = is_new and hit.at < hit.link.ran_at + READERS_KNOWN
            before.note(hit.link, hit.reader, hit.source, hit.at)


def _verdict(hit: Judged, bursts: Collection[int], before: Before, trapped: set[str]) -> ExclusionReason | None:
    if hit.link.is_trap:
        return ExclusionReason.HONEYPOT
    if hit.at_once is not None:
        return hit.at_once
    if hit.reader in trapped:
        return ExclusionReason.HONEYPOT
    if bursts and second_of(hit.at) in bursts:
        return ExclusionReason.BURST
    if is_repeat(hit.at, before.counted_at.get((hit.link.link_id, hit.reader))):
        return ExclusionReason.REPEAT
    counted = before.rates.get((hit.link.booking_id, hit.source))
    if counted is not None and len(counted) >= RATE_CLICKS and counted[-RATE_CLICKS] > hit.at - RATE_WINDOW:
        return ExclusionReason.RATE
    return None


def is_repeat(at: datetime, last_counted_at: datetime | None) -> bool:
    """Whether a reader's click falls into the window after the last of theirs that counted on the same link."""
    return last_counted_at is not None and at - last_counted_at < REPEAT_WINDOW


def second_of(at: datetime) -> int:
    """Return the second (since 1970) in which a moment lies."""
    return int(at.timestamp())
