"""Copy's way from draft to print, and what refuses a step."""

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.models import Booking
from sponsorship.booking.rules import BookingState
from sponsorship.checks.models import CorpusText
from sponsorship.checks.queries import find_text, list_findings, open_findings_of_issue
from sponsorship.checks.rules import CheckRule, CopySource, Severity
from sponsorship.checks.services import waive_finding
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError, InvalidTransition
from sponsorship.core.outbox import OutboxEvent
from sponsorship.creative.errors import CopyClosed, CopyInvalid, CopyLocked, FindingsOpen, NewerVersion, NoteMissing
from sponsorship.creative.flows import approve_creative
from sponsorship.creative.models import Creative
from sponsorship.creative.queries import (
    check_draft,
    count_review_queue,
    creatives_by_booking,
    current_copy,
    find_creative,
    list_review_queue,
    mark_up,
)
from sponsorship.creative.rules import CreativeState
from sponsorship.creative.services import (
    approve_copy,
    request_changes,
    save_draft,
    send_copy,
    submit_copy,
    take_back_copy,
)
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import mark_issue_sent
from tests.factories.booking import detailed_order
from tests.factories.creative import GOOD, OTHER, PUBLISHER, SPONSOR, approved, booked, copy_of, submitted
from tests.factories.inventory import slot_on

DAY, BEFORE = date(2026, 12, 13), date(2026, 12, 6)


@pytest.fixture
def booking(app: Flask, newsletter: Newsletter, now: datetime) -> Booking:
    with transaction() as session:
        return booked(session, newsletter, DAY, now=now)


def test_a_draft_is_kept_unfinished_and_only_changes_make_versions(
    session: Session, booking: Booking, now: datetime
) -> None:
    rough = copy_of(heading=" Know \n what ", body="One.\r\n\r\nTwo.  ", link_url="", link_text="")
    with transaction() as writing:
        creative = save_draft(writing, booking=booking, copy=rough, actor=SPONSOR, now=now)
        save_draft(writing, booking=booking, copy=rough, actor=SPONSOR, now=now)
        save_draft(writing, booking=booking, copy=GOOD, actor=SPONSOR, now=now)
    assert [(v.number, v.heading, v.body) for v in creative.versions] == [
        (1, "Know what", "One.\n\nTwo."), (2, GOOD.heading, GOOD.body),
    ]  # fmt: skip
    assert (creative.state, creative.version_number, current_copy(creative)) == (CreativeState.DRAFT, 2, GOOD)
    assert find_text(session, CopySource.CREATIVE, creative.id) is None


def test_sending_puts_the_words_into_the_corpus_without_their_markup(
    session: Session, booking: Booking, now: datetime
) -> None:
    marked = copy_of(
        body="Watch **every** [process](https://a.example/x).", link_url="https://www.tidewatch.example/x/?utm_source=n"
    )
    with transaction() as writing:
        creative = submitted(writing, booking, marked, now=now)
    text = session.scalars(select(CorpusText)).one()
    assert (text.source_id, text.issue_number, text.placement_name) == (creative.id, 815, "Primary")
    assert (text.body, text.destination, text.sponsor_name) == (
        "Watch every process.",
        "tidewatch.example/x",
        "Tidewatch Ltd",
    )
    assert (creative.state, creative.submitted_at) == (CreativeState.SUBMITTED, now)
    event = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == "creative.submitted")).one()
    assert event.payload == {"creative_id": creative.id, "booking_id": booking.id, "at": now.isoformat()}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"heading": "one two three four five six seven eight nine"},
         {"heading": "The headline has 9 words: 1 over the limit of 8."}),
        ({"body": "word " * 64}, {"body": "The body has 64 words: 4 over the limit of 60."}),
        ({"body": " \n "}, {"body": "Write the body of the ad."}),
        ({"link_url": ""}, {"link_url": "Give the page that the ad leads to."}),
        ({"link_url": "javascript:alert(1)"},
         {"link_url": "The address must start with https:// or http:// and name a site, like https://example.com/page."}),
        ({"link_text": "x" * 61}, {"link_text": "The link text has 61 characters: 1 over the limit of 60."}),
    ],
)  # fmt: skip
def test_copy_over_a_limit_or_without_a_link_is_not_sent_and_leaves_nothing(
    session: Session, booking: Booking, now: datetime, changes: dict[str, str], problems: dict[str, str]
) -> None:
    with pytest.raises(CopyInvalid) as refused, transaction() as writing:
        send_copy(writing, booking=booking, copy=copy_of(**changes), actor=SPONSOR, now=now)
    assert refused.value.problems == problems
    assert find_creative(session, booking.id) is None


def test_a_finding_keeps_nobody_from_sending_and_holds_approval_until_it_is_allowed(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        approved(writing, booked(writing, newsletter, DAY, "sponsored", now=now), OTHER, now=now)
        creative = submitted(writing, booking, copy_of(link_url=OTHER.link_url + "?utm_medium=email"), now=now)
    text = find_text(session, CopySource.CREATIVE, creative.id)
    assert text is not None
    finding = list_findings(session, [text.id])[0]
    assert (finding.rule, finding.severity) == (CheckRule.SAME_DESTINATION, Severity.STOPS)
    with pytest.raises(FindingsOpen, match="1 finding stops it"), transaction() as writing:
        approve_copy(writing, creative=creative, actor=PUBLISHER, now=now)
    assert creative.state is CreativeState.SUBMITTED
    with transaction() as writing:
        waive_finding(writing, finding=finding, reason="Two offers, one page.", actor=PUBLISHER, now=now)
        approve_copy(writing, creative=creative, actor=PUBLISHER, now=now)
    assert creative.state is CreativeState.APPROVED
    assert [f.rule for f in open_findings_of_issue(session, newsletter.id, DAY)] == [CheckRule.SAME_SPONSOR]


def test_a_finding_goes_when_the_copy_is_changed(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        approved(writing, booked(writing, newsletter, DAY, "sponsored", now=now), OTHER, now=now)
        creative = submitted(writing, booking, OTHER, now=now)
        request_changes(writing, creative=creative, note="Another page, please.", actor=PUBLISHER, now=now)
        findings = send_copy(writing, booking=booking, copy=GOOD, actor=SPONSOR, now=now)
        assert [f.rule for f in findings] == [CheckRule.SAME_SPONSOR]
        approve_copy(writing, creative=creative, actor=PUBLISHER, now=now)
    assert creative.state is CreativeState.APPROVED


def test_what_came_in_since_is_found_at_approval_and_kept_although_it_is_refused(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, GOOD, now=now)
        other = booked(
            writing, newsletter, DAY, "sponsored", now=now, company="Mooring", contact_email="a@mooring.example"
        )
        text = find_text(writing, CopySource.CREATIVE, submitted(writing, other, OTHER, now=now).id)
        assert text is not None
        text.url, text.destination = (
            GOOD.link_url,
            "tidewatch.example/runbook",
        )  # as two requests in one moment leave it
    with pytest.raises(FindingsOpen):
        approve_creative(creative_id=creative.id, version_number=1, actor=PUBLISHER, now=now)
    ours = find_text(session, CopySource.CREATIVE, creative.id)
    assert ours is not None
    assert [f.severity for f in list_findings(session, [ours.id])] == [Severity.STOPS]
    assert creative.state is CreativeState.SUBMITTED


def test_an_echoed_ad_has_one_text_and_no_finding(session: Session, booking: Booking, now: datetime) -> None:
    assert booking.slot.placement.is_echoed
    with transaction() as writing:
        creative = save_draft(writing, booking=booking, copy=GOOD, actor=SPONSOR, now=now)
        assert submit_copy(writing, creative=creative, actor=SPONSOR, now=now) == []


def test_running_the_same_ad_again_is_pointed_out_and_can_be_approved(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        approved(writing, booked(writing, newsletter, BEFORE, now=now), GOOD, now=now)
        findings = send_copy(writing, booking=booking, copy=GOOD, actor=SPONSOR, now=now)
        assert [f.title for f in findings] == [
            "Same link as your Primary slot a week earlier", "Same copy as your Primary slot a week earlier",
        ]  # fmt: skip
        creative = find_creative(writing, booking.id)
        assert creative is not None
        approve_copy(writing, creative=creative, actor=PUBLISHER, now=now)


def test_a_note_goes_with_the_version_that_it_is_about(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        request_changes(writing, creative=creative, note=" Shorter. ", actor=PUBLISHER, now=now, version_number=1)
        send_copy(writing, booking=booking, copy=copy_of(body=GOOD.body + " New."), actor=SPONSOR, now=now)
    assert [(n.version_number, n.author, n.body) for n in creative.notes] == [(1, PUBLISHER, "Shorter.")]
    proof = mark_up(creative)
    assert proof.against == "version 1, which you sent back"
    assert [(run.kind.value, run.text) for run in proof.body][-1] == ("added", "New.")
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "creative")).all()
    assert actions == ["submitted", "changes_requested", "submitted"]


def test_a_first_version_is_marked_up_against_nothing(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        assert mark_up(submitted(writing, booking, now=now)).against == ""


def test_sent_copy_can_be_taken_back_until_it_is_decided(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        take_back_copy(writing, creative=creative, actor=SPONSOR, now=now)
        assert creative.state is CreativeState.DRAFT
        send_copy(writing, booking=booking, copy=GOOD, actor=SPONSOR, now=now)
        approve_copy(writing, creative=creative, actor=PUBLISHER, now=now)
        with pytest.raises(CopyLocked):
            take_back_copy(writing, creative=creative, actor=SPONSOR, now=now)


@pytest.mark.parametrize("state", [CreativeState.SUBMITTED, CreativeState.APPROVED])
def test_copy_that_is_read_or_approved_is_locked(
    session: Session, booking: Booking, now: datetime, state: CreativeState
) -> None:
    with transaction() as writing:
        creative = (submitted if state is CreativeState.SUBMITTED else approved)(writing, booking, now=now)
        with pytest.raises(CopyLocked):
            save_draft(writing, booking=booking, copy=OTHER, actor=SPONSOR, now=now)
        with pytest.raises(CopyLocked):
            submit_copy(writing, creative=creative, actor=SPONSOR, now=now)
    assert current_copy(creative) == GOOD


def test_approved_copy_can_be_opened_again_with_a_note(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = approved(writing, booking, now=now)
        request_changes(writing, creative=creative, note="The offer has ended.", actor=PUBLISHER, now=now)
        save_draft(writing, booking=booking, copy=OTHER, actor=SPONSOR, now=now)
    assert creative.state is CreativeState.CHANGES_REQUESTED


def test_a_decision_is_about_the_version_that_was_read(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        take_back_copy(writing, creative=creative, actor=SPONSOR, now=now)
        send_copy(writing, booking=booking, copy=OTHER, actor=SPONSOR, now=now)
    for decide in (approve_copy, request_changes):
        with pytest.raises(NewerVersion), transaction() as writing:
            note = {"note": "No."} if decide is request_changes else {}
            decide(writing, creative=creative, version_number=1, actor=PUBLISHER, now=now, **note)
    assert creative.state is CreativeState.SUBMITTED


@pytest.mark.parametrize("note", ["", " \n "])
def test_changes_are_asked_for_with_words(session: Session, booking: Booking, now: datetime, note: str) -> None:
    with pytest.raises(NoteMissing), transaction() as writing:
        request_changes(writing, creative=submitted(writing, booking, now=now), note=note, actor=PUBLISHER, now=now)


def test_a_draft_cannot_be_approved(session: Session, booking: Booking, now: datetime) -> None:
    with pytest.raises(InvalidTransition), transaction() as writing:
        creative = save_draft(writing, booking=booking, copy=GOOD, actor=SPONSOR, now=now)
        approve_copy(writing, creative=creative, actor=PUBLISHER, now=now)


def test_after_the_issue_went_out_nothing_moves(session: Session, booking: Booking, now: datetime) -> None:
    with transaction() as writing:
        creative = submitted(writing, booking, now=now)
        mark_issue_sent(writing, issue=booking.slot.issue, now=booking.slot.issue.publish_at)
    acts: list[tuple[object, dict[str, object]]] = [
        (save_draft, {"booking": booking, "copy": OTHER}), (submit_copy, {"creative": creative}),
        (take_back_copy, {"creative": creative}), (approve_copy, {"creative": creative}),
        (request_changes, {"creative": creative, "note": "Late."}),
    ]  # fmt: skip
    for act, values in acts:
        with pytest.raises(CopyClosed, match="has gone out"), transaction() as writing:
            act(writing, actor=SPONSOR, now=now, **values)  # type: ignore[operator]


def test_no_copy_without_a_confirmed_booking(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with pytest.raises(CopyClosed), transaction() as writing:
        order = detailed_order(writing, newsletter, [slot_on(writing, newsletter, DAY)], now=now)
        assert order.bookings[0].state is BookingState.HELD
        save_draft(writing, booking=order.bookings[0], copy=GOOD, actor=SPONSOR, now=now)


def test_the_queue_holds_what_was_sent_nearest_deadline_first(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        places = [booked(writing, newsletter, BEFORE, key, now=now) for key in ("classified", "primary", "sponsored")]
        late = submitted(writing, booking, now=now)
        early = submitted(writing, places[0], copy_of(heading="", body="Six."), now=now)
        save_draft(writing, booking=places[1], copy=OTHER, actor=SPONSOR, now=now)
        approved(writing, places[2], copy_of(body="Seven.", link_url="https://b.example"), now=now)
    assert list_review_queue(session, newsletter.id) == [early, late]
    assert count_review_queue(session, newsletter.id) == 2
    assert list_review_queue(session, newsletter.id + 1) == [] and count_review_queue(session, newsletter.id + 1) == 0
    found = creatives_by_booking(session, [booking.id, 999])
    assert found == {booking.id: late}


def test_a_draft_is_checked_before_it_is_sent(
    session: Session, newsletter: Newsletter, booking: Booking, now: datetime
) -> None:
    with transaction() as writing:
        approved(writing, booked(writing, newsletter, BEFORE, now=now), GOOD, now=now)
    checks = check_draft(session, booking, copy_of(heading="one " * 9), now)
    assert list(checks.problems) == ["heading"]
    assert [one.rule for one in checks.findings] == [CheckRule.SAME_DESTINATION, CheckRule.NEAR_COPY]
    assert (checks.stops, checks.looks) == (1, 2)
    assert "The link leads to tidewatch.example/runbook" in checks.passed
    assert session.scalars(select(Creative).where(Creative.booking_id == booking.id)).all() == []


def test_refusals_are_domain_errors_with_a_sentence() -> None:
    for refusal in (CopyLocked("x"), CopyClosed("x"), NewerVersion(), FindingsOpen("x"), NoteMissing()):
        assert isinstance(refusal, DomainError) and refusal.message
