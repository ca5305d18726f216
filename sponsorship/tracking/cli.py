"""Commands of tracking: move the spool, say how it stands, judge clicks anew, tell programs from browsers."""

import csv
import json
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import TextIO

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from sponsorship.core import clock
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.doctor import Remark, ill, well
from sponsorship.core.web import settings
from sponsorship.inventory.models import Issue
from sponsorship.tracking import flows, queries, services
from sponsorship.tracking.fastlane import Importer, spool_state
from sponsorship.tracking.queries.sums import links_of_issue, sums_kept, sums_of_clicks
from sponsorship.tracking.rules import RULES_VERSION
from sponsorship.tracking.rules.exports import ExportColumn, guess_columns, missing_columns
from sponsorship.tracking.services.robots import robot_kind

MUCH_UNREAD_BYTES = 64 * 1024 * 1024

group = AppGroup("tracking", help="Clicks: the spool, the rules, what the mail provider counted.")


@group.command("import-spool")
def import_spool() -> None:
    """Move what web servers spooled into the database.

    The worker does it all the time; this is for a server whose worker is stopped.
    """
    done = flows.import_spool(Importer(settings().spool_dir), clock.now())
    click.echo(f"{done.clicks} clicks imported, {done.damaged} damaged lines left out, {done.files} files finished.")


@group.command("status")
def status() -> None:
    """Say how clicks stand: what waits in the spool, what was lost or damaged.

    Ends with an error where readers were sent on and their clicks could not be kept.
    """
    state = spool_state(settings().spool_dir)
    try:
        kept = queries.spool_sums(db.session(), state.lost_by_file)
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"The database does not answer ({type(error).__name__}). {state.files} spool files with {state.size_bytes} bytes "
            "wait for it; readers are sent on, and their clicks will be imported."
        ) from None
    click.echo(f"{kept.clicks} clicks imported from {kept.files} spool files.")
    click.echo(
        f"{state.files} spool files, {state.size_bytes} bytes, {max(state.size_bytes - kept.read_bytes, 0)} of them unread."
    )
    if kept.damaged:
        click.echo(f"{kept.damaged} damaged lines were left out: a server or its disk stopped in the middle of them.")
    if kept.lost:
        raise click.ClickException(
            f"{kept.lost} clicks were lost: their readers were sent on while {settings().spool_dir} could not be written. "
            "Make room on that disk."
        )
    click.echo("No click was lost.")


@group.command("recompute")
@click.option("--issue", "issue_id", type=int, help="One issue, by its id; without it, every issue with clicks.")
def recompute(issue_id: int | None) -> None:
    """Judge clicks anew, by the rules as they are now.

    Says for each issue how many verdicts changed.
    """
    ids = [issue_id] if issue_id is not None else queries.issues_with_clicks(db.session())
    for one in ids:
        with transaction() as session:
            issue = session.get(Issue, one)
            if issue is None:
                raise click.ClickException(f"There is no issue {one}.")
            label = f"No. {issue.number} of {issue.newsletter.name}"
            done = services.recompute_issue(session, issue=issue, recomputed_by="command line", now=clock.now())
        kept = f", {done.forgotten} past retention left as they were" if done.forgotten else ""
        click.echo(f"{label}: {done.judged} clicks judged by rules {RULES_VERSION}, {done.changed} changed{kept}.")


@group.command("check")
def check() -> None:
    """Add up every single click anew and compare with the sums that all pages read.

    Ends with an error where they differ; `tracking recompute` puts an issue right.
    """
    session, wrong = db.session(), 0
    for issue_id in queries.issues_with_clicks(session):
        links = links_of_issue(session, issue_id)
        kept = sums_kept(session, links)
        if differing := kept.differing(sums_of_clicks(session, links)):
            wrong += 1
            click.echo(
                f"Issue {issue_id}: {len(differing)} of {len(kept.hours)} hours are not the sum of their clicks."
            )
        session.expunge_all()
    if wrong:
        raise click.ClickException("Put an issue right with: flask --app app tracking recompute --issue ID")
    click.echo("Every hour is the sum of its clicks.")


@group.command("import-clicks")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--issue", "issue_id", type=int, required=True, help="The issue whose clicks these are, by its id.")
@click.option("--column", "corrections", multiple=True, metavar="WHAT=HEADING", help="Say which column is what.")
@click.option("--dry-run", is_flag=True, help="Only show which column was taken for what.")
def import_clicks(file: TextIO, issue_id: int, corrections: tuple[str, ...], dry_run: bool) -> None:
    """Import the mail provider's click export for one issue.

    Columns are guessed from their headings and shown; the same file again changes nothing.
    """
    heading = file.readline()
    header = next(csv.reader([heading]), [])
    columns = guess_columns(header) | _corrections(corrections, header)
    for column in ExportColumn:
        click.echo(f"{column.value:12} {columns.get(column, '-')}")
    if missing := missing_columns(columns):
        words = ", ".join(column.value for column in missing)
        raise click.UsageError(f"No column was found for {words}. Name it: --column {missing[0].value}=HEADING")
    if dry_run:
        return
    started = time.monotonic()

    def tell(rows: int) -> None:
        click.echo(f"{rows:,} rows, {rows / (time.monotonic() - started):,.0f} a second", err=True)

    with transaction() as session:
        issue = session.get(Issue, issue_id)
        if issue is None:
            raise click.ClickException(f"There is no issue {issue_id}.")
        done = services.import_export(
            session, issue=issue, lines=chain([heading], file), columns=columns, secret=settings().secret_key.encode(),
            progress=tell,
        )  # fmt: skip
    for bad in done.bad_rows:
        click.echo(f"line {bad.line}: {bad.reason}", err=True)
    left_out = f", {done.bad:,} left out" if done.bad else ""
    click.echo(f"{done.rows:,} rows read, {done.new:,} new clicks{left_out}.")


def _corrections(given: Iterable[str], header: list[str]) -> dict[ExportColumn, str]:
    found = {}
    for one in given:
        what, _, name = one.partition("=")
        if what not in list(ExportColumn) or name not in header:
            raise click.UsageError(
                f"{one}: write WHAT=HEADING, WHAT one of {', '.join(ExportColumn)}, HEADING one of {', '.join(header)}."
            )
        found[ExportColumn(what)] = name
    return found


@group.command("classify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in place of three columns.")
def classify(as_json: bool) -> None:
    """Tell programs from people's browsers.

    Reads user-agent strings from standard input, one a line, and prints what each is.
    """
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.stdout.writelines(_classified(sys.stdin, as_json))


def _classified(lines: Iterable[str], as_json: bool) -> Iterator[str]:
    known: dict[str, str] = {}
    for line in lines:
        answer = known.get(line)
        if answer is None:
            agent = line.rstrip("\r\n")
            kind = robot_kind(agent)
            if as_json:
                answer = json.dumps({"ua": agent, "bot": kind is not None, "reason": kind}, ensure_ascii=False) + "\n"
            else:
                answer = f"{'bot' if kind else 'browser'}\t{kind or ''}\t{agent}\n"
            if len(known) < 200_000:
                known[line] = answer
        yield answer


def examine_clicks(session: Session, loaded: Settings, _now: datetime) -> Iterator[Remark]:
    """For the doctor: whether every click that was answered is kept, and none waits for long."""
    state = spool_state(loaded.spool_dir)
    kept = queries.spool_sums(session, state.lost_by_file)
    unread = max(state.size_bytes - kept.read_bytes, 0)
    if kept.lost:
        yield ill(
            f"{kept.lost} clicks were lost: the spool could not be written.", f"Make room for {loaded.spool_dir}."
        )
    elif unread > MUCH_UNREAD_BYTES:
        yield ill(f"{unread // 1024**2} MB of clicks wait to be imported.", "Is the worker running?")
    else:
        yield well("No click was lost, and none waits for long.")
