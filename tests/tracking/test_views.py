"""Following a link over HTTP, and typing in what the mail provider counted."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry, User
from sponsorship.accounts.rules import TeamRole
from sponsorship.core import clock
from sponsorship.core.db import Base, db, transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.tracking.fastlane import Importer
from sponsorship.tracking.flows import import_spool
from sponsorship.tracking.models import Click, TrackedLink
from sponsorship.tracking.queries import ClickCount, clicks_by_booking, statistics_of
from sponsorship.tracking.rules import ExclusionReason
from tests.factories.inventory import make_newsletter
from tests.tracking.conftest import DESTINATION, FIREFOX, SENT_AT, Tracked

SignIn = Callable[..., User]


@pytest.fixture(autouse=True)
def an_hour_after_sending() -> Iterator[None]:
    """Clicks come on Sunday at 09:00."""
    with time_machine.travel(SENT_AT + timedelta(hours=1), tick=False):
        yield


def follow(client: FlaskClient, token: str, address: str = "203.0.113.77", **headers: str) -> Any:
    """A browser's request for a link, and the worker's next round."""
    headers.setdefault("User-Agent", FIREFOX)
    answer = client.get(f"/c/{token}", headers=headers, environ_base={"REMOTE_ADDR": address})
    import_clicks(client.application)
    return answer


def spool_of(client: FlaskClient) -> Path:
    """Where the application's hits are spooled."""
    return Path(client.application.config["SETTINGS"].spool_dir)


def import_clicks(app: Flask) -> None:
    """Move what was spooled into the database."""
    import_spool(Importer(app.config["SETTINGS"].spool_dir), clock.now())


@contextmanager
def read_only_database() -> Iterator[None]:
    """The database answers and takes nothing, as on a full disk."""

    def refuse_writes(connection: Connection) -> None:
        is_sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql("PRAGMA query_only=ON" if is_sqlite else "SET TRANSACTION READ ONLY")

    def take_writes_again(connection: Any, _record: Any) -> None:
        if db.engine.dialect.name == "sqlite":
            connection.execute("PRAGMA query_only=OFF")

    event.listen(db.engine, "begin", refuse_writes)
    event.listen(db.engine, "checkin", take_writes_again)
    try:
        yield
    finally:
        event.remove(db.engine, "begin", refuse_writes)
        event.remove(db.engine, "checkin", take_writes_again)


def test_a_reader_is_sent_on_and_the_click_is_there(client: FlaskClient, session: Session, tracked: Tracked) -> None:
    answer = follow(client, tracked.head)
    assert answer.status_code == 302
    assert answer.headers["Location"] == DESTINATION
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert clicks_by_booking(session, [tracked.booking_id])[tracked.booking_id] == ClickCount(1, 1, 1)


def test_head_and_foot_lead_to_the_same_place(client: FlaskClient, tracked: Tracked) -> None:
    assert follow(client, tracked.foot).headers["Location"] == DESTINATION


def test_head_is_answered_and_marked(client: FlaskClient, session: Session, tracked: Tracked) -> None:
    answer = client.head(f"/c/{tracked.head}", headers={"User-Agent": FIREFOX})
    import_clicks(client.application)
    assert (answer.status_code, answer.headers["Location"], answer.data) == (302, DESTINATION, b"")
    assert session.scalars(select(Click.reason)).all() == [ExclusionReason.HEAD_REQUEST]


@pytest.mark.parametrize(
    ("name", "value"),
    [("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"), ("X-Purpose", "preview"), ("X-Moz", "prefetch")],
)
def test_what_a_mail_app_fetches_ahead_is_marked(
    client: FlaskClient, session: Session, tracked: Tracked, name: str, value: str
) -> None:
    assert follow(client, tracked.head, **{name: value}).status_code == 302
    assert session.scalars(select(Click.reason)).all() == [ExclusionReason.PREFETCH]


def test_the_newsletters_own_team_is_sent_on_and_not_counted(
    client: FlaskClient, session: Session, tracked: Tracked, newsletter: Newsletter, sign_in: SignIn
) -> None:
    sign_in(client, "imogen@runbook.example", newsletter=newsletter, role=TeamRole.VIEWER)
    assert follow(client, tracked.head).headers["Location"] == DESTINATION
    assert session.scalars(select(Click.reason)).all() == [ExclusionReason.TEAM]


def test_a_member_of_another_team_is_a_reader_like_any(
    client: FlaskClient, session: Session, tracked: Tracked, sign_in: SignIn, now: Any
) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="monday-memo")
    sign_in(client, "somebody@memo.example", newsletter=other)
    follow(client, tracked.head)
    assert session.scalars(select(Click.reason)).all() == [None]


@pytest.mark.parametrize("token", ["gone", "a" * 5000, "%00", "..%2f..%2fetc", "日本", "-"])
def test_an_unknown_token_is_a_page_that_says_what_to_do(client: FlaskClient, app: Flask, token: str) -> None:
    answer = client.get(f"/c/{token}")
    assert answer.status_code == 404
    if answer.request.path.count("/") == 2:  # routed to us: no slash in the token
        assert "This link leads nowhere." in answer.get_data(as_text=True)


def test_where_the_database_takes_nothing_the_reader_arrives_and_the_click_comes_later(
    client: FlaskClient, session: Session, tracked: Tracked
) -> None:
    with read_only_database():
        answer = client.get(f"/c/{tracked.head}", headers={"User-Agent": FIREFOX})
        with pytest.raises(DBAPIError):
            import_clicks(client.application)
    assert (answer.status_code, answer.headers["Location"]) == (302, DESTINATION)
    assert session.query(Click).count() == 0
    session.rollback()
    import_clicks(client.application)
    assert session.query(Click).count() == 1


def test_where_the_link_cannot_be_looked_up_the_reader_is_asked_to_come_back(
    client: FlaskClient, session: Session, tracked: Tracked
) -> None:
    def rename(old: str, new: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    session.rollback()
    rename("tracked_link", "tracked_link_away")
    try:
        answer = follow(client, tracked.head)
    finally:
        rename("tracked_link_away", "tracked_link")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "marks"),
    [
        ("203.0.113.77", ["203.0.113.77", "cb00714d", r"\xcb\x00\x71\x4d"]),
        ("2001:db8:1:2:3:4:5:6", ["2001:db8:1:2", "20010db800010002", "0003000400050006", "3:4:5:6"]),
    ],
)
def test_no_table_and_no_log_keeps_a_readers_full_address(
    client: FlaskClient,
    session: Session,
    tracked: Tracked,
    caplog: pytest.LogCaptureFixture,
    address: str,
    marks: list[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        follow(client, tracked.head, address)
        follow(client, tracked.foot, address)
        client.head(f"/c/{tracked.head}", environ_base={"REMOTE_ADDR": address})
    files = [path.read_bytes().decode(errors="replace") for path in spool_of(client).iterdir()]
    import_clicks(client.application)
    kept = [str(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))] + files
    assert any("/24" in row or "/48" in row for row in kept)
    for mark in marks:
        assert not [row for row in [*kept, caplog.text] if mark in row], mark


def test_the_location_is_the_stored_destination_whatever_the_query_says(client: FlaskClient, tracked: Tracked) -> None:
    answer = client.get(f"/c/{tracked.head}?next=https://elsewhere.example&url=//elsewhere.example")
    assert answer.headers["Location"] == DESTINATION


def test_clicks_of_one_link_do_not_change_another(client: FlaskClient, session: Session, tracked: Tracked) -> None:
    follow(client, tracked.head)
    assert {link.destination for link in session.scalars(select(TrackedLink))} == {DESTINATION}


def figures(tracked: Tracked) -> str:
    """The address of the form."""
    return f"/issues/{tracked.issue_id}/statistics"


def test_an_editor_keeps_what_the_mail_provider_counted(
    client: FlaskClient, session: Session, tracked: Tracked, newsletter: Newsletter, sign_in: SignIn
) -> None:
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    answer = client.post_form(figures(tracked), {"delivered": "30412", "opens": "12800"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/issues/{tracked.issue_id}")
    row = statistics_of(session, [tracked.issue_id])[tracked.issue_id]
    assert (row.delivered, row.opens, row.entered_by, row.entered_at) == (
        30_412,
        12_800,
        "Ed",
        SENT_AT + timedelta(hours=1),
    )


def test_figures_can_be_put_right_and_both_are_on_record(
    client: FlaskClient, session: Session, tracked: Tracked, newsletter: Newsletter, sign_in: SignIn
) -> None:
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    client.post_form(figures(tracked), {"delivered": "30412", "opens": "12800"})
    client.post_form(figures(tracked), {"delivered": "30400", "opens": ""})
    row = statistics_of(session, [tracked.issue_id])[tracked.issue_id]
    assert (row.delivered, row.opens) == (30_400, None)
    acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "statistics_entered").order_by(AuditEntry.id))
    was = {"delivered": 30_412, "opens": 12_800, "clicks": None, "unique_clicks": None}
    assert [(act.before, act.after) for act in acts] == [
        (None, was | {"source": "typed in"}),
        (was, was | {"delivered": 30_400, "opens": None, "source": "typed in"}),
    ]


@pytest.mark.parametrize(
    ("delivered", "opens", "sentence"),
    [
        ("", "5", "Type how many mails were delivered, in figures."),
        ("lots", "", "Not a valid integer value."),
        ("0", "", "At least one mail must have been delivered."),
        ("-3", "", "At least one mail must have been delivered."),
        ("99999999999999999999", "", "At least one mail must have been delivered."),
        ("100", "101", "More than were delivered"),
        ("100", "-1", "Opens cannot be negative."),
    ],
)
def test_wrong_figures_come_back_with_the_reason_and_what_was_typed(
    client: FlaskClient, session: Session, tracked: Tracked, newsletter: Newsletter, sign_in: SignIn,
    delivered: str, opens: str, sentence: str,
) -> None:  # fmt: skip
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    answer = client.post_form(figures(tracked), {"delivered": delivered, "opens": opens})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{delivered}"' in page
    assert statistics_of(session, [tracked.issue_id]) == {}


@pytest.mark.parametrize("role", [TeamRole.VIEWER, TeamRole.SALES, TeamRole.FINANCE])
def test_a_role_without_editing_may_not_type_figures(
    client: FlaskClient, tracked: Tracked, newsletter: Newsletter, sign_in: SignIn, role: TeamRole
) -> None:
    sign_in(client, "somebody@runbook.example", newsletter=newsletter, role=role)
    assert client.get(figures(tracked)).status_code == 403


def test_another_newsletters_issue_does_not_exist_for_a_stranger(
    client: FlaskClient, tracked: Tracked, sign_in: SignIn, now: Any
) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="monday-memo")
    sign_in(client, "somebody@memo.example", newsletter=other)
    assert client.get(figures(tracked)).status_code == 404


def test_a_dead_landing_page_is_replaced_after_sending_on_record_and_readers_reach_the_new_one(
    client: FlaskClient, session: Session, tracked: Tracked, newsletter: Newsletter, sign_in: SignIn
) -> None:
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    page = f"/bookings/{tracked.booking_id}/destination"
    assert DESTINATION.replace("&", "&amp;") in client.get(page).get_data(as_text=True)
    answer = client.post_form(page, {"destination": "https://cinderbox.example/alive", "note": "The old page is gone."})
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert follow(client, tracked.head).headers["Location"] == "https://cinderbox.example/alive"
    assert follow(client, tracked.foot).headers["Location"] == "https://cinderbox.example/alive"
    assert "The old page is gone." in client.get(page).get_data(as_text=True)
    (act,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "destination_changed"))
    assert (act.before, act.after["destination"]) == ({"destination": DESTINATION}, "https://cinderbox.example/alive")


@pytest.mark.parametrize(
    ("destination", "sentence"),
    [
        ("", "Type the address that readers should reach."),
        ("javascript:alert(1)", "A link must start with http:// or https://"),
        ("//evil.example", "A link must start with http:// or https://"),
        (DESTINATION, "The links lead there already."),
    ],
)
def test_links_are_not_pointed_just_anywhere(
    client: FlaskClient, tracked: Tracked, newsletter: Newsletter, sign_in: SignIn, destination: str, sentence: str
) -> None:
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    answer = client.post_form(f"/bookings/{tracked.booking_id}/destination", {"destination": destination, "note": ""})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert follow(client, tracked.head).headers["Location"] == DESTINATION
