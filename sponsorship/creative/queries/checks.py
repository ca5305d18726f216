"""What the checks say about copy, whether it was sent or is being written."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.booking.models import Booking
from sponsorship.checks.models import CorpusText
from sponsorship.checks.queries import Evidence, evidence_of, find_matches, find_text, list_findings, settled_marks
from sponsorship.checks.rules import (
    CheckRule,
    CopySource,
    FindingState,
    LinkFinding,
    Passage,
    Reader,
    Severity,
    destination_of,
)
from sponsorship.creative.models import Creative
from sponsorship.creative.queries.copy import copy_limits, current_copy, find_creative
from sponsorship.creative.queries.links import report_links
from sponsorship.creative.render import plain_text, shown_address
from sponsorship.creative.rules import NO_COPY, Copy, copy_problems


@dataclass(frozen=True, slots=True)
class Checks:
    """What the checks say about copy: sentences of the limits, findings with their evidence, and what passed."""

    problems: dict[str, str] = field(default_factory=dict)
    findings: list[Evidence] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    links: list[LinkFinding] = field(default_factory=list)

    @property
    def stops(self) -> int:
        """How many things stop it."""
        return len(self.problems) + sum(one.severity is Severity.STOPS for one in self.findings)

    @property
    def looks(self) -> int:
        """How many things to look at; what is found about a link is one, for it keeps nobody from sending or approving."""
        return sum(one.severity is Severity.LOOK for one in self.findings) + len(self.links)


def passage_of(booking: Booking, creative_id: int, copy: Copy) -> Passage:
    """Return a booking's copy as the checks compare it: plain words, the link in its normal form."""
    issue = booking.slot.issue
    return Passage(
        newsletter_id=issue.newsletter_id,
        source=CopySource.CREATIVE,
        source_id=creative_id,
        issue_number=issue.number,
        publish_on=issue.publish_on,
        placement_name=booking.slot.name,
        sponsor_id=booking.sponsor_id,
        sponsor_name=booking.sponsor.name if booking.sponsor else "",
        heading=copy.heading,
        body=plain_text(copy.body),
        url=copy.link_url,
        destination=destination_of(copy.link_url),
    )


def check_draft(session: Session, booking: Booking, copy: Copy, now: datetime) -> Checks:
    """Return what the checks say about copy as it stands, written down or not, told to the sponsor; writes nothing."""
    creative = find_creative(session, booking.id)
    passage = passage_of(booking, creative.id if creative else 0, copy)
    text = find_text(session, CopySource.CREATIVE, creative.id) if creative else None
    settled = settled_marks(session, text.id) if text else set()
    matches = find_matches(session, passage, now.date(), skipped=settled)
    told = [match for match in matches if match.rule is not CheckRule.EDITORIAL_LINK]  # that is the publisher's to know
    findings = [evidence_of(match, passage, reader=Reader.SPONSOR, today=now.date()) for match in told]
    problems = copy_problems(copy, copy_limits(booking.slot.placement))
    waived = (
        [f for f in list_findings(session, [text.id], only_open=False) if f.state is FindingState.WAIVED]
        if text
        else []
    )
    passed = [f"Allowed by the publisher: {finding.title}" for finding in waived]
    report = report_links(session, [(booking, copy)], Reader.SPONSOR)[0]
    passed = _passed(booking, copy, problems, findings) + report.passed + passed
    return Checks(problems, findings, passed, report.findings)


def list_queue_checks(session: Session, creatives: Collection[Creative], now: datetime) -> dict[int, Checks]:
    """Return the findings on copy that was sent, told to the publisher, by creative id; waived ones stand in `passed`."""
    texts = _texts_of(session, [creative.id for creative in creatives])
    found = list_findings(session, [text.id for text in texts.values()], only_open=False)
    ads = [(creative.booking, current_copy(creative) or NO_COPY) for creative in creatives]
    reports = dict(zip((creative.id for creative in creatives), report_links(session, ads), strict=True))
    checks = {}
    for creative in creatives:
        text = texts.get(creative.id)
        ours = [finding for finding in found if text is not None and finding.text_id == text.id]
        told = [evidence_of(one, one.text.passage, reader=Reader.PUBLISHER, today=now.date()) for one in ours]
        findings = [evidence for evidence in told if not evidence.waived]
        copy = current_copy(creative) or NO_COPY
        waivers = [f"Allowed: {evidence.title}. {evidence.waived}" for evidence in told if evidence.waived]
        report = reports[creative.id]
        passed = _passed(creative.booking, copy, {}, findings) + report.passed + waivers
        checks[creative.id] = Checks({}, findings, passed, report.findings)
    return checks


def _texts_of(session: Session, creative_ids: Collection[int]) -> dict[int, CorpusText]:
    query = select(CorpusText).where(CorpusText.source == CopySource.CREATIVE, CorpusText.source_id.in_(creative_ids))
    return {text.source_id: text for text in session.scalars(query)}


def _passed(booking: Booking, copy: Copy, problems: dict[str, str], findings: list[Evidence]) -> list[str]:
    """The checks that found nothing, as sentences."""
    limits, number, passed = copy_limits(booking.slot.placement), booking.slot.issue.number, []
    rules = {one.rule for one in findings}
    if not problems.keys() & {"heading", "body"}:
        passed.append(f"Within {limits.heading} and {limits.body} {limits.unit.label}")
    if "link_url" not in problems:
        passed.append(f"The link leads to {shown_address(copy.link_url)}")
        if CheckRule.SAME_DESTINATION not in rules:
            passed.append(f"No other ad in No. {number} or near it leads there")
    if copy.body.strip() and not rules & {CheckRule.SAME_COPY, CheckRule.NEAR_COPY}:
        passed.append(f"The words are new: not in No. {number}, nor near it")
    if CheckRule.SAME_SPONSOR not in rules:
        passed.append(f"No second ad of the same sponsor in No. {number}")
    return passed
