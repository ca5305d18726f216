"""The Sunday Runbook: its rate card, readers and terms, as a publisher would write them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SLUG = "sunday-runbook"
STORY_PAYMENT = "pi_demo_"  # how the ids of payments begin that were made in the story
NAME = "The Sunday Runbook"
TAGLINE = "One letter a week for people who carry the pager."
INTRODUCTION = (
    "Every Sunday at 08:00, London time, one letter for people who build and run production systems: the outages worth "
    "learning from, the tools worth an afternoon, and nothing else. Three kinds of slot, booked by issue date. Pick your "
    "dates, pay by card or invoice, and send copy by the Thursday before."
)
TIMEZONE = "Europe/London"
CURRENCY = "USD"
RHYTHM = "FREQ=WEEKLY;BYDAY=SU"
PUBLISH_TIME = time(8)
READERS = 30_412
OPEN_RATE_BASIS_POINTS = 4300
INVOICE_DAYS = 14
CREDIT_LIMIT_MINOR = 1_500_000  # what each company that pays by invoice may owe at a time, in cents
HORIZON_WEEKS = 26

PUBLISHER = "Imogen Hale"
PUBLISHER_ADDRESS = "imogen@sundayrunbook.example"
BOOKKEEPER = "Desmond Achterberg"
BOOKKEEPER_ADDRESS = "desmond@sundayrunbook.example"

AUDIENCE_NOTE = "From the reader survey of last March: 2,114 answers."
AUDIENCE: tuple[tuple[str, int], ...] = (
    ("Platform and SRE", 38),
    ("DevOps and infrastructure", 27),
    ("Backend development", 16),
    ("Engineering management", 12),
    ("Security and other", 7),
)

TERMS = """Can I see my copy before it goes out?
Yes. You write it here, see the block as readers will get it, and are told when a link or a paragraph has run before.

When is copy due?
On the Thursday before the issue, at 18:00 London time. A slot without copy by then runs the ad that ran last, or a line of ours.

What do I get afterwards?
A report for each slot: people’s clicks by the hour, what was taken out and why, and the ad as it ran.

What won’t you run?
Gambling, tokens, and anything that asks readers to hand over production credentials.

Can I move a date?
Free of charge until the Monday before the issue, to any open date. After that the slot is yours to fill."""

FREQUENCY_LABEL = "Run of three, 10% off"
FREQUENCY_THRESHOLD = 3
FREQUENCY_BASIS_POINTS = 1000


@dataclass(frozen=True, slots=True)
class PlacementPlan:
    """One line of the rate card; prices in cents, limits in words."""

    key: str
    name: str
    kind: str
    price_minor: int
    capacity: int
    heading_limit: int
    body_limit: int
    printed_heading: str
    description: str
    is_echoed: bool = False


PLACEMENTS: tuple[PlacementPlan, ...] = (
    PlacementPlan(
        "primary", "Primary", "primary", 165_000, 1, 8, 60, "Sponsor",
        "First thing after the title, and once more at the foot.", is_echoed=True,
    ),
    PlacementPlan(
        "sponsored", "Sponsored", "secondary", 85_000, 1, 8, 40, "Sponsored",
        "Between the second and third section, in the reading flow.",
    ),
    PlacementPlan(
        "classified", "Classified", "classified", 30_000, 2, 5, 25, "Classified",
        "Two lines in the classifieds, just above the sign-off.",
    ),
)  # fmt: skip
LEAD_DAYS, LEAD_TIME = 2, time(18)
COPY_DUE_DAYS, COPY_DUE_TIME = 3, time(18)

# No. 812 came out on this Sunday; the other numbers count from it.
KNOWN_SUNDAY, KNOWN_NUMBER = date(2026, 11, 22), 812


def is_year_end(sunday: date) -> bool:
    """Tell whether a Sunday lies between Christmas and New Year's Eve, when no issue comes out."""
    return sunday.month == 12 and sunday.day >= 25


def issue_sunday(day: date, steps: int) -> date:
    """Return the Sunday of an issue: the first on or after `day` for 0, later ones for 1, 2, earlier ones for -1, -2.

    The Sunday between Christmas and New Year has no issue and is not counted.
    """
    sunday = day + timedelta(days=(6 - day.weekday()) % 7)
    while is_year_end(sunday):
        sunday += timedelta(weeks=1)
    week = timedelta(weeks=1 if steps > 0 else -1)
    for _ in range(abs(steps)):
        sunday += week
        while is_year_end(sunday):
            sunday += week
    return sunday


def next_issue_day(now: datetime) -> date:
    """Return the day of the next issue that is still to come out at that moment."""
    there = now.astimezone(ZoneInfo(TIMEZONE))
    return issue_sunday(there.date() + timedelta(days=there.time() >= PUBLISH_TIME), 0)


def seeded_at(day: date) -> datetime:
    """Return the moment of a day at which a demo for that day is made: after the publishing time, 09:40."""
    return datetime.combine(day, time(9, 40), ZoneInfo(TIMEZONE))


def number_of(sunday: date) -> int:
    """Return an issue's number, counted from No. 812 of 22 November 2026; years end with a week off."""
    weeks = (sunday - KNOWN_SUNDAY).days // 7
    first, last = sorted((sunday, KNOWN_SUNDAY))
    ends = (first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1))
    off = sum(1 for end in ends if is_year_end(end))
    return KNOWN_NUMBER + weeks + (off if weeks < 0 else -off)
