"""The runsheet of an issue, and the one that a sponsor gets at the start of a month."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import TeamRole
from sponsorship.assembly.queries import get_runsheet
from sponsorship.assembly.services import mail_runsheets
from sponsorship.assembly.tasks import TASKS
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_issue
from tests.assembly.test_views import SignIn, text_of
from tests.conftest import NOW
from tests.factories.assembly import copy_about, ready_slot, sell_slot, write_copy
from tests.factories.inventory import slot_on

DAY, EARLIER = date(2026, 11, 22), datetime(2026, 10, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def thursday_before() -> Iterator[None]:
    """It is Thursday, the issue goes out on Sunday."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def issue_id(newsletter: Newsletter) -> int:
    """No. 812: Primary in review, Sponsored ready and owing, the rest open."""
    with transaction() as session:
        primary = sell_slot(session, slot_on(session, newsletter, DAY), now=EARLIER)
        write_copy(session, primary, CreativeState.SUBMITTED, now=EARLIER)
        ready_slot(
            session, slot_on(session, newsletter, DAY, "sponsored"), now=EARLIER, sponsor_name="Mooring",
            copy=copy_about(1), due_on=date(2026, 11, 29),
        )  # fmt: skip
        return primary.slot.issue_id


def test_each_slot_has_a_line_that_says_what_is_wanting(session: Session, issue_id: int) -> None:
    sheet = get_runsheet(session, get_issue(session, issue_id), NOW, lambda token: token)
    assert [(row.view.slot.name, row.who, row.approved, row.is_blocking) for row in sheet.rows] == [
        ("Primary", "Cinderbox", "In review", True),
        ("Sponsored", "Mooring", "Approved", False),
        ("Classified A", "Nobody", "", False),
        ("Classified B", "Nobody", "", False),
    ]
    assert sheet.rows[0].what.endswith(", and at the foot")
    assert (sheet.rows[0].paid, sheet.rows[1].paid[:4]) == ("Paid", "Owes")
    assert sheet.rows[1].link == "ferry1.example, tracked, not checked yet"
    assert [line.title for line in sheet.stops] == ["Primary is not approved"]


def test_the_page_can_be_printed(client: FlaskClient, newsletter: Newsletter, sign_in: SignIn, issue_id: int) -> None:
    assert client.get(f"/issues/{issue_id}/runsheet").status_code == 302
    sign_in(client, "fin@runbook.example", newsletter=newsletter, role=TeamRole.FINANCE)
    page = client.get(f"/issues/{issue_id}/runsheet").get_data(as_text=True)
    assert text_of(page, "h1") == ["One thing blocks it."]
    assert len(text_of(page, ".runsheet tbody tr")) == 4


MOMENTS = [
    ("the last of the month before", datetime(2026, 10, 31, 12, tzinfo=UTC), 0),
    ("too early on the first", datetime(2026, 11, 1, 6, tzinfo=UTC), 0),
    ("on the first morning", datetime(2026, 11, 1, 9, tzinfo=UTC), 2),
    ("late, for a worker that slept", datetime(2026, 11, 5, 9, tzinfo=UTC), 2),
    ("too late", datetime(2026, 11, 6, 9, tzinfo=UTC), 0),
]


@pytest.mark.parametrize(("case", "now", "expected"), MOMENTS, ids=[moment[0] for moment in MOMENTS])
def test_sponsors_are_told_their_month_once(
    session: Session, issue_id: int, case: str, now: datetime, expected: int
) -> None:
    assert issue_id
    assert mail_runsheets(session, now=now) == expected
    assert mail_runsheets(session, now=now) == 0
    mails = session.scalars(select(Mail).where(Mail.key.startswith("runsheet:"))).all()
    assert len(mails) == expected
    if expected:
        text = next(mail.text for mail in mails if "mooring" in mail.to_address)
        assert "- Sun 22 Nov, Sponsored: $" in text
        assert " to be paid" in text


def test_the_worker_does_it() -> None:
    assert "assembly.mail_runsheets" in [task.name for task in TASKS]
