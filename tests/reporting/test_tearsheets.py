"""Tear sheets: mailed once with the PDF, one page, on the report's page, told truly where something differed."""

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.assembly import services as assembly
from sponsorship.assembly.models import PlacementProof
from sponsorship.assembly.queries import prepare_issue
from sponsorship.assembly.rules.proof import PrintPurpose
from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import get_issue
from sponsorship.reporting.handlers import attach_tear_sheet
from sponsorship.reporting.queries import get_placement_report
from sponsorship.reporting.services.tearsheets import tear_sheet_values
from tests.assembly.test_prints import AFTER, DAY, EARLIER, assembled
from tests.factories.assembly import ready_issue

pytestmark = pytest.mark.usefixtures("after_sending")


@pytest.fixture
def after_sending(app: Flask, newsletter: Newsletter, session: Session) -> None:
    """No. 812 was sent with one word of its Primary changed and without Classified A, and is proved."""
    with transaction() as opened:
        issue_id = ready_issue(opened, newsletter, DAY, now=EARLIER).id
    issue = get_issue(session, issue_id)
    prepared = prepare_issue(session, issue, EARLIER, lambda token: f"https://desk.example/c/{token}")
    whole = assembled(session, issue).replace("Oak0", "Elm0").replace(prepared.blocks[2].markdown, "")
    session.rollback()
    with transaction() as opened:
        assembly.send_issue(opened, issue=get_issue(opened, issue_id), actor="Imogen", now=AFTER)
    deliver()
    with transaction() as opened:
        issue = get_issue(opened, issue_id)
        given = assembly.given_issue(whole, None)
        assembly.save_print(opened, issue=issue, purpose=PrintPurpose.PROOF, given=given, actor="Imogen", now=AFTER)
        assembly.record_proof(opened, issue=issue, owed=[], actor="Imogen", now=AFTER)
    deliver()
    session.expire_all()


def deliver() -> None:
    while outbox.deliver_due(AFTER):
        pass


def sheets(session: Session) -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.key.startswith("tear_sheet:")).order_by(Mail.id)))


def test_who_ran_gets_the_sheet_once_and_who_did_not_gets_none(session: Session) -> None:
    mails = sheets(session)
    assert [mail.to_address for mail in mails] == ["ads@cinderbox.example", "ads@mooring.example", "ads@peat.example"]
    assert "Its words are not the approved ones." in mails[0].text
    assert all(mail.attachments == [mail.key] for mail in mails)
    issue_id = session.scalars(select(PlacementProof.issue_id)).first()
    assert issue_id is not None
    with transaction() as opened:
        assembly.record_proof(opened, issue=get_issue(opened, issue_id), owed=[], actor="Imogen", now=AFTER)
    deliver()
    session.expire_all()
    assert len(sheets(session)) == 3


def test_the_sheet_is_one_page_and_says_what_ran(session: Session) -> None:
    proof = session.scalars(select(PlacementProof).order_by(PlacementProof.id)).first()
    assert proof is not None
    with time_machine.travel(AFTER, tick=False):
        name, pdf = attach_tear_sheet(session, proof.booking_id)
    assert (name, pdf[:5], pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page/")) == (
        "tear-sheet-812.pdf",
        b"%PDF-",
        1,
    )
    values = tear_sheet_values(get_placement_report(session, proof.booking, AFTER), proof, AFTER)
    assert values["headline"].startswith("Ran, but not as sold, ")
    assert values["heading"] == "Elm0 ferry0 granite0"
    assert values["faults"][0] == "Primary: Its words are not the approved ones."


def test_it_stands_on_the_sponsors_report_and_on_the_teams(
    client: FlaskClient, session: Session, newsletter: Newsletter, sign_in: Callable[..., User]
) -> None:
    proof = session.scalars(select(PlacementProof).order_by(PlacementProof.id)).first()
    assert proof is not None
    assert proof.booking.order is not None
    page = f"/orders/{proof.booking.order.token}/report/{proof.booking_id}"
    with time_machine.travel(AFTER, tick=False):
        text = client.get(page).get_data(as_text=True)
        assert "Elm0 ferry0 granite0" in text
        assert f"{page}/tear-sheet.pdf" in text
        answer = client.get(f"{page}/tear-sheet.pdf")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        own = f"/bookings/{proof.booking_id}/report"
        assert client.get(f"{own}/tear-sheet.pdf").status_code != 200
        sign_in(client, "ed@runbook.example", newsletter=newsletter)
        assert f"{own}/tear-sheet.pdf" in client.get(own).get_data(as_text=True)
        assert client.get(f"{own}/tear-sheet.pdf").status_code == 200
