"""The audit trail shows who did what, and its chain shows where it was tampered with."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry, AuditSeal
from sponsorship.accounts.queries import find_audit_faults
from sponsorship.accounts.rules import TeamRole, chained
from sponsorship.accounts.services import record_act, seal_audit
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter
from tests.conftest import NOW


@pytest.fixture
def acts(newsletter: Newsletter) -> list[int]:
    """Five acts of two people on one newsletter, sealed; returns their entries' ids."""
    with transaction() as session:
        seal_audit(session)
        entries = [
            record_act(
                session, actor=f"{'ada' if number % 2 else 'bob'}@example.com", action="price_changed",
                object_type="placement", object_id=number, newsletter_id=newsletter.id,
                now=NOW + timedelta(days=number), before={"price_minor": 100}, after={"price_minor": 100 + number},
            )
            for number in range(1, 6)
        ]  # fmt: skip
        assert seal_audit(session) == 5 and seal_audit(session) == 0
        return [entry.id for entry in entries]


def test_a_digest_hangs_on_all_that_went_before() -> None:
    first = chained("", {"a": 1})
    assert chained(first, {"b": 2}) != chained("", {"b": 2})
    assert chained("", {"b": 2, "a": 1}) == chained("", {"a": 1, "b": 2}), "the order of names says nothing"
    assert len(first) == 64


def test_a_trail_left_alone_is_as_it_was_written(acts: list[int], app: Flask) -> None:
    assert list(find_audit_faults(db.session())) == []
    done = app.test_cli_runner().invoke(args=["accounts", "check-audit"])
    assert done.exit_code == 0 and "as it was written" in done.output


@pytest.mark.parametrize("change", [{"actor": "eve@example.com"}, {"after": {"price_minor": 1}}, {"object_id": 9}])
def test_a_changed_entry_is_named(acts: list[int], app: Flask, change: dict[str, object]) -> None:
    with transaction() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == acts[2]).values(**change))
    done = app.test_cli_runner().invoke(args=["accounts", "check-audit"])
    assert done.exit_code == 1 and f"Entry {acts[2]} of the audit trail was changed" in done.output
    assert done.output.count("was changed") == 1, "the entries behind it are as they were"


def test_a_missing_entry_is_named(acts: list[int]) -> None:
    with transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == acts[1]))
    assert list(find_audit_faults(db.session())) == [f"Entry {acts[1]} of the audit trail was taken away."]


def test_a_missing_link_shows_at_the_next_one(acts: list[int]) -> None:
    with transaction() as session:
        session.execute(delete(AuditSeal).where(AuditSeal.entry_id == acts[1]))
    [fault] = find_audit_faults(db.session())
    assert f"Entry {acts[2]}" in fault


def test_an_entry_that_was_committed_late_is_sealed_behind_younger_ones(acts: list[int], session: Session) -> None:
    with transaction() as writing:
        writing.execute(delete(AuditSeal))
        entry = writing.get_one(AuditEntry, acts[0])
        kept = entry.id
        writing.execute(text("UPDATE audit_entry SET id = id + 1000 WHERE id = :id"), {"id": kept})
        writing.expire_all()
        seal_audit(writing)
        record_act(
            writing, actor="late", action="x", object_type="y", object_id=1, newsletter_id=None, now=NOW
        ).id = kept
        writing.flush()
        assert seal_audit(writing) == 1
    assert list(find_audit_faults(db.session())) == []


def test_the_page_finds_by_words_and_days(
    acts: list[int], client: FlaskClient, newsletter: Newsletter, sign_in, session: Session
) -> None:
    slug = newsletter.slug
    sign_in(client, "imogen@example.com", newsletter=newsletter)
    page = client.get(f"/desk/{slug}/audit?q=ada+price").text
    assert page.count("placement 1:") == 1 and "placement 2:" not in page and "ada@example.com" in page
    day = (NOW + timedelta(days=2)).date()
    page = client.get(f"/desk/{slug}/audit?from={day}&to={day}").text
    assert "placement 2:" in page and "placement 1:" not in page and "placement 3:" not in page
    assert "Nothing matches." in client.get(f"/desk/{slug}/audit?q=nobody-did-this").text
    assert client.get(f"/desk/{slug}/audit?from=yesterday&before=x").status_code == 200
    older = client.get(f"/desk/{slug}/audit?q=placement+price_changed&before={acts[1]}").text
    assert "placement 1:" in older and "placement 2:" not in older


def test_the_export_holds_what_the_page_finds(
    acts: list[int], client: FlaskClient, newsletter: Newsletter, sign_in
) -> None:
    sign_in(client, "imogen@example.com", newsletter=newsletter)
    file = client.get(f"/desk/{newsletter.slug}/audit.csv?q=bob")
    lines = file.get_data().decode("utf-8-sig").strip().splitlines()
    assert len(lines) == 3 and all("bob@example.com" in line for line in lines[1:])


@pytest.mark.parametrize("role", [role for role in TeamRole if role is not TeamRole.OWNER])
def test_only_the_publisher_reads_the_trail(
    client: FlaskClient, newsletter: Newsletter, sign_in, role: TeamRole
) -> None:
    sign_in(client, "sam@example.com", newsletter=newsletter, role=role)
    assert client.get(f"/desk/{newsletter.slug}/audit").status_code == 403
    assert client.get(f"/desk/{newsletter.slug}/audit.csv").status_code == 403


def test_a_stranger_finds_no_trail(client: FlaskClient, newsletter: Newsletter, sign_in) -> None:
    sign_in(client, "eve@example.com")
    assert client.get(f"/desk/{newsletter.slug}/audit").status_code == 404
    assert client.get(f"/desk/{newsletter.slug}/audit.csv").status_code == 404
