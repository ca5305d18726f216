"""The publisher's review over HTTP: the queue, one ad, the decisions, and who may take them."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.accounts.rules import TeamRole
from sponsorship.checks.models import Finding
from sponsorship.checks.rules import FindingState
from sponsorship.core.db import transaction
from sponsorship.creative.models import Creative
from sponsorship.creative.rules import CreativeState
from sponsorship.creative.services import request_changes, send_copy
from sponsorship.inventory.models import Newsletter
from tests.factories.creative import GOOD, OTHER, PUBLISHER, SPONSOR, approved, booked, copy_of, submitted
from tests.factories.inventory import make_newsletter
from tests.page_checks import CheckedClient

DAY, BEFORE, SOON = date(2026, 12, 13), date(2026, 12, 6), date(2026, 11, 22)
QUEUE = "/desk/sunday-runbook/review"
SignIn = Callable[..., User]


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    """The edge asks the real clock: it stands still at the tests' moment."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def waiting(newsletter: Newsletter, now: datetime) -> Creative:
    """Tidewatch's Primary ad of 13 December, sent and unread."""
    with transaction() as session:
        return submitted(session, booked(session, newsletter, DAY, now=now), GOOD, now=now)


@pytest.fixture
def stopped(newsletter: Newsletter, now: datetime) -> Creative:
    """The same, with a link that the Sponsored slot of the issue has too."""
    with transaction() as session:
        approved(session, booked(session, newsletter, DAY, "sponsored", now=now), OTHER, now=now)
        return submitted(session, booked(session, newsletter, DAY, now=now), copy_of(link_url=OTHER.link_url), now=now)


def text_of(client: CheckedClient, path: str = QUEUE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_empty_queue_says_so(client: CheckedClient, newsletter: Newsletter, sign_in: SignIn) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    assert "No ad waits to be read." in text_of(client)


def test_the_queue_shows_the_nearest_deadline_first_and_opens_it(
    client: CheckedClient, newsletter: Newsletter, waiting: Creative, now: datetime, sign_in: SignIn
) -> None:
    with transaction() as session:
        soon = submitted(session, booked(session, newsletter, SOON, now=now, company="Kestrel CI", contact_email="k@k.example"),
                         OTHER, now=now)  # fmt: skip
    sign_in(client, PUBLISHER, newsletter=newsletter)
    page = text_of(client)
    assert "<span>Two ads to read.</span> <span>One is due today.</span>" in page
    assert page.index(f"creative={soon.id}") < page.index(f"creative={waiting.id}")
    assert "Builds on warm machines" in page and GOOD.heading not in page and "Today at 18:00 GMT" in page
    other = text_of(client, f"{QUEUE}?creative={waiting.id}")
    assert GOOD.heading in other and "tidewatch.example/runbook" in other
    assert text_of(client, f"{QUEUE}?creative=nonsense") and "Builds on warm machines" in text_of(
        client, f"{QUEUE}?creative=999999"
    )


def test_a_second_version_is_marked_up_against_the_one_sent_back(
    client: CheckedClient, newsletter: Newsletter, waiting: Creative, now: datetime, sign_in: SignIn
) -> None:
    with transaction() as session:
        creative = session.get_one(Creative, waiting.id)
        request_changes(session, creative=creative, note="Shorter.", actor=PUBLISHER, now=now)
        copy = copy_of(heading="Know what your pods do", body="First.\n\n" + GOOD.body, link_text="Start")
        send_copy(session, booking=creative.booking, copy=copy, actor=SPONSOR, now=now)
    sign_in(client, PUBLISHER, newsletter=newsletter)
    page = text_of(client)
    assert "<ins>pods</ins>" in page and "<del>containers</del>" in page and "<ins>First. \n\n</ins>" in page
    assert "Marked up against version 1, which you sent back." in page


def test_copy_is_approved(
    client: CheckedClient, session: Session, newsletter: Newsletter, waiting: Creative, sign_in: SignIn
) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    answer = client.post_form(f"/creatives/{waiting.id}/approve", {"version": "1"}, page=QUEUE)
    assert (answer.status_code, answer.location) == (303, QUEUE)
    session.rollback()
    assert waiting.state is CreativeState.APPROVED
    assert "Approved." in text_of(client)


def test_a_version_that_was_not_read_is_not_decided_on(
    client: CheckedClient, session: Session, newsletter: Newsletter, waiting: Creative, sign_in: SignIn
) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    answer = client.post_form(f"/creatives/{waiting.id}/approve", {"version": "7"}, page=QUEUE)
    assert answer.status_code == 409 and "A newer version came in" in answer.get_data(as_text=True)
    assert client.post_form(f"/creatives/{waiting.id}/approve", {"version": "x"}, page=QUEUE).status_code == 422
    session.rollback()
    assert waiting.state is CreativeState.SUBMITTED


def test_changes_are_asked_for_with_a_note(
    client: CheckedClient, session: Session, newsletter: Newsletter, waiting: Creative, sign_in: SignIn
) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    path = f"/creatives/{waiting.id}/changes"
    empty = client.post_form(path, {"version": "1", "note": "  "}, page=QUEUE)
    assert empty.status_code == 422 and 'id="note-error"' in empty.get_data(as_text=True)
    assert client.post_form(path, {"version": "1", "note": "Shorter, please."}, page=QUEUE).status_code == 303
    session.rollback()
    assert waiting.state is CreativeState.CHANGES_REQUESTED
    assert [(note.author, note.body) for note in waiting.notes] == [(PUBLISHER, "Shorter, please.")]


def test_what_stops_it_is_shown_with_its_evidence_and_holds_the_approval(
    client: CheckedClient, session: Session, newsletter: Newsletter, stopped: Creative, sign_in: SignIn
) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    page = text_of(client)
    assert "Same link as the Sponsored slot of Tidewatch Ltd in this issue" in page
    assert "Tidewatch Ltd has another ad in this issue" in page
    assert "One finding stops it: allow what may run, with a reason, or ask for changes." in page
    answer = client.post_form(f"/creatives/{stopped.id}/approve", {"version": "1"}, page=QUEUE)
    assert answer.status_code == 409 and "Not approved: 1 finding stops it." in answer.get_data(as_text=True)
    session.rollback()
    assert stopped.state is CreativeState.SUBMITTED


def test_a_finding_is_allowed_with_a_reason_and_the_copy_approved(
    client: CheckedClient, session: Session, newsletter: Newsletter, stopped: Creative, sign_in: SignIn
) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    finding = session.scalars(select(Finding).where(Finding.title.startswith("Same link"))).one()
    path, field = f"/findings/{finding.id}/waive", f"finding-{finding.id}-reason"
    empty = client.post_form(path, {field: " "}, page=QUEUE)
    assert empty.status_code == 422 and f'id="{field}-error"' in empty.get_data(as_text=True)
    answer = client.post_form(path, {field: "One page, two offers."}, page=QUEUE)
    assert (answer.status_code, answer.location) == (303, f"{QUEUE}?creative={stopped.id}")
    session.rollback()
    assert (finding.state, finding.waived_reason, finding.waived_by) == (
        FindingState.WAIVED,
        "One page, two offers.",
        PUBLISHER,
    )
    page = text_of(client)
    assert f"{PUBLISHER}: One page, two offers." in page and "allow what may run" not in page
    assert client.post_form(f"/creatives/{stopped.id}/approve", {"version": "1"}, page=QUEUE).status_code == 303
    assert client.post_form(path, {field: "Again."}, page=QUEUE).status_code == 409


@pytest.mark.parametrize(
    ("role", "read", "decide"),
    [
        (TeamRole.OWNER, 200, 303), (TeamRole.EDITOR, 200, 303), (TeamRole.SALES, 200, 403), (TeamRole.FINANCE, 200, 403),
        (TeamRole.VIEWER, 200, 403), (None, 404, 404),
    ],
)  # fmt: skip
def test_only_who_may_edit_decides_and_strangers_see_nothing(
    client: CheckedClient, session: Session, newsletter: Newsletter, stopped: Creative, sign_in: SignIn, now: datetime,
    role: TeamRole | None, read: int, decide: int,
) -> None:  # fmt: skip
    finding = session.scalars(select(Finding.id)).first()
    with transaction() as writing:
        elsewhere = make_newsletter(writing, now=now, slug="elsewhere")
    sign_in(client, "kim@team.example", newsletter=newsletter if role else elsewhere, role=role or TeamRole.OWNER)
    page = QUEUE if role else "/desk/elsewhere/review"
    assert client.get(QUEUE).status_code == read
    if role:
        assert ("Approve</button>" in text_of(client)) is ("Allow once" in text_of(client)) is (decide == 303)
    token = {"csrf_token": csrf_of(client, page)}
    acts = {
        f"/findings/{finding}/waive": {f"finding-{finding}-reason": "Fine."},
        f"/creatives/{stopped.id}/changes": {"version": "1", "note": "No."},
    }
    assert [client.post(path, data=token | data).status_code for path, data in acts.items()] == [decide, decide]
    late = client.post(f"/creatives/{stopped.id}/approve", data=token | {"version": "1"})
    assert late.status_code == (409 if decide == 303 else decide)  # changes are asked for by now


def csrf_of(client: CheckedClient, page: str) -> str:
    """A token for a post: of the page's own forms, or of the account menu's."""
    return text_of(client, page).split('name="csrf_token" value="')[1].split('"')[0]


def test_whoever_is_not_signed_in_is_sent_to_sign_in(
    client: CheckedClient, newsletter: Newsletter, waiting: Creative
) -> None:
    assert client.get(QUEUE).status_code == 302


def test_what_is_not_there_is_404(
    client: CheckedClient, newsletter: Newsletter, waiting: Creative, sign_in: SignIn
) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    token = {"csrf_token": csrf_of(client, QUEUE)}
    for path in (
        "/creatives/99/approve",
        "/creatives/99999999999/changes",
        "/findings/99/waive",
        "/findings/99999999999/waive",
    ):
        assert client.post(path, data=token).status_code == 404
    assert client.get("/desk/nowhere/review").status_code == 404


def test_the_queue_takes_a_fixed_number_of_queries(
    client: CheckedClient,
    newsletter: Newsletter,
    waiting: Creative,
    now: datetime,
    sign_in: SignIn,
    query_count: Callable[[], int],
) -> None:
    sign_in(client, PUBLISHER, newsletter=newsletter)
    text_of(client)
    query_count()
    text_of(client)
    with_one = query_count()
    with transaction() as session:
        for key, ordinal in (("sponsored", 1), ("classified", 1), ("classified", 2)):
            copy = copy_of(heading="", body=f"{key} {ordinal}", link_url=f"https://{key}{ordinal}.example")
            submitted(session, booked(session, newsletter, BEFORE, key, ordinal, now=now), copy, now=now)
    query_count()
    text_of(client)
    assert query_count() <= with_one + 1  # one more: findings exist now
