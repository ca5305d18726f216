"""How copy comes about: written, sent, sometimes sent back, approved."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sponsorship.checks.rules import LinkVerdict, Probe
from sponsorship.checks.services import record_probe
from sponsorship.creative.rules import Copy, Side
from sponsorship.creative.services import (
    add_comment,
    approve_copy,
    edit_copy,
    make_writer_link,
    request_changes,
    save_draft,
    submit_copy,
)
from sponsorship.demo.rules.copy import ADS, CHANGES_NOTE, FIRST_TRY_NOTE, SAME_AGAIN, Ad, first_try
from sponsorship.demo.rules.newsletter import INVOICE_DAYS, PUBLISHER_ADDRESS
from sponsorship.demo.rules.schedule import Cell, CopyStep, MoneyStep, count_runs
from sponsorship.demo.rules.sponsors import SPONSORS
from sponsorship.demo.services.stage import Stage
from sponsorship.inventory.services import today_of

HOUR = timedelta(hours=1)
QUESTION = "Is the offer still good on Sunday? Some readers open this on Monday."
REPLY = "It is good all week. We can say so, if there is room."
EDIT_REASON = "A link text that says what happens when one follows it."
EDITED_LINK_TEXT = "See how it works"
WRITER = "Ines Marchetti, copywriter"
NEEDS_TWO_TRIES = 0.14  # of the ads that ran


def plan_copy(stage: Stage, cells: Sequence[Cell]) -> None:
    """Put the copy of everything sold on the timeline, as far as it has come."""
    for cell, turn in count_runs(list(cells)):
        ads = ADS[cell.placement][cell.sponsor]
        ad = SAME_AGAIN[cell.sponsor] if cell.says_the_same else ads[turn % len(ads)]
        if cell.copy is CopyStep.REVIEW:
            _plan_review(stage, cell, ad)
        elif cell.copy is CopyStep.CHANGES:
            stage.timeline.at(stage.moment(-2, 10, 12), partial(_send, stage, cell, ad))
            stage.timeline.at(stage.moment(-1, 11, 20), partial(_ask_for_changes, stage, cell, CHANGES_NOTE))
        elif cell.step < 0 or cell.copy is CopyStep.APPROVED:
            _plan_approved(stage, cell, ad)


def plan_talk(stage: Stage, cells: Sequence[Cell]) -> None:
    """What is said and done beside the copy of the next issues: comments, an edit that awaits consent, a broken link, a link.

    Each on the first cell that has come so far; yesterday and today, so that a visitor finds it fresh.
    """
    in_review = [cell for cell in cells if cell.copy is CopyStep.REVIEW]
    changing = [cell for cell in cells if cell.copy is CopyStep.CHANGES]
    for cell in in_review[:1]:
        stage.timeline.at(stage.moment(-1, 17, 40), partial(_say, stage, cell, QUESTION, Side.PUBLISHER))
        stage.timeline.at(stage.moment(-1, 18, 5), partial(_say, stage, cell, REPLY, Side.SPONSOR))
    for cell in in_review[1:2]:
        stage.timeline.at(stage.moment(-1, 18, 20), partial(_edit, stage, cell))
    for cell in in_review[-1:]:
        stage.timeline.at(stage.moment(-1, 18, 40), partial(_break_link, stage, cell))
    for cell in changing[:1]:
        stage.timeline.at(stage.moment(-1, 18, 50), partial(_invite_writer, stage, cell))


def _say(stage: Stage, cell: Cell, words: str, side: Side, now: datetime) -> None:
    actor = PUBLISHER_ADDRESS if side is Side.PUBLISHER else SPONSORS[cell.sponsor].address
    add_comment(stage.session, booking=stage.booking_of(cell), body=words, side=side, actor=actor, now=now)


def _edit(stage: Stage, cell: Cell, now: datetime) -> None:
    creative = stage.creatives[cell.place]
    before = creative.versions[-1].copy
    edited = Copy(before.heading, before.body, before.link_url, EDITED_LINK_TEXT)
    edit_copy(stage.session, creative=creative, copy=edited, why=EDIT_REASON, actor=PUBLISHER_ADDRESS, now=now)


def _break_link(stage: Stage, cell: Cell, now: datetime) -> None:
    url = stage.creatives[cell.place].versions[-1].link_url
    record_probe(stage.session, url=url, probe=Probe(LinkVerdict.BROKEN, 404, url), now=now)


def _invite_writer(stage: Stage, cell: Cell, now: datetime) -> None:
    sponsor = SPONSORS[cell.sponsor]
    make_writer_link(
        stage.session, booking=stage.booking_of(cell), name=WRITER, days=14, actor=sponsor.address, now=now
    )


def _plan_review(stage: Stage, cell: Cell, ad: Ad) -> None:
    """Copy came yesterday and waits to be read; what took two tries had been sent back the day before."""
    if cell.took_two_tries:
        stage.timeline.at(stage.moment(-3, 17, 30), partial(_send, stage, cell, first_try(ad)))
        stage.timeline.at(stage.moment(-2, 9, 10), partial(_ask_for_changes, stage, cell, FIRST_TRY_NOTE))
    chance = stage.chance("copy", *cell.place)
    stage.timeline.at(stage.moment(-1, chance.randint(9, 16), chance.randrange(60)), partial(_send, stage, cell, ad))


def _plan_approved(stage: Stage, cell: Cell, ad: Ad) -> None:
    """Copy comes in the days before its deadline, and at least two days ago; some of it has to come twice."""
    chance = stage.chance("copy", *cell.place)
    due_in = (today_of(stage.newsletter, stage.slot_of(cell).deadlines.copy_due_at) - stage.day).days
    days = min(due_in - chance.choice((0, 0, 1, 1, 2, 3)), -2)
    sent_at = stage.moment(days, chance.randint(9, 16), chance.randrange(60))
    if cell.money is MoneyStep.OPEN:
        sent_at = max(sent_at, stage.moment(cell.due_in - INVOICE_DAYS, 12))  # it was booked that morning
    if cell.step < 0 and not cell.stands_alone and chance.random() < NEEDS_TWO_TRIES:
        stage.timeline.at(sent_at - 30 * HOUR, partial(_send, stage, cell, first_try(ad)))
        stage.timeline.at(sent_at - 22 * HOUR, partial(_ask_for_changes, stage, cell, FIRST_TRY_NOTE))
    stage.timeline.at(sent_at, partial(_send, stage, cell, ad))
    read_at = sent_at + timedelta(minutes=chance.randint(25, 240))
    stage.timeline.at(read_at, partial(_approve, stage, cell))


def _send(stage: Stage, cell: Cell, ad: Ad, now: datetime) -> None:
    actor, text = SPONSORS[cell.sponsor].address, Copy(ad.heading, ad.body, ad.link_url, ad.link_text)
    booking = stage.booking_of(cell)
    creative = save_draft(stage.session, booking=booking, copy=text, actor=actor, now=now - timedelta(minutes=12))
    submit_copy(stage.session, creative=creative, actor=actor, now=now)
    stage.creatives[cell.place] = creative


def _ask_for_changes(stage: Stage, cell: Cell, note: str, now: datetime) -> None:
    request_changes(stage.session, creative=stage.creatives[cell.place], note=note, actor=PUBLISHER_ADDRESS, now=now)


def _approve(stage: Stage, cell: Cell, now: datetime) -> None:
    approve_copy(stage.session, creative=stage.creatives[cell.place], actor=PUBLISHER_ADDRESS, now=now)
