"""The issue's page over HTTP: who may see it, what it says, copying, filling, marking as sent."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.accounts.rules import TeamRole
from sponsorship.assembly.models import IssueDraft
from sponsorship.booking.models import Booking
from sponsorship.booking.queries import occupants_of
from sponsorship.core.db import transaction
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.inventory.rules import IssueState
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.services import enter_statistics, make_links
from tests.conftest import NOW
from tests.factories.assembly import copy_about, ready_issue, ready_slot, sell_slot, write_copy
from tests.factories.inventory import issue_on, make_newsletter, slot_on

SignIn = Callable[..., User]
DAY = date(2026, 11, 22)
EARLIER = datetime(2026, 11, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def thursday_before() -> Iterator[None]:
    """It is Thursday, the issue goes out on Sunday."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def issue_id(newsletter: Newsletter) -> int:
    """No. 812: Primary in review, Sponsored ready, Classified A without copy, Classified B ready and unpaid."""
    with transaction() as session:
        primary = sell_slot(session, slot_on(session, newsletter, DAY), now=EARLIER)
        write_copy(session, primary, CreativeState.SUBMITTED, now=EARLIER)
        sponsored = slot_on(session, newsletter, DAY, "sponsored")
        ready_slot(session, sponsored, now=EARLIER, sponsor_name="Mooring", copy=copy_about(1))
        sell_slot(session, slot_on(session, newsletter, DAY, "classified"), now=EARLIER, sponsor_name="Brightmoor Conf")
        ready_slot(
            session, slot_on(session, newsletter, DAY, "classified", 2), now=EARLIER, sponsor_name="Peat Systems",
            copy=copy_about(2), due_on=date(2026, 11, 29),
        )  # fmt: skip
        return primary.slot.issue_id


@pytest.fixture
def editor(client: FlaskClient, newsletter: Newsletter, sign_in: SignIn) -> FlaskClient:
    """A client that an editor of the newsletter is signed in with."""
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    return client


def text_of(html: str, selector: str) -> list[str]:
    """The texts of the elements found, blanks as one."""
    return [" ".join(node.text().split()) for node in LexborHTMLParser(html).css(selector)]


def page_of(client: FlaskClient, issue_id: int) -> str:
    """The issue's page."""
    answer = client.get(f"/issues/{issue_id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_page_says_what_stops_the_issue(editor: FlaskClient, issue_id: int) -> None:
    page = page_of(editor, issue_id)
    assert text_of(page, "h1") == ["Not ready to send: two things stop it."]
    assert text_of(page, ".dateline span")[:2] == ["Sun 22 Nov 2026, 08:00 GMT", "4 of 4 slots sold, $3,100"]
    assert text_of(page, ".finding--block .finding__title") == ["Primary is not approved", "No copy for Classified A"]
    assert text_of(page, ".finding--warn .finding__title") == ["Classified B runs unpaid"]
    assert text_of(page, ".block h3") == [
        "Primary", "Sponsored", "Classified A", "Classified B", "Primary, at the foot",
    ]  # fmt: skip
    assert 'aria-disabled="true"' in page
    assert f"/issues/{issue_id}/sent" not in page


def test_every_line_of_the_preflight_leads_somewhere(editor: FlaskClient, issue_id: int) -> None:
    tree = LexborHTMLParser(page_of(editor, issue_id))
    hrefs = [node.attributes["href"] for node in tree.css(".finding a")]
    assert len(hrefs) == 3
    for href in hrefs:
        assert editor.get(href).status_code == 200, href


def test_blocks_can_be_copied_in_three_forms(editor: FlaskClient, issue_id: int, session: Session) -> None:
    page = LexborHTMLParser(page_of(editor, issue_id))
    tokens = session.scalars(select(TrackedLink.token).order_by(TrackedLink.id)).all()
    assert len(tokens) == 2
    for ending, name in (("md", "markdown"), ("html", "html"), ("txt", "text")):
        answer = editor.get(f"/issues/{issue_id}/blocks.{ending}")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert answer.mimetype.startswith("text/")
        assert answer.mimetype != "text/html"
        assert all(f"/c/{token}" in text for token in tokens)
        assert page.css_first(f"#blocks-{name}").text() == text.removesuffix("\n")
    assert editor.get(f"/issues/{issue_id}/blocks.pdf").status_code == 404


def test_a_draft_is_filled_and_offered_whole(editor: FlaskClient, issue_id: int, session: Session) -> None:
    draft = "\r\nHello <b>&amp;</b>\r\n<!-- sponsor:primary -->\r\nmine\r\n<!-- sponsor:sponsored -->\r\nno end"
    answer = editor.post_form(f"/issues/{issue_id}/draft", {"markdown": draft}, page=f"/issues/{issue_id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/issues/{issue_id}#whole")
    assert session.scalars(select(IssueDraft.markdown)).all() == [draft]
    page = page_of(editor, issue_id)
    whole = LexborHTMLParser(page).css_first("#whole-issue").text()
    assert whole.startswith(
        "\nHello <b>&amp;</b>\n<!-- sponsor:primary -->\n<!-- /sponsor:primary -->\nmine\n<!-- spon"
    )
    assert "Sponsored\n=========" in whole
    assert whole.endswith("<!-- /sponsor:sponsored -->\nno end")
    notices = " ".join(text_of(page, "#whole .notice"))
    assert "Not in your draft Classified B: put <!-- sponsor:classified:2 --> where it goes." in notices
    assert "Left empty Primary: only approved copy" in notices


def test_a_kept_draft_is_filled_anew_when_copy_is_approved(
    editor: FlaskClient, newsletter: Newsletter, issue_id: int, session: Session
) -> None:
    draft = {"markdown": "Mine.\n<!-- sponsor:classified -->"}
    editor.post_form(f"/issues/{issue_id}/draft", draft, page=f"/issues/{issue_id}")
    assert "Classified\n==" not in LexborHTMLParser(page_of(editor, issue_id)).css_first("#whole-issue").text()
    slot = slot_on(session, newsletter, DAY, "classified")
    booking_id = occupants_of(session, [slot.id])[slot.id].id
    with transaction() as writing:
        booking = writing.get_one(Booking, booking_id)
        write_copy(writing, booking, CreativeState.APPROVED, now=NOW, copy=copy_about(5))
        make_links(writing, booking=booking, destination=copy_about(5).link_url, now=NOW)
    assert "Classified\n==" in LexborHTMLParser(page_of(editor, issue_id)).css_first("#whole-issue").text()


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        ("", "Paste your draft first: there is nothing in it."),
        (" \r\n ", "Paste your draft first: there is nothing in it."),
        ("a\x00b", "There is a NUL character in this draft."),
    ],
)
def test_a_draft_that_is_none_comes_back_with_the_reason(
    editor: FlaskClient, issue_id: int, session: Session, draft: str, sentence: str
) -> None:
    answer = editor.post_form(f"/issues/{issue_id}/draft", {"markdown": draft}, page=f"/issues/{issue_id}")
    assert answer.status_code == 422
    assert sentence in text_of(answer.get_data(as_text=True), "#markdown-error")[0]
    assert session.scalars(select(IssueDraft)).all() == []


def test_markup_in_a_draft_is_shown_and_never_runs(editor: FlaskClient, issue_id: int) -> None:
    draft = "</textarea><script>alert(1)</script>\n<!-- sponsor:<script> -->"
    editor.post_form(f"/issues/{issue_id}/draft", {"markdown": draft}, page=f"/issues/{issue_id}")
    page = page_of(editor, issue_id)
    assert "<script>alert(1)" not in page
    assert "&lt;/textarea&gt;&lt;script&gt;" in page


def test_an_issue_with_something_in_its_way_is_not_marked_as_sent(
    editor: FlaskClient, issue_id: int, session: Session
) -> None:
    answer = editor.post_form(f"/issues/{issue_id}/sent", page=f"/issues/{issue_id}")
    assert answer.status_code == 409
    assert "Two things stop it: Primary is not approved; No copy for Classified A." in answer.get_data(as_text=True)
    assert session.get_one(Issue, issue_id).state is IssueState.PLANNED


def test_a_ready_issue_is_marked_as_sent_and_asks_for_its_figures(
    editor: FlaskClient, newsletter: Newsletter, session: Session
) -> None:
    with transaction() as writing:
        issue_id = ready_issue(writing, newsletter, DAY, now=EARLIER).id
    assert text_of(page_of(editor, issue_id), "h1") == ["Ready to send."]
    answer = editor.post_form(f"/issues/{issue_id}/sent", page=f"/issues/{issue_id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/issues/{issue_id}")
    assert session.get_one(Issue, issue_id).state is IssueState.SENT
    page = page_of(editor, issue_id)
    assert text_of(page, "h1") == ["Sent Thu 19 Nov at 09:40, 0 clicks so far."]
    assert text_of(page, ".toast") == ["Marked as sent. Clicks count from now on."]
    assert LexborHTMLParser(page).css_first(f'form[action="/issues/{issue_id}/statistics"] input[name=delivered]')
    again = editor.post_form(f"/issues/{issue_id}/sent", page=f"/issues/{issue_id}")
    assert again.status_code == 409


def test_the_figures_are_shown_once_typed_in(editor: FlaskClient, newsletter: Newsletter) -> None:
    with transaction() as session:
        issue = issue_on(session, newsletter, date(2026, 11, 8))
        issue.move_to(IssueState.SENT)
        issue.sent_at = issue.publish_at
        enter_statistics(session, issue=issue, delivered=30_412, opens=12_800, entered_by="Ed", now=NOW)
        issue_id = issue.id
    page = page_of(editor, issue_id)
    assert text_of(page, ".leaders dd") == ["30,412", "12,800"]
    assert text_of(page, "h1") == ["Sent Sun 8 Nov at 08:00."]


def test_a_skipped_issue_has_nothing_to_check(editor: FlaskClient, newsletter: Newsletter) -> None:
    with transaction() as session:
        issue = issue_on(session, newsletter, DAY)
        issue.move_to(IssueState.SKIPPED)
        issue_id = issue.id
    assert text_of(page_of(editor, issue_id), "h1") == ["This issue is skipped."]


@pytest.mark.parametrize("role", [TeamRole.VIEWER, TeamRole.SALES, TeamRole.FINANCE])
def test_who_may_not_edit_sees_the_page_and_no_button(
    client: FlaskClient, newsletter: Newsletter, sign_in: SignIn, issue_id: int, role: TeamRole
) -> None:
    sign_in(client, "somebody@runbook.example", newsletter=newsletter, role=role)
    page = page_of(client, issue_id)
    assert "Mark as sent" not in page
    assert "Fill the blocks in" not in page
    assert client.get(f"/issues/{issue_id}/blocks.md").status_code == 200
    for act in ("draft", "sent"):
        answer = client.post_form(f"/issues/{issue_id}/{act}", {"markdown": "x"}, page="/sign-in")
        assert answer.status_code == 403, act


def test_another_newsletters_issue_does_not_exist(client: FlaskClient, sign_in: SignIn, issue_id: int) -> None:
    with transaction() as session:
        other = make_newsletter(session, now=NOW, slug="monday-memo")
    sign_in(client, "somebody@memo.example", newsletter=other)
    for path in (f"/issues/{issue_id}", f"/issues/{issue_id}/blocks.md"):
        assert client.get(path).status_code == 404, path
    for act in ("draft", "sent"):
        answer = client.post_form(f"/issues/{issue_id}/{act}", {"markdown": "x"}, page="/sign-in")
        assert answer.status_code == 404, act


@pytest.mark.parametrize("path", ["/issues/999999", "/issues/99999999999999999999999", "/issues/0/blocks.md"])
def test_an_issue_that_is_not_there_is_a_page_that_says_so(editor: FlaskClient, path: str) -> None:
    assert editor.get(path).status_code == 404


def test_a_form_without_its_token_changes_nothing(editor: FlaskClient, issue_id: int, session: Session) -> None:
    answer: Any = editor.post(f"/issues/{issue_id}/draft", data={"markdown": "words"})
    assert answer.status_code == 400
    assert session.scalars(select(IssueDraft)).all() == []
