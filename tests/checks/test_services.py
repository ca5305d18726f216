"""The corpus and its findings: what is written down, what goes, what stays waived."""

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.checks.errors import AlreadyDecided, ReasonMissing
from sponsorship.checks.models import CorpusText, Finding
from sponsorship.checks.queries import find_matches, find_text, list_findings, open_findings_of_issue
from sponsorship.checks.rules import (
    LONGEST_DESTINATION,
    CheckRule,
    CopySource,
    FindingState,
    Reader,
    Severity,
    destination_of,
)
from sponsorship.checks.services import (
    find_duplicates,
    waive_finding,
    withdraw_text,
)
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Newsletter
from tests.factories.checks import BUILDS, WATCH, WATCH_EDITED, day_of, passage, put
from tests.factories.inventory import make_newsletter

LINK = "https://cinderbox.example/runbook"
SPONSOR, DESTINATION = CheckRule.SAME_SPONSOR, CheckRule.SAME_DESTINATION
SAME_COPY, NEAR_COPY = CheckRule.SAME_COPY, CheckRule.NEAR_COPY
OTHERS_COPY, OLD_LINK = CheckRule.OTHERS_COPY, CheckRule.OLD_LINK
Told = list[tuple[CheckRule, Severity, int]]


def told(findings: list[Finding]) -> Told:
    return [(finding.rule, finding.severity, finding.other.issue_number) for finding in findings]


def check(text: CorpusText, now: datetime) -> list[Finding]:
    with transaction() as session:
        return find_duplicates(session, text=session.get_one(CorpusText, text.id), now=now)


def put_one(newsletter: Newsletter, now: datetime, issue_number: int = 812, **more: object) -> CorpusText:
    with transaction() as session:
        return put(session, newsletter, now, issue_number, **more)


@pytest.mark.parametrize(
    ("other_issue", "other", "expected"),
    [
        pytest.param(
            812,
            {"placement_name": "Sponsored"},
            [(DESTINATION, Severity.STOPS), (SAME_COPY, Severity.STOPS), (SPONSOR, Severity.LOOK)],
            id="the whole ad twice in one issue",
        ),
        pytest.param(
            812, {"placement_name": "Sponsored", "body": BUILDS, "url": "https://cinderbox.example/jobs"},
            [(SPONSOR, Severity.LOOK)], id="two ads of one sponsor in one issue",
        ),
        pytest.param(
            812,
            {"placement_name": "Sponsored", "sponsor_name": "Emberjar", "body": WATCH_EDITED, "url": "https://emberjar.example"},
            [(NEAR_COPY, Severity.STOPS)], id="another sponsor's ad in nearly the same words",
        ),
        pytest.param(811, {"body": BUILDS, "url": "https://cinderbox.example/jobs"}, [], id="the same sponsor a week earlier"),
        pytest.param(810, {"body": BUILDS}, [(DESTINATION, Severity.LOOK)], id="the same link two weeks earlier"),
        pytest.param(
            811, {}, [(DESTINATION, Severity.LOOK), (SAME_COPY, Severity.LOOK)], id="the same ad a week earlier"
        ),
        pytest.param(
            813, {"url": ""}, [(SAME_COPY, Severity.LOOK)], id="the same copy a week later, booked and handed in already"
        ),
        pytest.param(
            809, {"source": CopySource.ARCHIVE, "url": f"{LINK}/?utm_campaign=n809", "body": WATCH_EDITED},
            [(DESTINATION, Severity.LOOK), (NEAR_COPY, Severity.LOOK)], id="from the archive, edited, other campaign",
        ),
        pytest.param(808, {}, [(DESTINATION, Severity.LOOK), (SAME_COPY, Severity.LOOK)], id="28 days before"),
        pytest.param(807, {}, [], id="35 days before"),
        pytest.param(
            812, {"body": BUILDS, "url": "https://kestrel.example", "sponsor_name": "Kestrel CI"},
            [(CheckRule.SAME_SLOT, Severity.STOPS)], id="two texts for one slot",
        ),
        pytest.param(
            812, {"placement_name": "Sponsored", "sponsor_name": "Cinderbox Labs", "body": BUILDS, "url": "https://jobs.cinderbox.example"},
            [(SPONSOR, Severity.LOOK)], id="another name under the same web domain",
        ),
        pytest.param(
            700, {"sponsor_name": "Emberjar", "body": WATCH_EDITED.replace("Cinderbox", "Emberjar"), "url": "https://emberjar.example"},
            [(OTHERS_COPY, Severity.LOOK)], id="what another sponsor printed two years ago, edited and under its own name",
        ),
        pytest.param(700, {"url": "https://cinderbox.example/"}, [], id="the sponsor's own copy of two years ago"),
        pytest.param(700, {"body": BUILDS}, [(OLD_LINK, Severity.LOOK)], id="new copy under a link of two years ago"),
        pytest.param(700, {"body": BUILDS, "url": f"{LINK}?utm_campaign=old"}, [], id="the same page, another campaign"),
    ],
)  # fmt: skip
def test_what_is_found_and_how_much_it_weighs(
    session: Session, newsletter: Newsletter, now: datetime, other_issue: int, other: dict[str, object], expected: list[object]
) -> None:  # fmt: skip
    put_one(newsletter, now, other_issue, **other)
    findings = check(put_one(newsletter, now), now)
    assert told(findings) == [(rule, severity, other_issue) for rule, severity in expected]


def test_issues_of_a_monthly_newsletter_are_neighbours_by_number(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        other = put(writing, newsletter, now, 809)
        other.publish_on = day_of(797)
        text = put(writing, newsletter, now)
        assert len(find_duplicates(writing, text=text, now=now)) == 2


def test_another_newsletters_texts_are_not_compared(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        elsewhere = make_newsletter(session, now=now, slug="another")
        put(session, elsewhere, now, placement_name="Sponsored")
    assert check(put_one(newsletter, now), now) == []


def test_an_echo_is_the_same_row_and_never_a_finding(session: Session, newsletter: Newsletter, now: datetime) -> None:
    text = put_one(newsletter, now, source_id=7)
    again = put_one(newsletter, now, source_id=7)
    assert again.id == text.id
    assert check(again, now) == []
    assert session.scalar(select(func.count(CorpusText.id))) == 1


def test_of_many_repeats_the_nearest_link_and_the_likest_copy_are_named(newsletter: Newsletter, now: datetime) -> None:
    put_one(newsletter, now, 808)
    put_one(newsletter, now, 809, url="https://cinderbox.example/other")
    put_one(newsletter, now, 810, body=WATCH_EDITED)
    put_one(newsletter, now, 811, body=WATCH_EDITED, url="")
    findings = check(put_one(newsletter, now), now)
    assert told(findings) == [(DESTINATION, Severity.LOOK, 810), (SAME_COPY, Severity.LOOK, 809)]


def test_checking_twice_writes_nothing_twice(session: Session, newsletter: Newsletter, now: datetime) -> None:
    put_one(newsletter, now, 811)
    text = put_one(newsletter, now)
    assert [f.id for f in check(text, now)] == [f.id for f in check(text, now)]
    assert session.scalar(select(func.count(Finding.id))) == 2


def test_a_finding_goes_with_its_cause_and_comes_back_with_it(newsletter: Newsletter, now: datetime) -> None:
    put_one(newsletter, now, 811)
    text = put_one(newsletter, now, source_id=5)
    first = check(text, now)
    put_one(newsletter, now, source_id=5, body=BUILDS, url="https://cinderbox.example/jobs")
    assert check(text, now) == []
    put_one(newsletter, now, source_id=5)
    assert [f.id for f in check(text, now)] == [f.id for f in first]


def test_one_finding_stands_for_a_pair(session: Session, newsletter: Newsletter, now: datetime) -> None:
    first = put_one(newsletter, now, placement_name="Sponsored")
    second = put_one(newsletter, now)
    assert check(first, now) and check(second, now) == []
    assert {f.text_id for f in open_findings_of_issue(session, newsletter.id, day_of(812))} == {first.id}


def test_changing_the_other_text_clears_the_finding_against_it(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    other = put_one(newsletter, now, source_id=5, placement_name="Sponsored", sponsor_name="Emberjar")
    text = put_one(newsletter, now)
    assert len(check(text, now)) == 3
    put_one(newsletter, now, source_id=5, placement_name="Sponsored", sponsor_name="Emberjar", body=BUILDS, url="")
    check(other, now)
    assert list_findings(session, [text.id]) == []


def test_a_waiver_is_kept_with_its_reason_and_on_the_record(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    put_one(newsletter, now, 811)
    text = put_one(newsletter, now)
    finding = check(text, now)[0]
    with transaction() as writing:
        waive_finding(
            writing,
            finding=writing.get_one(Finding, finding.id),
            reason=" They asked \n first. ",
            actor="imogen",
            now=now,
        )
    assert [f.rule for f in check(text, now)] == [SAME_COPY]
    kept = session.get_one(Finding, finding.id)
    assert (kept.state, kept.waived_by, kept.waived_reason) == (FindingState.WAIVED, "imogen", "They asked first.")
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "finding")).all() == ["waived"]
    assert [f.state for f in list_findings(session, [text.id], only_open=False)] == ["waived", "open"]


def test_a_waiver_does_not_hide_a_new_finding(newsletter: Newsletter, now: datetime) -> None:
    put_one(newsletter, now, 811, url="")
    text = put_one(newsletter, now, source_id=5)
    with transaction() as session:
        for finding in find_duplicates(session, text=session.get_one(CorpusText, text.id), now=now):
            waive_finding(session, finding=finding, reason="Once.", actor="imogen", now=now)
    put_one(newsletter, now, source_id=5, body=WATCH_EDITED)
    assert told(check(text, now)) == [(NEAR_COPY, Severity.LOOK, 811)]


@pytest.mark.parametrize(
    ("reason", "error"), [("", ReasonMissing), (" \t\n ", ReasonMissing), ("Again.", AlreadyDecided)]
)
def test_a_waiver_needs_a_reason_and_an_open_finding(
    newsletter: Newsletter, now: datetime, reason: str, error: type[DomainError]
) -> None:
    put_one(newsletter, now, 811)
    text = put_one(newsletter, now)
    with transaction() as session:
        finding = find_duplicates(session, text=session.get_one(CorpusText, text.id), now=now)[0]
        if error is AlreadyDecided:
            waive_finding(session, finding=finding, reason="Once.", actor="imogen", now=now)
        with pytest.raises(error):
            waive_finding(session, finding=finding, reason=reason, actor="imogen", now=now)


def test_a_withdrawn_text_is_compared_with_nothing(session: Session, newsletter: Newsletter, now: datetime) -> None:
    other = put_one(newsletter, now, source_id=5, placement_name="Sponsored")
    text = put_one(newsletter, now)
    assert len(check(text, now)) == 3
    with transaction() as writing:
        withdraw_text(writing, source=CopySource.CREATIVE, source_id=5, now=now)
    assert list_findings(session, [text.id, other.id]) == check(text, now) == []
    put_one(newsletter, now, source_id=5, placement_name="Sponsored")
    assert len(check(text, now)) == 3


def test_withdrawing_what_is_not_there_does_nothing(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as session:
        assert withdraw_text(session, source=CopySource.CREATIVE, source_id=99, now=now) is None


def test_a_draft_can_be_compared_without_being_written_down(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    put_one(newsletter, now, 811)
    matches = find_matches(session, passage(812, newsletter_id=newsletter.id), now.date())
    assert [match.title for match in matches] == [
        "Same link as your Primary slot a week earlier",
        "Same copy as your Primary slot a week earlier",
    ]
    assert session.scalar(select(func.count(Finding.id))) == 0


def test_a_finding_is_told_to_the_team_in_its_own_words(newsletter: Newsletter, now: datetime) -> None:
    put_one(newsletter, now, 811, sponsor_name="Emberjar", url="")
    text = put_one(newsletter, now)
    with transaction() as session:
        finding = find_duplicates(session, text=session.get_one(CorpusText, text.id), now=now)[0]
        assert finding.title == "Same copy as another sponsor’s Primary slot a week earlier"
        told_to_team = finding.told_to(Reader.PUBLISHER, now.date())
        assert told_to_team.title == "Same copy as the Primary slot of Emberjar a week earlier"


def test_a_link_too_long_for_an_index_is_still_told_apart(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    long, longer = LINK + "/" + "a" * 4000, LINK + "/" + "a" * 4001
    assert len(destination_of(long).encode()) <= LONGEST_DESTINATION
    assert destination_of(long) != destination_of(longer)
    put_one(newsletter, now, 811, url=long, body=BUILDS)
    text = put_one(newsletter, now, url=long)
    assert [f.rule for f in check(text, now)] == [DESTINATION]
    assert destination_of("mailto:a@b.example") == destination_of("") == ""


def test_a_text_is_found_by_its_source(session: Session, newsletter: Newsletter, now: datetime) -> None:
    text = put_one(newsletter, now, source=CopySource.ARCHIVE, source_id=3, body=WATCH)
    assert find_text(session, CopySource.ARCHIVE, 3) == text
    assert find_text(session, CopySource.CREATIVE, 3) is None
