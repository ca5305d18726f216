"""Five years of a newsletter made in bulk: issues, slots, orders with their ledger, and clicks with their hourly sums.

Rows are what the services would have written, put in by the thousand; clicks are made by the database itself from a table of
numbers, and are the same whatever the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import Connection, Table, insert, text

from sponsorship.booking.models import Booking, Order
from sponsorship.core.db import Base
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.payments.models import Invoice, JournalEntry, JournalLine
from sponsorship.sponsors.models import Sponsor
from sponsorship.tracking.models import Click, ClickHour, MailingStatistics, TrackedLink
from sponsorship.tracking.rules import RULES_VERSION

SLUG = "long-runner"
YEARS, WEEKS_AHEAD, SPONSORS, BATCH = 5, 26, 400, 5_000
PLACEMENTS = (
    ("primary", "Primary", "primary", 1, 165_000, True), ("sponsored", "Sponsored", "secondary", 2, 85_000, False),
    ("partner", "Partner", "partner", 1, 60_000, False), ("classified", "Classified", "classified", 4, 30_000, False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sold:
    """A slot to be sold: its id, issue day and price."""

    slot_id: int
    issue_id: int
    day: date
    price: int
    is_echoed: bool


def fill(connection: Connection, *, bookings: int, clicks: int, now: datetime) -> None:
    """Write so many bookings and clicks of the last five years and the next 26 weeks, as of a moment."""
    random, ids = Random(5), count(1)
    _put(connection, Newsletter, [_newsletter(now)])
    _put(connection, Placement, _placements())
    _put(connection, Sponsor, ({"id": n, "newsletter_id": 1, "name": f"Sponsor {n:03}", "name_key": f"sponsor{n:03}",
                                "website": None, "domain": None, "credit_limit_minor": None, "created_at": now}
                               for n in range(1, SPONSORS + 1)))  # fmt: skip
    issues = list(_issues(now))
    _put(connection, Issue, issues)
    slots = list(_slots(issues, ids))
    _put(
        connection, Slot, ({key: slot[key] for key in ("id", "issue_id", "placement_id", "ordinal")} for slot in slots)
    )
    sent = [one for one in issues if one["state"] == "sent"]
    _put(connection, MailingStatistics, ({"issue_id": one["id"], "delivered": 28_000 + one["id"], "opens": 12_000,
                                          "entered_by": "benchmark", "entered_at": now} for one in sent))  # fmt: skip
    _sell(connection, _chosen(slots, bookings, now.date(), random), now, random)
    _click(connection, clicks)


def _put(connection: Connection, model: type[Base], rows: Any) -> None:
    """Insert rows by the thousand; columns that are not named get the model's defaults."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            connection.execute(insert(model), batch)
            batch = []
    if batch:
        connection.execute(insert(model), batch)


def _newsletter(now: datetime) -> dict[str, Any]:
    return {
        "id": 1, "slug": SLUG, "name": "The Long Runner", "timezone": "Europe/London", "currency": "USD",
        "rhythm_rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "rhythm_start": date(2015, 1, 5), "publish_time": time(8),
        "created_at": now, "readers": 30_000,
    }  # fmt: skip


def _placements() -> Iterator[dict[str, Any]]:
    for position, (key, name, kind, capacity, price, is_echoed) in enumerate(PLACEMENTS, start=1):
        yield {
            "id": position, "newsletter_id": 1, "key": key, "name": name, "kind": kind, "position": position,
            "capacity": capacity, "price_minor": price, "printed_heading": name, "heading_limit": 8, "body_limit": 60,
            "lead_days": 2, "lead_time": time(18), "copy_due_days": 3, "copy_due_time": time(18), "is_echoed": is_echoed,
        }  # fmt: skip


def _issues(now: datetime) -> Iterator[dict[str, Any]]:
    day, last, number = now.date() - timedelta(days=365 * YEARS), now.date() + timedelta(weeks=WEEKS_AHEAD), count(1)
    while day <= last:
        if day.weekday() < 5:
            at, key = datetime.combine(day, time(8), UTC), next(number)
            is_sent = at <= now
            yield {
                "id": key, "newsletter_id": 1, "number": key, "publish_on": day, "publish_at": at,
                "state": "sent" if is_sent else "planned", "sent_at": at if is_sent else None,
            }  # fmt: skip
        day += timedelta(days=1)


def _slots(issues: list[dict[str, Any]], ids: Iterator[int]) -> Iterator[dict[str, Any]]:
    for issue in issues:
        for position, (_, _, _, capacity, price, is_echoed) in enumerate(PLACEMENTS, start=1):
            for ordinal in range(1, capacity + 1):
                yield {
                    "id": next(ids), "issue_id": issue["id"], "placement_id": position, "ordinal": ordinal,
                    "day": issue["publish_on"], "price": price, "is_echoed": is_echoed,
                }  # fmt: skip


def _chosen(slots: list[dict[str, Any]], bookings: int, today: date, random: Random) -> list[Sold]:
    """Which slots are sold: nine of ten that ran, fewer the farther ahead; scaled to the number of bookings wanted."""

    def chance(day: date) -> float:
        ahead = (day - today).days
        return 0.93 if ahead <= 0 else max(0.9 - ahead / 130, 0.05)

    wanted = [slot for slot in slots if random.random() < chance(slot["day"])]
    kept = sorted(random.sample(wanted, min(bookings, len(wanted))), key=lambda slot: int(slot["id"]))
    return [Sold(slot["id"], slot["issue_id"], slot["day"], slot["price"], slot["is_echoed"]) for slot in kept]


def _sell(connection: Connection, sold: list[Sold], now: datetime, random: Random) -> None:
    """Orders of one to four slots each, with bookings, invoice, ledger and links."""
    books = _Books(now, random)
    waiting = list(sold)
    while waiting:
        size = random.choice((1, 1, 2, 2, 3, 4))
        own, waiting = waiting[:size], waiting[size:]
        books.sell(own)
    for model in (Order, Booking, Invoice, JournalEntry, JournalLine, TrackedLink):
        _put(connection, model, books.rows[model])


class _Books:
    """The rows that selling makes."""

    def __init__(self, now: datetime, random: Random) -> None:
        self.now, self.random = now, random
        self.rows: dict[type[Base], list[dict[str, Any]]] = {
            model: [] for model in (Order, Booking, Invoice, JournalEntry, JournalLine, TrackedLink)
        }

    def sell(self, own: list[Sold]) -> None:
        """One order: booked, invoiced, paid unless it is one of the few that owe, recognised where it ran."""
        order_id, sponsor_id = len(self.rows[Order]) + 1, self.random.randint(1, SPONSORS)
        net = sum(one.price for one in own)
        lead = min(round(self.random.expovariate(1 / 30)) + 3, 170)
        confirmed = datetime.combine(own[0].day - timedelta(days=lead), time(10), UTC)
        confirmed = min(confirmed, self.now - timedelta(hours=1))
        owes = own[0].day > self.now.date() - timedelta(days=45) and self.random.random() < 0.12
        self.rows[Order].append({
            "id": order_id, "token": f"token-of-order-{order_id}", "number": f"IO-{confirmed.year}-{order_id:05}",
            "newsletter_id": 1, "sponsor_id": sponsor_id, "state": "confirmed", "payment_method": "invoice", "currency": "USD",
            "list_minor": net, "net_minor": net, "contact_name": "Ada", "contact_email": f"ads{sponsor_id}@sponsor.example",
            "created_at": confirmed, "confirmed_at": confirmed,
        })  # fmt: skip
        self.rows[Invoice].append({
            "id": order_id, "newsletter_id": 1, "order_id": order_id, "number": f"{confirmed.year}-{order_id:05}",
            "state": "open" if owes else "paid", "currency": "USD", "net_minor": net, "tax_minor": 0,
            "paid_minor": 0 if owes else net, "issued_on": confirmed.date(), "due_on": confirmed.date() + timedelta(days=14),
        })  # fmt: skip
        first = len(self.rows[Booking]) + 1
        nets = [(first + place, one) for place, one in enumerate(own)]
        for booking_id, one in nets:
            self._book(order_id, sponsor_id, booking_id, one, confirmed)
        self._post(order_id, f"inv:{order_id}", "invoiced", confirmed.date(),
                   [line for key, one in nets for line in (("ar", one.price, key), ("deferred", -one.price, key))])  # fmt: skip
        if not owes:
            paid: list[tuple[str, int, int | None]] = [("ar", -one.price, key) for key, one in nets]
            self._post(order_id, f"rec:{order_id}", "received", confirmed.date(), [("bank", net, None), *paid])

    def _book(self, order_id: int, sponsor_id: int, booking_id: int, one: Sold, confirmed: datetime) -> None:
        has_run = one.day <= self.now.date() and datetime.combine(one.day, time(8), UTC) <= self.now
        self.rows[Booking].append({
            "id": booking_id, "slot_id": one.slot_id, "order_id": order_id, "sponsor_id": sponsor_id, "kind": "sale",
            "state": "ran" if has_run else "confirmed", "price_minor": one.price, "net_minor": one.price, "created_at": confirmed,
        })  # fmt: skip
        self._post(order_id, f"book:{booking_id}", "booked", confirmed.date(),
                   [("backlog", one.price, booking_id), ("booked", -one.price, booking_id)])  # fmt: skip
        if has_run:
            self._post(order_id, f"run:{booking_id}", "ran", one.day,
                       [("deferred", one.price, booking_id), ("revenue", -one.price, booking_id)])  # fmt: skip
        for position in ("head", "foot") if one.is_echoed else ("head",):
            key = len(self.rows[TrackedLink]) + 1
            self.rows[TrackedLink].append({
                "id": key, "token": f"link{key:08}", "booking_id": booking_id, "issue_id": one.issue_id, "position": position,
                "destination": "https://sponsor.example/", "created_at": confirmed,
            })  # fmt: skip

    def _post(self, order_id: int, key: str, kind: str, day: date, lines: list[tuple[str, int, int | None]]) -> None:
        entry_id = len(self.rows[JournalEntry]) + 1
        self.rows[JournalEntry].append({
            "id": entry_id, "key": key, "kind": kind, "newsletter_id": 1, "currency": "USD", "effective_on": day,
            "recorded_at": self.now, "order_id": order_id,
        })  # fmt: skip
        before = len(self.rows[JournalLine])
        self.rows[JournalLine].extend(
            {"id": before + n, "entry_id": entry_id, "account": account, "amount_minor": amount,
             "booking_id": booking_id}
            for n, (account, amount, booking_id) in enumerate(lines, start=1)
        )  # fmt: skip


def _click(connection: Connection, clicks: int) -> None:
    """Clicks on all links of issues that are out, most in the first day and some two weeks late; then their hourly sums."""
    is_sqlite = connection.dialect.name == "sqlite"
    table, ran = Click.__table__, "JOIN issue i ON i.id = l.issue_id AND i.state = 'sent'"
    links = connection.execute(text(f"SELECT count(*) FROM tracked_link l {ran}")).scalar_one()
    each = max(clicks // max(links, 1), 1)
    kept = list(table.indexes)
    for index in kept:
        index.drop(connection)
    seconds = "pow(((n * 7919 + l.id * 10007) % 10007) / 10007.0, 5) * 1209600"
    at = (
        f"strftime('%Y-%m-%d %H:%M:%f', i.publish_at, '+' || ({seconds}) || ' seconds') || '000'" if is_sqlite
        else f"i.publish_at + ({seconds}) * interval '1 second'"
    )  # fmt: skip
    reason = "CASE n % 10 WHEN 0 THEN 'bot' WHEN 1 THEN 'repeat' WHEN 2 THEN 'prefetch' END"
    values = {
        "link_id": "l.id", "at": at, "reader": "'r' || (n * 31 + l.id)", "source": "'s' || (n * 31 + l.id)",
        "network": "'198.51.' || (n % 250) || '.0/24'", "marks": "0", "reason": reason, "rules_version": str(RULES_VERSION),
        "is_unique": "n % 10 > 2 AND n % 20 <> 3",
    }  # fmt: skip
    named = [name for name in values if name in table.columns]
    numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {each})"
    select = f"SELECT {', '.join(values[name] for name in named)} FROM tracked_link l {ran} CROSS JOIN numbers"
    if is_sqlite:
        connection.execute(text(f"INSERT INTO click ({', '.join(named)}) {numbers} {select} ORDER BY l.id"))
    else:
        connection.execute(text(f"INSERT INTO click ({', '.join(named)}) {numbers} {select}"))
    for index in kept:
        index.create(connection)
    _sum_up(connection, is_sqlite)


def _sum_up(connection: Connection, is_sqlite: bool) -> None:
    hour = "strftime('%Y-%m-%d %H:00:00.000000', at)" if is_sqlite else "date_trunc('hour', at)"
    human = "count(*) FILTER (WHERE reason IS NULL)"
    unique = '"unique"'
    connection.execute(text(
        f"INSERT INTO {ClickHour.__tablename__} (link_id, hour, hits, human, {unique}) SELECT link_id, {hour}, count(*), {human},"
        f" count(*) FILTER (WHERE is_unique) FROM click GROUP BY link_id, {hour}"
    ))  # fmt: skip
    exclusions: Table | None = Base.metadata.tables.get("click_hour_exclusion")
    if exclusions is not None:
        connection.execute(text(
            f"INSERT INTO click_hour_exclusion (link_id, hour, reason, hits) SELECT link_id, {hour}, reason, count(*) FROM click"
            f" WHERE reason IS NOT NULL GROUP BY link_id, {hour}, reason"
        ))  # fmt: skip
    connection.execute(text("ANALYZE"))
