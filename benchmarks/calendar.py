"""The slot calendar over a year of a weekly newsletter with six placements: server time and queries.

`python -m benchmarks.calendar` makes the year in a temporary SQLite file (or in the empty database that BENCH_DATABASE_URL
names a database), sells two thirds of it, and asks for the page round by round inside one process without a network.
"""

import os
import statistics
import tempfile
import threading
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.orm import Session

from benchmarks.pages import ROUNDS
from sponsorship import create_app
from sponsorship.accounts.models import UserSession
from sponsorship.accounts.portal import session_cookie_name
from sponsorship.accounts.rules import TeamRole
from sponsorship.accounts.services import add_member, make_sure_of_user
from sponsorship.booking.rules import PaymentMethod
from sponsorship.booking.services import book_manually, confirm_order
from sponsorship.core.config import load_settings
from sponsorship.core.db import db, transaction
from sponsorship.core.tokens import hash_token, new_token
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import list_issues, list_slots
from sponsorship.inventory.rules import PlacementKind
from sponsorship.inventory.services import add_placement, create_newsletter, plan_issues
from sponsorship.sponsors.services import make_sure_of_sponsor

TARGET_MS, TARGET_QUERIES = 150, 12
PAGE = "/desk/bench/calendar?span=year"


def main() -> None:
    """Make the year, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        app = create_app(load_settings({"FLATPLAN_VAR": folder, "APP_ENV": "test", "DATABASE_URL": url}))
        with app.app_context():
            upgrade()
            token, now = new_token(), datetime.now(UTC)
            with transaction() as session:
                user = make_sure_of_user(session, email="bench@flatplan.example", name="Bench", now=now)
                add_member(session, newsletter_id=_fill(session, now).id, user=user, role=TeamRole.OWNER)
                expires = now + timedelta(hours=1)
                row = UserSession(token_hash=hash_token(token), user_id=user.id, created_at=now, expires_at=expires)
                session.add(row)
            client = app.test_client()
            with app.test_request_context():
                client.set_cookie(session_cookie_name(), token)
            times, queries = [], []
            for _ in range(ROUNDS + 1):
                db.session.remove()  # each round begins as a request does, with nothing read yet
                statements: list[str] = []
                note = _collector(statements)
                event.listen(db.engine, "before_cursor_execute", note)
                start = time.perf_counter()
                answer = client.get(PAGE)
                times.append((time.perf_counter() - start) * 1000)
                event.remove(db.engine, "before_cursor_execute", note)
                queries.append(len([text for text in statements if not text.startswith("BEGIN")]))
                assert answer.status_code == 200, answer.status_code
            cells = answer.get_data(as_text=True).count('data-docket="')
            print(f"{db.engine.dialect.name}: {cells} slots, median {statistics.median(times[1:]):.0f} ms (target {TARGET_MS}), "
                  f"{max(queries[1:])} queries (target {TARGET_QUERIES})")  # fmt: skip
            db.session.remove()
            db.engine.dispose()


def _collector(statements: list[str]):  # type: ignore[no-untyped-def]
    asking = threading.get_ident()  # the click counter's thread reads now and then: not part of the page

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if threading.get_ident() == asking:
            statements.append(statement)

    return note


def _fill(session: Session, now: datetime) -> Newsletter:
    """A weekly newsletter with six placements and 52 issues to come, two thirds of it sold."""
    today = now.date()
    newsletter = create_newsletter(
        session, slug="bench", name="Bench", timezone="Europe/London", currency="USD", rhythm_rule="FREQ=WEEKLY;BYDAY=SU",
        rhythm_start=date(2026, 1, 4), publish_time=clock_time(8), horizon_weeks=53, now=now,
    )  # fmt: skip
    for number in range(6):
        add_placement(
            session, newsletter=newsletter, key=f"place-{number}", name=f"Place {number}", kind=PlacementKind.SECONDARY,
            price_minor=85_000, printed_heading="Sponsor", heading_limit=8, body_limit=60, lead_days=2,
            lead_time=clock_time(18), copy_due_days=3, copy_due_time=clock_time(18),
        )  # fmt: skip
    plan_issues(session, newsletter=newsletter, first=today, last=today + timedelta(weeks=52))
    issues = list_issues(session, newsletter.id, today + timedelta(days=1), today + timedelta(weeks=52))
    for number, slot in enumerate(list_slots(session, [issue.id for issue in issues])):
        if number % 3:
            sponsor = make_sure_of_sponsor(session, newsletter_id=newsletter.id, name=f"Sponsor {number % 40}", now=now)
            order = book_manually(
                session, newsletter=newsletter, sponsor=sponsor, slot_ids=[slot.id], actor="bench", now=now
            )
            confirm_order(session, order=order, method=PaymentMethod.INVOICE, now=now)
    return newsletter


if __name__ == "__main__":
    main()
