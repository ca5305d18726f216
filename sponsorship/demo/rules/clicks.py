"""How an issue is clicked: most of it within a day, again on Monday morning, and much of it by programs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sponsorship.demo.rules.newsletter import OPEN_RATE_BASIS_POINTS, READERS

USUAL_CLICKS = {"primary": 295, "sponsored": 165, "classified": 68}  # people's, in the weeks after an issue
AT_THE_FOOT = 0.19  # share of a primary sponsor's clicks that its echo draws
COMES_BACK = 0.05  # share of people who open the page once more, later in the week
CLICKS_TWICE = 0.06
READERS_A_WEEK = 58  # by so many the list grows

# By hour after sending: link checkers come at once, then with the mail that is read late, and on Monday with the offices.
PROGRAM_HOURS = {
    0: 402,
    1: 118,
    2: 47,
    3: 21,
    4: 14,
    5: 11,
    6: 9,
    9: 6,
    12: 5,
    20: 4,
    24: 31,
    25: 22,
    26: 9,
    30: 5,
    48: 9,
}
PROGRAMS_PER_PERSON = 0.6

_LIKE_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
_LIKE_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1"
BROWSERS = (
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_LIKE_SAFARI} Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    f"Mozilla/5.0 (X11; Linux x86_64) {_LIKE_CHROME} Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_LIKE_CHROME} Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_LIKE_CHROME} Safari/537.36 Edg/142.0.0.0",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) {_LIKE_SAFARI} Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 16) {_LIKE_CHROME} Mobile Safari/537.36",
)
# Mail gateways look at every link before a mail is delivered, and call themselves browsers; so do those who copy pages.
GATEWAYS = 7  # an issue
COPIERS = 2
PROGRAMS = ("python-requests/2.32.5", "Go-http-client/2.0", "curl/8.11.1", "LinkCheck by MailGuard 4.2", "")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that a link will get: when, from where, with what; `at_foot` where the echo's link was followed."""

    at: datetime
    address: str
    user_agent: str
    method: str = "GET"
    purposes: tuple[str, ...] = ()
    at_foot: bool = False
    is_team: bool = False


def people_of(placement: str, draw: float, step: int, random: Random) -> int:
    """Return how many people click on a slot in all: the usual number, the sponsor's pull, a list that grows, and chance."""
    growth = _readers(step) / READERS
    return round(USUAL_CLICKS[placement] * draw * growth * random.uniform(0.88, 1.12))


@dataclass(frozen=True, slots=True)
class Mailing:
    """What the mail provider counted for an issue; `clicks` and `unique_clicks` are on any link, sponsors' or not."""

    delivered: int
    opens: int
    clicks: int
    unique_clicks: int


def mailing_of(step: int, random: Random) -> Mailing:
    """Return what the mail provider counted for an issue."""
    delivered = _readers(step) - random.randint(90, 170)
    share = OPEN_RATE_BASIS_POINTS / 10_000 + random.uniform(-0.012, 0.012)
    opens = round(delivered * share)
    unique = round(opens * random.uniform(0.17, 0.2))
    return Mailing(delivered, opens, round(unique * random.uniform(1.35, 1.5)), unique)


def sales_of(people: int, random: Random) -> list[tuple[int, str, int | None]]:
    """Return what a sponsor's site reports of its visitors: each one's number, the event, and what it was worth in cents."""
    signed_up = sorted(random.sample(range(people), people // 14))
    return [(one, "signup", None) for one in signed_up] + [(one, "purchase", 4_900) for one in signed_up[::5]]


def _readers(step: int) -> int:
    """Subscribers at an issue: the latest, -1, has the number on the rate card."""
    return READERS + READERS_A_WEEK * (step + 1)


def visits(sent_at: datetime, people: int, *, is_echoed: bool, random: Random) -> list[Visit]:
    """Return the requests for one slot's links, in order of time."""
    found = [
        *_of_people(sent_at, people, is_echoed, random),
        *_of_programs(sent_at, round(people * PROGRAMS_PER_PERSON * random.uniform(0.8, 1.3)), is_echoed, random),
    ]
    return sorted(found, key=lambda visit: visit.at)


def sweeps(sent_at: datetime, links: int, random: Random) -> list[tuple[int, Visit]]:
    """Return the requests of programs that follow an issue's links one after another, each with the link's number.

    A gateway takes the sponsors' links within seconds; who copies pages takes his time and the trap, number `links`, too.
    """
    found = []
    for gateway in range(GATEWAYS):
        at = sent_at + timedelta(seconds=2 if gateway == 0 else random.randint(20, 5000))
        address = f"100.64.{20 + gateway}.{random.randint(1, 254)}"
        found += [(link, Visit(at + timedelta(seconds=link), address, BROWSERS[4])) for link in range(min(links, 8))]
    for copier in range(COPIERS):
        at = sent_at + timedelta(minutes=random.randint(30, 3000))
        address = f"100.64.{40 + copier}.{random.randint(1, 254)}"
        found += [(link, Visit(at + timedelta(seconds=25 * link), address, BROWSERS[3])) for link in range(links + 1)]
    return found


def looks_of_the_team(sent_at: datetime, random: Random) -> list[Visit]:
    """Return how the publisher's people try a slot's link: in the test mail, and once more when it is out."""
    return [
        Visit(sent_at - timedelta(minutes=random.randint(20, 90)), "10.255.0.7", BROWSERS[1]),
        Visit(sent_at + timedelta(minutes=random.randint(3, 200)), "10.255.0.7", BROWSERS[1], is_team=True),
    ]


def _of_people(sent_at: datetime, people: int, is_echoed: bool, random: Random) -> Iterator[Visit]:
    for hour in random.choices(range(len(PEOPLE_HOURS)), PEOPLE_HOURS, k=people):
        reader = random.randrange(READERS)
        visit = Visit(
            _within(sent_at, hour, random), _address(reader), BROWSERS[reader % len(BROWSERS)],
            at_foot=is_echoed and random.random() < AT_THE_FOOT,
        )  # fmt: skip
        yield visit
        chance = random.random()
        if chance < CLICKS_TWICE:
            yield _once_more(visit, timedelta(seconds=random.randint(1, 90)))
        elif chance < CLICKS_TWICE + COMES_BACK:
            yield _once_more(visit, timedelta(minutes=random.randint(30, 4000)))


def _of_programs(sent_at: datetime, count: int, is_echoed: bool, random: Random) -> Iterator[Visit]:
    for hour in random.choices(tuple(PROGRAM_HOURS), tuple(PROGRAM_HOURS.values()), k=count):
        at = _within(sent_at, hour, random)
        address, at_foot = (
            f"100.64.{random.randint(0, 11)}.{random.randint(1, 254)}",
            is_echoed and random.random() < 0.5,
        )
        kind = random.random()
        if kind < 0.72:
            yield Visit(at, address, random.choice(PROGRAMS), at_foot=at_foot)
        elif kind < 0.87:
            yield Visit(at, address, BROWSERS[4], method="HEAD", at_foot=at_foot)
        else:
            yield Visit(at, address, BROWSERS[6], purposes=("prefetch",), at_foot=at_foot)


def _once_more(visit: Visit, later: timedelta) -> Visit:
    return Visit(visit.at + later, visit.address, visit.user_agent, at_foot=visit.at_foot)


def _within(sent_at: datetime, hour: int, random: Random) -> datetime:
    """A moment in that hour after sending; the first minute is the mail's own."""
    return sent_at + timedelta(hours=hour, seconds=random.randint(60 if hour == 0 else 0, 3599))


def _address(reader: int) -> str:
    """A reader's address, in a range that no stranger has."""
    return f"10.{reader >> 12}.{(reader >> 4) & 255}.{(reader & 15) * 16 + 1}"


def _people_hours() -> tuple[float, ...]:
    """Weights by hour after sending: a fast fall, nights, and a second, smaller wave on Monday morning."""
    weights = []
    for hour in range(144):
        clock = (8 + hour) % 24
        awake = 0.12 if clock < 6 else 0.5 if clock in (6, 7, 22, 23) else 1.0
        monday = 1.9 if 25 <= hour <= 28 else 1.0
        weights.append((math.exp(-hour / 8) + 0.14 * monday * math.exp(-hour / 34)) * awake)
    return tuple(weights)


PEOPLE_HOURS = _people_hours()
