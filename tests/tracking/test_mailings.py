"""Reading a mail provider's file, as a publisher does it: shown first, corrected, imported once however often."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry, User
from sponsorship.accounts.rules import TeamRole
from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.tracking.models import ProviderLink
from sponsorship.tracking.queries import ProviderCount, provider_counts, statistics_of
from sponsorship.tracking.rules.exports import ExportColumn
from sponsorship.tracking.services import import_export
from tests.factories.desk import send
from tests.tracking.conftest import DESTINATION, SENT_AT, Tracked

SignIn = Callable[..., User]
PAGE = "/desk/sunday-runbook/statistics"
TABLE = "Subject,Send Date,Delivered,Opens\nRunbook,2026-11-22,30412,12800\nSpecial,2026-11-18,500,40\n"
LINKS = f"URL,Total Clicks,Unique Clicks\n{DESTINATION},40,31\nhttps://elsewhere.example/,9,9\n"


@pytest.fixture(autouse=True)
def a_day_after_sending(newsletter: Newsletter, tracked: Tracked) -> Iterator[None]:
    """No. 812 went out yesterday."""
    with transaction() as session:
        send(session, newsletter, date(2026, 11, 22))
    with time_machine.travel(SENT_AT + timedelta(days=1), tick=False):
        yield


@pytest.fixture
def editor(client: FlaskClient, newsletter: Newsletter, sign_in: SignIn) -> FlaskClient:
    """Somebody who may keep figures."""
    sign_in(client, "ed@runbook.example", newsletter=newsletter, role=TeamRole.EDITOR)
    return client


def fields_of(page: str) -> dict[str, str]:
    """The form of a preview as a browser would send it back."""
    form = LexborHTMLParser(page).css_first("form[action$='/statistics']")
    assert form is not None
    found = {node.attributes["name"]: node.attributes.get("value") or "" for node in form.css("input")}
    for select_box in form.css("select"):
        chosen = select_box.css_first("option[selected]")
        found[select_box.attributes["name"]] = (chosen.attributes.get("value") or "") if chosen else ""
    return {str(name): value for name, value in found.items()}


def upload(client: FlaskClient, text: str, name: str = "campaigns.csv") -> Any:
    """Choose a file and look at it."""
    return client.post_form(  # type: ignore[attr-defined]
        f"{PAGE}/preview", {"file": (BytesIO(text.encode()), name)}, page=PAGE, content_type="multipart/form-data"
    )


def number_of(session: Session, tracked: Tracked) -> int:
    """The number of the issue that went out."""
    return session.get_one(Issue, tracked.issue_id).number


def test_a_file_is_shown_then_imported_and_a_second_time_changes_nothing(
    editor: FlaskClient, session: Session, tracked: Tracked
) -> None:
    page = upload(editor, TABLE).get_data(as_text=True)
    assert "30,412" in page and "Two rows, one issue found." in re.sub(r"<[^>]+>", "", page)
    assert statistics_of(session, [tracked.issue_id]) == {}
    answer = editor.post(PAGE, data=fields_of(page))
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    row = statistics_of(session, [tracked.issue_id])[tracked.issue_id]
    assert (row.delivered, row.opens, row.source, row.entered_by) == (30_412, 12_800, "campaigns.csv", "Ed")
    assert "campaigns.csv" in editor.get(PAGE).get_data(as_text=True)
    editor.post(PAGE, data=fields_of(upload(editor, TABLE).get_data(as_text=True)))
    assert "Nothing new: 1 issue had these figures already." in editor.get(PAGE).get_data(as_text=True)
    acts = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "statistics_entered")
    assert session.scalar(acts) == 1


def test_a_column_that_is_not_known_is_chosen_and_the_file_read_again(
    editor: FlaskClient, session: Session, tracked: Tracked
) -> None:
    page = upload(editor, "Betreff,Tag,Zugestellt\nRunbook,22.11.2026,30412\n").get_data(as_text=True)
    assert "One column is not known: delivered." in page
    fields = fields_of(page) | {"subject": "Betreff", "sent": "Tag", "delivered": "Zugestellt"}
    page = editor.post(f"{PAGE}/preview", data=fields).get_data(as_text=True)
    assert f'value="{number_of(session, tracked)}"' in page
    assert editor.post(PAGE, data=fields_of(page)).status_code == 303
    assert statistics_of(session, [tracked.issue_id])[tracked.issue_id].delivered == 30_412


def test_a_wrong_number_comes_back_with_its_reason_and_everything_chosen_stays(
    editor: FlaskClient, session: Session, tracked: Tracked
) -> None:
    number = number_of(session, tracked)
    fields = fields_of(upload(editor, TABLE).get_data(as_text=True))
    for typed, sentence in (
        ("9999", "No. 9999 has not gone out, or there is none."),
        (str(number), f"Another line has No. {number} too. Leave one of them out."),
        ("soon", "Not a valid integer value."),
    ):
        answer = editor.post(PAGE, data=fields | {"row_3": typed, "opens": ""})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and sentence in page
        kept = fields_of(page)
        assert (kept["row_2"], kept["row_3"], kept["opens"], kept["delivered"]) == (str(number), typed, "", "Delivered")
        assert kept["content"].replace("\r", "") == TABLE
    assert statistics_of(session, [tracked.issue_id]) == {}


def test_nothing_chosen_and_lines_that_cannot_be_read_are_said(
    editor: FlaskClient, session: Session, tracked: Tracked
) -> None:
    fields = fields_of(upload(editor, TABLE.replace("30412", "many")).get_data(as_text=True))
    page = editor.post(PAGE, data=fields | {"row_2": "", "row_3": ""}).get_data(as_text=True)
    assert "No line has an issue yet" in page
    page = editor.post(PAGE, data=fields | {"row_2": str(number_of(session, tracked))}).get_data(as_text=True)
    assert "This line cannot be read: delivered: “many” is no whole number." in page


def test_a_figure_that_the_file_does_not_have_stays_as_it_was(
    editor: FlaskClient, session: Session, tracked: Tracked
) -> None:
    editor.post_form(  # type: ignore[attr-defined]
        f"/issues/{tracked.issue_id}/statistics",
        {"delivered": "30000", "opens": "12000", "clicks": "1700", "unique_clicks": "1200"},
    )
    editor.post(PAGE, data=fields_of(upload(editor, TABLE).get_data(as_text=True)))
    row = statistics_of(session, [tracked.issue_id])[tracked.issue_id]
    assert (row.delivered, row.opens, row.clicks, row.unique_clicks) == (30_412, 12_800, 1_700, 1_200)


def test_clicks_by_link_are_kept_for_the_booking_whose_links_they_are(
    editor: FlaskClient, session: Session, tracked: Tracked
) -> None:
    page = upload(editor, LINKS).get_data(as_text=True)
    assert "Two links of one issue." in page
    assert "Type the number of the issue whose links these are" in editor.post(PAGE, data=fields_of(page)).get_data(
        as_text=True
    )
    fields = fields_of(page) | {"issue_number": str(number_of(session, tracked))}
    for _ in range(2):
        assert editor.post(PAGE, data=fields).status_code == 303
    assert provider_counts(session, [tracked.booking_id]) == {tracked.booking_id: ProviderCount(40, 31)}
    assert session.scalar(select(func.count()).select_from(ProviderLink)) == 2


def test_single_clicks_that_were_imported_are_not_overwritten_by_sums(
    editor: FlaskClient, session: Session, tracked: Tracked
) -> None:
    lines = ["at,url,who", f"2026-11-22 09:00:00,{DESTINATION},a@x.example"]
    columns = {ExportColumn.TIME: "at", ExportColumn.URL: "url", ExportColumn.SUBSCRIBER: "who"}
    with transaction() as writing:
        issue = writing.get_one(Issue, tracked.issue_id)
        import_export(writing, issue=issue, lines=lines, columns=columns, secret=b"s")
    fields = fields_of(upload(editor, LINKS).get_data(as_text=True))
    editor.post(PAGE, data=fields | {"issue_number": str(number_of(session, tracked))})
    assert provider_counts(session, [tracked.booking_id]) == {tracked.booking_id: ProviderCount(1, 1)}
    with transaction() as writing:
        issue = writing.get_one(Issue, tracked.issue_id)
        import_export(writing, issue=issue, lines=lines, columns=columns, secret=b"s")
    sums = session.scalars(select(ProviderLink.clicks).order_by(ProviderLink.clicks)).all()
    assert sums == [1, 9]  # the other link has no single clicks, and keeps what the table said


@pytest.mark.parametrize(("text", "sentence"), [("", "The file is empty."), ("x", "There is no table in the file")])
def test_a_file_without_a_table_is_refused_on_the_same_page(editor: FlaskClient, text: str, sentence: str) -> None:
    answer = upload(editor, text)
    assert answer.status_code == 422 and sentence in answer.get_data(as_text=True)


def test_no_file_at_all_is_said(editor: FlaskClient) -> None:
    answer = editor.post_form(f"{PAGE}/preview", {}, page=PAGE)  # type: ignore[attr-defined]
    assert answer.status_code == 422 and "Choose the file first." in answer.get_data(as_text=True)


def test_only_who_may_edit_imports_and_others_read(
    client: FlaskClient, newsletter: Newsletter, sign_in: SignIn
) -> None:
    sign_in(client, "viewer@runbook.example", newsletter=newsletter, role=TeamRole.VIEWER)
    page = client.get(PAGE).get_data(as_text=True)
    assert "no figures yet." in page and 'type="file"' not in page
    assert client.post(f"{PAGE}/preview", data={"content": TABLE}).status_code in (400, 403)


def test_now_is_used_for_what_has_gone_out(editor: FlaskClient, session: Session, tracked: Tracked) -> None:
    coming = session.scalars(
        select(Issue.number).where(Issue.publish_at > clock.now()).order_by(Issue.publish_at)
    ).first()
    fields = fields_of(upload(editor, TABLE).get_data(as_text=True))
    page = editor.post(PAGE, data=fields | {"row_3": str(coming)}).get_data(as_text=True)
    assert f"No. {coming} has not gone out" in page


def test_the_report_says_what_the_provider_counted(editor: FlaskClient, session: Session, tracked: Tracked) -> None:
    fields = fields_of(upload(editor, LINKS).get_data(as_text=True))
    editor.post(PAGE, data=fields | {"issue_number": str(number_of(session, tracked))})
    page = editor.get(f"/bookings/{tracked.booking_id}/report").get_data(as_text=True)
    assert "The mail provider counted 40 clicks by 31 readers." in page
