"""Server time of the pages over the demo's data, beside a bare view of the same application in the same run.

`python -m benchmarks.pages` seeds a demo in a temporary folder (SQLite), then asks for each page in turn, round by round,
inside one process without a network. Medians are printed in milliseconds, and as ratios to the bare view, which are what
may be compared between machines.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select

from sponsorship import create_app
from sponsorship.accounts.models import User, UserSession
from sponsorship.accounts.portal import session_cookie_name
from sponsorship.booking.models import Booking
from sponsorship.core.config import load_settings
from sponsorship.core.db import db, transaction
from sponsorship.core.tokens import hash_token, new_token
from sponsorship.tracking.models import TrackedLink

ROUNDS = 15
PUBLISHER = "imogen@sundayrunbook.example"
BARE = "/health"


def main() -> None:
    """Seed, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load_settings({"FLATPLAN_VAR": folder, "APP_ENV": "test"}))
        with app.app_context():
            upgrade()
            seeded = _timed(lambda: app.test_cli_runner().invoke(args=["demo", "seed"], catch_exceptions=False))
            client = _signed_in(app)
            medians = _measure(client, _pages())
            db.session.remove()
            db.engine.dispose()
    print(f"\ndemo seed: {seeded:.1f} s")
    print(f"{'page':44} {'median ms':>9} {'ratio':>7}")
    for path, median in medians.items():
        print(f"{path:44} {median:9.1f} {median / medians[BARE]:7.1f}")


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _signed_in(app: Flask) -> FlaskClient:
    client, token, now = app.test_client(), new_token(), datetime.now(UTC)
    with transaction() as session:
        user = session.scalars(select(User).where(User.email == PUBLISHER)).one()
        session.add(
            UserSession(
                token_hash=hash_token(token), user_id=user.id, created_at=now, expires_at=now + timedelta(hours=1)
            )
        )
    with app.test_request_context():
        client.set_cookie(session_cookie_name(), token)
    return client


def _pages() -> list[str]:
    """The pages that a publisher and a sponsor open most, a tracked link, and the bare view."""
    link = db.session.scalars(select(TrackedLink).order_by(TrackedLink.id).limit(1)).one()
    issue_id = db.session.get_one(Booking, link.booking_id).slot.issue_id
    desk = "/desk/sunday-runbook"
    return [
        BARE, "/newsletters/sunday-runbook", f"{desk}/revenue", f"{desk}/calendar", f"{desk}/review", f"{desk}/sponsors",
        f"{desk}/invoices", f"/issues/{issue_id}", f"/bookings/{link.booking_id}/report", f"/c/{link.token}",
    ]  # fmt: skip


def _measure(client: FlaskClient, paths: list[str]) -> dict[str, float]:
    """Return each page's median in milliseconds; pages take turns, and the first round only warms up."""
    times: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(ROUNDS + 1):
        for path in paths:
            start = time.perf_counter()
            answer = client.get(path)
            times[path].append((time.perf_counter() - start) * 1000)
            assert answer.status_code in (200, 302), f"{path}: {answer.status_code}"
    return {path: statistics.median(values[1:]) for path, values in times.items()}


if __name__ == "__main__":
    main()
