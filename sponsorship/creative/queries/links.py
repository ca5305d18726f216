"""What is known about the links of copy: what shows without following them, what came of it, and where they lead as printed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, selectinload

from sponsorship.booking.models import Booking
from sponsorship.checks.models import LinkCheck
from sponsorship.checks.queries import link_checks
from sponsorship.checks.rules import LinkFinding, LinkVerdict, Reader, look_at_links, tell_probe, with_utm
from sponsorship.core.format import moment
from sponsorship.core.text import slugify
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.queries.copy import current_copy
from sponsorship.creative.queries.deadline import get_copy_policy
from sponsorship.creative.render import inline_links, plain_text, shown_address
from sponsorship.creative.rules import NO_COPY, Copy, CreativeState
from sponsorship.inventory.models import Issue, Slot
from sponsorship.inventory.rules import IssueState
from sponsorship.sponsors.models import Sponsor

BEFORE_ISSUE = timedelta(hours=4)  # links are followed again on the morning of the issue
SENT = (CreativeState.SUBMITTED, CreativeState.APPROVED, CreativeState.LOCKED)


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What is known about the links of one ad: what was found, and what passed, as sentences."""

    findings: list[LinkFinding]
    passed: list[str]


def urls_of(copy: Copy) -> list[str]:
    """Return every link of copy, the ad's own first, each once."""
    return [url for url in dict.fromkeys([copy.link_url, *(url for _, url in inline_links(copy.body))]) if url]


def report_links(
    session: Session, ads: Sequence[tuple[Booking, Copy]], reader: Reader = Reader.PUBLISHER
) -> list[LinkReport]:
    """Return what is known about the links of each of these ads, which are one newsletter's, as they stand; in two queries.

    A sponsor is told nothing that names another sponsor.
    """
    if not ads:
        return []
    query = select(Sponsor.id, Sponsor.name, Sponsor.domain)
    query = query.where(Sponsor.newsletter_id == ads[0][0].slot.issue.newsletter_id)
    sponsors = session.execute(query).all()
    known = link_checks(session, {url for _, copy in ads for url in urls_of(copy)})
    reports = []
    for booking, copy in ads:
        others = {name: domain or "" for sponsor_id, name, domain in sponsors if sponsor_id != booking.sponsor_id}
        others = others if reader is Reader.PUBLISHER else {}
        reports.append(_report(booking, copy, others, known))
    return reports


def _report(booking: Booking, copy: Copy, others: Mapping[str, str], known: Mapping[str, LinkCheck]) -> LinkReport:
    own, zone = booking.sponsor.name if booking.sponsor else "", booking.slot.issue.newsletter.timezone
    words = f"{copy.heading}\n{plain_text(copy.body)}\n{copy.link_text}"
    findings = look_at_links(copy.link_url, words, inline_links(copy.body), sponsor=own, others=others)
    passed = []
    for url in urls_of(copy):
        row = known.get(url)
        if row is None:
            continue
        if finding := tell_probe(url, row.probe):
            findings.append(finding)
        elif row.verdict in (LinkVerdict.FINE, LinkVerdict.GUARDED) and row.checked_at:
            passed.append(f"{shown_address(url)} answered {row.status} on {moment(row.checked_at, zone)}")
        elif row.verdict is LinkVerdict.MADE_UP:
            passed.append(f"{shown_address(url)} is a made-up name of the demo, so it is not followed")
        elif row.verdict is LinkVerdict.WAITING:
            passed.append(f"{shown_address(url)} is followed in a moment")
    return LinkReport(findings, passed)


def link_findings_of(session: Session, booking_ids: Collection[int]) -> list[tuple[Booking, LinkFinding]]:
    """Return what is found about the links of copy that was sent for these bookings."""
    query = select(Creative).where(Creative.booking_id.in_(booking_ids), Creative.state.in_(SENT)).order_by(Creative.id)
    query = query.options(selectinload(Creative.versions), selectinload(Creative.booking, Booking.sponsor))
    ads = [(creative.booking, current_copy(creative) or NO_COPY) for creative in session.scalars(query)]
    reports = report_links(session, ads)
    return [(ad[0], finding) for ad, report in zip(ads, reports, strict=True) for finding in report.findings]


def list_morning_links(session: Session, now: datetime) -> list[tuple[datetime, list[str]]]:
    """Return the links of issues that go out within four hours, each with the moment since which they must have been followed."""
    query = (
        select(Creative, Issue.publish_at)
        .join(Booking, Creative.booking_id == Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(Creative.state.in_(SENT), Issue.state == IssueState.PLANNED)
        .where(Issue.publish_at > now, Issue.publish_at <= now + BEFORE_ISSUE)
    )
    rows = session.execute(query).all()
    return [(publish_at - BEFORE_ISSUE, urls_of(current_copy(creative) or NO_COPY)) for creative, publish_at in rows]


def list_approved_with_link(session: Session, url: str) -> list[Creative]:
    """Return approved copy of issues that are still to come whose own link this is."""
    latest = and_(CreativeVersion.creative_id == Creative.id, CreativeVersion.number == Creative.version_number)
    query = (
        select(Creative)
        .join(CreativeVersion, latest)
        .join(Booking, Creative.booking_id == Booking.id)
        .join(Slot, Booking.slot_id == Slot.id)
        .join(Issue, Slot.issue_id == Issue.id)
        .where(CreativeVersion.link_url == url, Issue.state == IssueState.PLANNED)
        .where(Creative.state.in_((CreativeState.APPROVED, CreativeState.LOCKED)))
        .order_by(Creative.id)
    )
    return list(session.scalars(query))


def outgoing_url(session: Session, creative: Creative) -> str:
    """Return where the ad's link leads as printed: with the newsletter's campaign parameters, where it adds them."""
    url, slot = (current_copy(creative) or NO_COPY).link_url, creative.booking.slot
    policy, issue = get_copy_policy(session, slot.issue.newsletter_id), slot.issue
    if not policy.adds_utm:
        return url
    names = {
        "newsletter": issue.newsletter.slug, "number": str(issue.number), "date": issue.publish_on.isoformat(),
        "placement": slot.placement.key,
        "sponsor": slugify(creative.booking.sponsor.name) if creative.booking.sponsor else "",
    }  # fmt: skip
    wanted = {"utm_source": policy.utm_source, "utm_medium": policy.utm_medium, "utm_campaign": policy.utm_campaign}
    for key, pattern in wanted.items():
        for name, value in names.items():
            pattern = pattern.replace(f"{{{name}}}", value)
        wanted[key] = pattern
    return with_utm(url, wanted)
