"""Server time of every dashboard and report page over five years of a daily newsletter.

`python -m benchmarks.dashboard` writes 10,000 bookings and 10 million clicks into a database in a temporary folder, on SQLite and
on PostgreSQL, then asks for each page in turn, round by round, inside one process without a network, and prints the medians.
`--clicks N`, `--bookings N` and `--database` scale it down; PostgreSQL is the one that the tests use.
"""

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select, text

from benchmarks.season import SLUG, fill
from sponsorship import create_app
from sponsorship.accounts.models import UserSession
from sponsorship.accounts.portal import session_cookie_name
from sponsorship.accounts.rules import TeamRole
from sponsorship.accounts.services import add_member, make_sure_of_user
from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import BookingState
from sponsorship.core.config import load_settings
from sponsorship.core.db import db, transaction
from sponsorship.core.tokens import hash_token, new_token
from tests.postgresql import postgresql_url

ROUNDS = 9
TARGET_MS = 100
BARE = "/health"


def main() -> None:
    """Fill, measure, print; for each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=10_000_000)
    parser.add_argument("--bookings", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    asked = parser.parse_args()
    for name in ("sqlite", "postgresql") if asked.database == "both" else (asked.database,):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/dashboard.sqlite3" if name == "sqlite" else postgresql_url()
            _run(name, url, folder, asked.clicks, asked.bookings)


def _run(name: str, url: str, folder: str, clicks: int, bookings: int) -> None:
    app = create_app(load_settings({"FLATPLAN_VAR": folder, "APP_ENV": "test", "DATABASE_URL": url}))
    now = datetime.now(UTC)
    with app.app_context():
        upgrade()
        start = time.perf_counter()
        _fill(name, clicks, bookings, now)
        seconds = time.perf_counter() - start
        client, pages = _signed_in(app), _pages(now)
        medians = _measure(client, pages)
        counts = {table: db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                  for table in ("click", "click_hour", "booking", "journal_line")}  # fmt: skip
        db.session.remove()
        db.engine.dispose()
    print(f"\n{name}: {', '.join(f'{number:,} {table}' for table, number in counts.items())}, made in {seconds:.0f} s")
    print(f"{'page':58} {'median ms':>9} {'ratio':>7}")
    for label, median in medians.items():
        late = "" if median <= TARGET_MS else "  over"
        print(f"{label:58} {median:9.1f} {median / medians[BARE]:7.1f}{late}")


def _fill(name: str, clicks: int, bookings: int, now: datetime) -> None:
    with db.engine.connect() as connection:
        if name == "sqlite":
            raw = connection.connection.dbapi_connection
            assert raw is not None
            for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000"):
                raw.execute(f"PRAGMA {pragma}")
        fill(connection, bookings=bookings, clicks=clicks, now=now)
        connection.commit()
    if name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    db.engine.dispose()


def _signed_in(app: Flask) -> FlaskClient:
    client, token, now = app.test_client(), new_token(), datetime.now(UTC)
    with transaction() as session:
        user = make_sure_of_user(session, email="publisher@longrunner.example", name="Imogen Hale", now=now)
        add_member(session, newsletter_id=1, user=user, role=TeamRole.OWNER)
        expires = now + timedelta(hours=3)
        session.add(UserSession(token_hash=hash_token(token), user_id=user.id, created_at=now, expires_at=expires))
    with app.test_request_context():
        client.set_cookie(session_cookie_name(), token)
    return client


def _pages(now: datetime) -> dict[str, str]:
    """Label and address of each page: dashboards with the filters that ask for most, rows, reports by all doors."""
    ran = db.session.scalars(
        select(Booking).where(Booking.state == BookingState.RAN).order_by(Booking.id.desc())
    ).first()
    assert ran is not None and ran.order_id is not None
    order = db.session.get_one(Order, ran.order_id)
    revenue, two_years = f"/desk/{SLUG}/revenue", f"from={(now - timedelta(days=730)).date()}&to={now.date()}"
    return {
        BARE: BARE,
        "revenue, this quarter": revenue,
        "revenue, last quarter": f"{revenue}?period=last",
        "revenue, the year": f"{revenue}?period=year",
        "revenue, one placement": f"{revenue}?placement=classified",
        "revenue, one sponsor": f"{revenue}?sponsor={order.sponsor_id}&period=year",
        "revenue, two years": f"{revenue}?period=custom&{two_years}",
        "outlook, this quarter": f"{revenue}/outlook",
        "outlook, the year": f"{revenue}/outlook?period=year",
        "rows behind what is booked this quarter": f"{revenue}/rows/booked",
        "rows behind what is collected in the year": f"{revenue}/rows/collected?period=year",
        "rows behind the slots of the year": f"{revenue}/rows/sellable?period=year",
        "rows behind what is deferred": f"{revenue}/rows/deferred",
        "overview of newsletters": "/desk/overview",
        "exports": f"/desk/{SLUG}/exports",
        "report of a placement, for the team": f"/bookings/{ran.id}/report",
        "report of a placement, by the order's link": f"/orders/{order.token}/report/{ran.id}",
        "report of a campaign, for the team": f"/campaigns/{order.id}/report",
        "report of a campaign, by the order's link": f"/orders/{order.token}/report",
    }


def _measure(client: FlaskClient, pages: dict[str, str]) -> dict[str, float]:
    """Return each page's median in milliseconds; pages take turns, and the first round only warms up."""
    times: dict[str, list[float]] = {label: [] for label in pages}
    for _ in range(ROUNDS + 1):
        for label, path in pages.items():
            start = time.perf_counter()
            answer = client.get(path)
            times[label].append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return {label: statistics.median(values[1:]) for label, values in times.items()}


if __name__ == "__main__":
    main()
