"""A whole issue checked and proved: what the assembled blocks become in three forms, what is put on record, what is owed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest
import time_machine
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import TeamRole
from sponsorship.archive.errors import UnreadableIssue
from sponsorship.assembly import services
from sponsorship.assembly.errors import PrintInvalid
from sponsorship.assembly.models import IssuePrint
from sponsorship.assembly.queries import PrintCheck, get_print_check, prepare_issue
from sponsorship.assembly.rules.preflight import PreflightSeverity
from sponsorship.assembly.rules.proof import PrintOrigin, PrintPurpose, ProofVerdict
from sponsorship.booking.models import CreditGrant
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import MakeGoodCause
from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.core.errors import InvalidTransition
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.queries import get_issue
from tests.assembly.test_views import SignIn, text_of
from tests.conftest import NOW
from tests.factories.assembly import ready_issue

DAY, EARLIER = date(2026, 11, 22), datetime(2026, 11, 10, 9, tzinfo=UTC)
AFTER = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEWS = "News\n====\n\nThe week in operations was quiet, [and then it was not](https://news.example/quiet).\n\n"


@pytest.fixture(autouse=True)
def thursday_before() -> Iterator[None]:
    """It is Thursday, the issue goes out on Sunday."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def issue(newsletter: Newsletter, session: Session) -> Issue:
    """No. 812 with all four slots and the echo ready."""
    with transaction() as opened:
        issue_id = ready_issue(opened, newsletter, DAY, now=EARLIER).id
    return get_issue(session, issue_id)


def assembled(session: Session, issue: Issue, form: str = "markdown") -> str:
    """The issue with its blocks among the editor's own words."""
    prepared = prepare_issue(session, issue, NOW, lambda token: f"https://desk.example/c/{token}")
    blocks = [getattr(block, form) for block in prepared.blocks]
    news = "<h2>News</h2><p>The week was quiet.</p>" if form == "html" else NEWS
    return "".join(f"{news}\n\n{block}\n\n" for block in blocks) + news


def given(session: Session, issue: Issue, source: str, purpose: PrintPurpose = PrintPurpose.CHECK) -> PrintCheck:
    """The issue given and compared."""
    now = NOW if purpose is PrintPurpose.CHECK else AFTER
    kept = services.save_print(
        session, issue=issue, purpose=purpose, given=services.given_issue(source, None), actor="Imogen", now=now
    )
    return get_print_check(session, issue, kept, now)


def told(check: PrintCheck) -> list[str]:
    return [line.title for line in check.lines if line.severity is not PreflightSeverity.PASSED]


@pytest.mark.parametrize("form", ["markdown", "html", "text"])
def test_the_assembled_blocks_pass_in_every_form(session: Session, issue: Issue, form: str) -> None:
    check = given(session, issue, assembled(session, issue, form))
    assert told(check) == []
    assert len([line for line in check.lines if "as approved" in line.title]) == 4
    assert "Primary is at the foot, with its own link" in [line.title for line in check.lines]


@pytest.mark.parametrize("form", ["markdown", "html", "text"])
def test_a_slot_left_out_and_a_word_changed_are_seen_in_every_form(session: Session, issue: Issue, form: str) -> None:
    prepared = prepare_issue(session, issue, NOW, lambda token: f"https://desk.example/c/{token}")
    whole = assembled(session, issue, form).replace(getattr(prepared.blocks[1], form), "").replace("Oak0", "Elm0")
    check = given(session, issue, whole)
    assert sorted(told(check)) == [
        "Primary has other words",
        "Primary, at the foot has other words",
        "Sponsored is missing",
    ]
    runs = check.blocks[0].runs
    assert [(run.kind.value, run.text) for run in runs if run.kind.value != "kept"] != []
    assert all(line.sentence for line in check.lines if line.severity is not PreflightSeverity.PASSED)


def test_something_marked_as_paid_for_that_nobody_bought_is_named(session: Session, issue: Issue) -> None:
    extra = "Sponsored\n=========\n\nPewter Pans are the best pans for every cook.\n<br>[https://pewter.example/](https://pewter.example/)\n\n"
    check = given(session, issue, assembled(session, issue) + extra + NEWS)
    assert told(check) == ["Something was not sold"]


def test_what_was_given_stands_in_the_preflight_until_it_is_put_away(session: Session, issue: Issue) -> None:
    given(session, issue, NEWS)
    lines = prepare_issue(session, issue, NOW, lambda token: token).lines
    assert [line.title for line in lines if line.severity is PreflightSeverity.STOPS] == [
        "The issue that you gave has five things wrong"
    ]
    services.forget_print(session, issue=issue, actor="Imogen", now=NOW)
    services.forget_print(session, issue=issue, actor="Imogen", now=NOW)
    lines = prepare_issue(session, issue, NOW, lambda token: token).lines
    assert not any(line.severity is PreflightSeverity.STOPS for line in lines)


def test_a_mail_as_it_was_saved_is_read_by_its_html(session: Session, issue: Issue) -> None:
    mail = EmailMessage()
    mail["Subject"] = "No. 812"
    mail.set_content("See the HTML.")
    mail.add_alternative(f"<html><body>{assembled(session, issue, 'html')}</body></html>", subtype="html")
    found = services.given_issue("ignored", ("no-812.eml", mail.as_bytes()))
    assert (found.origin, found.file_name) == (PrintOrigin.UPLOADED, "no-812.html")
    kept = services.save_print(session, issue=issue, purpose=PrintPurpose.CHECK, given=found, actor="Imogen", now=NOW)
    assert told(get_print_check(session, issue, kept, NOW)) == []


def test_nothing_and_no_text_are_refused(session: Session, issue: Issue) -> None:
    with pytest.raises(PrintInvalid):
        services.given_issue(" \n", None)
    with pytest.raises(UnreadableIssue):
        services.given_issue("", ("issue.md", b"%PDF-1.7"))
    with pytest.raises(InvalidTransition):
        given(session, issue, NEWS, PrintPurpose.PROOF)


def sent(session: Session, issue: Issue) -> str:
    """The issue marked as sent; what it was."""
    whole = assembled(session, issue)
    services.send_issue(session, issue=issue, actor="Imogen", now=AFTER)
    session.commit()
    while outbox.deliver_due(AFTER):
        session.expire_all()
    return whole


def test_what_ran_as_sold_is_on_record_and_nothing_is_owed(session: Session, issue: Issue) -> None:
    given(session, issue, sent(session, issue), PrintPurpose.PROOF)
    proofs = services.record_proof(session, issue=issue, owed=[], actor="Imogen", now=AFTER)
    assert [proof.verdict for proof in proofs] == [ProofVerdict.AS_SOLD] * 4
    assert all(proof.printed and not proof.faults for proof in proofs)
    assert session.scalars(select(CreditGrant)).all() == []


def test_a_mismatch_opens_a_make_good_once(session: Session, issue: Issue) -> None:
    whole = sent(session, issue).replace("Oak0", "Elm0")
    given(session, issue, whole, PrintPurpose.PROOF)
    wrong = next(slot for slot in issue.slots if slot.name == "Primary")
    for _ in range(2):
        proofs = services.record_proof(
            session, issue=issue, owed=[booking_of(session, wrong.id)], actor="Imogen", now=AFTER
        )
    (grant,) = session.scalars(select(CreditGrant)).all()
    assert grant.cause is MakeGoodCause.WRONG_TEXT
    assert "Its words are not the approved ones." in grant.note
    assert [(proof.booking.slot.name, proof.verdict) for proof in proofs if proof.grant_id] == [
        ("Primary", ProofVerdict.DIFFERS)
    ]


def booking_of(session: Session, slot_id: int) -> int:
    """Who has a slot."""
    return occupants_of(session, [slot_id])[slot_id].id


def test_the_check_page_says_what_to_do_and_keeps_what_was_typed(
    client: FlaskClient, newsletter: Newsletter, sign_in: SignIn, issue: Issue, session: Session
) -> None:
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    path = f"/issues/{issue.id}/check"
    assert text_of(client.get(path).get_data(as_text=True), "h1") == ["Is all of it in there?"]
    answer = client.post_form(path, {"pasted": " "}, page=path)
    assert answer.status_code == 422
    assert "Paste the issue" in answer.get_data(as_text=True)
    answer = client.post_form(path, {"pasted": NEWS}, page=path)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = client.get(path).get_data(as_text=True)
    assert text_of(page, "h1") == ["Not what was sold: five things are wrong."]
    for node in LexborHTMLParser(page).css(".finding a"):
        assert client.get((node.attributes["href"] or "").split("#")[0]).status_code == 200
    assert client.get(f"/issues/{issue.id}/proof").status_code == 200
    assert client.post_form(f"{path}/forget", {}, page=path).status_code == 303
    session.expire_all()
    assert session.scalars(select(IssuePrint)).all() == []


def test_the_proof_page_records_and_owes_what_is_ticked(
    client: FlaskClient, newsletter: Newsletter, sign_in: SignIn, issue: Issue, session: Session
) -> None:
    whole = sent(session, issue).replace("Oak0", "Elm0")
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    path = f"/issues/{issue.id}/proof"
    with time_machine.travel(AFTER, tick=False):
        assert client.post_form(path, {"pasted": whole}, page=path).status_code == 303
        page = client.get(path).get_data(as_text=True)
        assert text_of(page, "h1") == ["Three placements ran as sold, one did not."]
        assert text_of(page, "ins") != []
        ticked = LexborHTMLParser(page).css("input[name=owed][checked]")
        assert len(ticked) == 1
        values = {"owed": ticked[0].attributes["value"]}
        assert client.post_form(f"{path}/record", values, page=path).status_code == 303
        page = client.get(path).get_data(as_text=True)
        assert "a make-good is owed" in page
        assert "a make-good is owed" in client.get(f"/issues/{issue.id}").get_data(as_text=True)
