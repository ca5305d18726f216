"""How issues go out and are clicked, by people and by programs."""

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sponsorship.assembly.queries import prepare_issue
from sponsorship.assembly.rules.proof import PrintPurpose
from sponsorship.assembly.services import given_issue, record_proof, save_print
from sponsorship.core.web import page_url
from sponsorship.demo.rules.clicks import Visit, looks_of_the_team, mailing_of, people_of, sales_of, sweeps, visits
from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS
from sponsorship.demo.rules.schedule import PAST_ISSUES, Cell, Deal
from sponsorship.demo.rules.sponsors import SPONSORS
from sponsorship.demo.services.stage import Stage
from sponsorship.inventory.models import Issue
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.queries import find_trap, links_of
from sponsorship.tracking.rules import Hit, LinkPosition
from sponsorship.tracking.rules.conversions import ClickId, Postback
from sponsorship.tracking.services import enter_statistics, forget_readers, record_clicks, record_conversion

PROVED = {
    -3: False,
    -2: True,
    -1: False,
}  # the issues that the publisher has proved, and whether something went wrong in it
BETWEEN = "## In other news\n\nWhat happened this week, [as told elsewhere](https://digest.example/week)."
CLICKS_COME_FOR = timedelta(days=9)
ISSUES_WITH_SALES = 5


def plan_past(stage: Stage, cells: list[Cell]) -> None:
    """Put the issues that went out on the timeline, with their clicks and, a day later, what the mail provider counted."""
    for step in range(-PAST_ISSUES, 0):
        issue = stage.issues[step]
        sold = [cell for cell in cells if cell.step == step and cell.deal is Deal.SALE]
        stage.timeline.at(issue.publish_at, partial(_send, stage, issue))
        counted_at = issue.publish_at + timedelta(days=1, hours=1, minutes=20)
        stage.timeline.at(counted_at, partial(_enter_statistics, stage, issue, step))
        stage.timeline.at(min(issue.publish_at + CLICKS_COME_FOR, stage.now), partial(_click, stage, issue, sold))
    for step, change in PROVED.items():
        at = stage.issues[step].publish_at + timedelta(days=1, hours=2)
        stage.timeline.at(at, partial(_prove, stage, stage.issues[step], change))
    stage.timeline.at(stage.now, partial(_forget, stage))


def _send(stage: Stage, issue: Issue, now: datetime) -> None:
    mark_issue_sent(stage.session, issue=issue, now=now)


def _prove(stage: Stage, issue: Issue, change: bool, now: datetime) -> None:
    """The publisher gives the issue as it was sent; a changed one has lost the last words of its last block, and owes a run."""
    prepared = prepare_issue(stage.session, issue, now, lambda token: page_url("tracking.follow_link", token=token))
    ready = [block for block in prepared.blocks if block.is_ready]
    texts = [block.markdown for block in ready]
    last = next(at for at in range(len(ready) - 1, -1, -1) if not ready[at].is_echo)
    if change:
        body, link = texts[last].rsplit("\n<br>", 1)
        texts[last] = f"{' '.join(body.split(' ')[:-4])}.\n<br>{link}"
    source = f"# {stage.newsletter.name}, No. {issue.number}\n\n" + "".join(
        f"{text}\n\n{BETWEEN}\n\n" for text in texts
    )
    save_print(
        stage.session, issue=issue, purpose=PrintPurpose.PROOF, given=given_issue(source, None), actor=PUBLISHER_ADDRESS,
        now=now,
    )  # fmt: skip
    booking = ready[last].view.booking
    owed = [booking.id] if change and booking else []
    record_proof(stage.session, issue=issue, owed=owed, actor=PUBLISHER_ADDRESS, now=now)


def _enter_statistics(stage: Stage, issue: Issue, step: int, now: datetime) -> None:
    mailing = mailing_of(step, stage.chance("mailing", step))
    enter_statistics(stage.session, issue=issue, **asdict(mailing), entered_by=PUBLISHER_ADDRESS, now=now)


def _click(stage: Stage, issue: Issue, sold: list[Cell], now: datetime) -> None:
    links = links_of(stage.session, [stage.booking_of(cell).id for cell in sold])
    hits = [
        hit
        for cell in sold
        for hit in _hits(issue, cell, links[stage.booking_of(cell).id], stage.chance("clicks", *cell.place))
        if hit.at <= now
    ]
    hits += [hit for hit in _of_sweeps(stage, issue, links) if hit.at <= now]
    if hits:
        record_clicks(stage.session, hits=hits)
    for cell in sold:
        if cell.step >= -ISSUES_WITH_SALES and cell.placement == "primary":
            _sell(stage, links[stage.booking_of(cell).id][LinkPosition.HEAD], [hit.at for hit in hits], now)


def _sell(stage: Stage, link: TrackedLink, clicked: list[datetime], now: datetime) -> None:
    """What a sponsor's own site reported of those who clicked."""
    chance = stage.chance("sales", link.id)
    for visitor, event, worth in sales_of(min(len(clicked), 300), chance):
        click = ClickId(link.id, int(clicked[visitor].timestamp()), f"{visitor:016x}")
        report = Postback(click, event, worth, "USD" if worth else None)
        record_conversion(stage.session, postback=report, now=now)


def _hits(issue: Issue, cell: Cell, links: dict[LinkPosition, TrackedLink], chance: Random) -> list[Hit]:
    people = people_of(cell.placement, SPONSORS[cell.sponsor].draw, cell.step, chance)
    found = visits(issue.publish_at, people, is_echoed=LinkPosition.FOOT in links, random=chance)
    found += looks_of_the_team(issue.publish_at, chance)
    return [_hit(links[LinkPosition.FOOT if visit.at_foot else LinkPosition.HEAD], visit) for visit in found]


def _of_sweeps(stage: Stage, issue: Issue, links: dict[int, dict[LinkPosition, TrackedLink]]) -> list[Hit]:
    """What programs that follow one link after another do to an issue, its trap included."""
    trap = find_trap(stage.session, issue.id)
    printed = sorted((link for of_booking in links.values() for link in of_booking.values()), key=lambda link: link.id)
    targets = [*printed, *([trap] if trap else [])]
    found = sweeps(issue.publish_at, len(printed), stage.chance("sweeps", issue.number))
    return [_hit(targets[number], visit) for number, visit in found if printed and number < len(targets)]


def _hit(link: TrackedLink, visit: Visit) -> Hit:
    return Hit(
        link_id=link.id, at=visit.at, address=visit.address, user_agent=visit.user_agent, method=visit.method,
        purposes=visit.purposes, is_team=visit.is_team,
    )  # fmt: skip


def _forget(stage: Stage, now: datetime) -> None:
    forget_readers(stage.session, now=now)
