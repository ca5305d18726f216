"""Commands for past issues: look at what they hold, or take it into the database."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from sponsorship.archive.errors import UnreadableIssue
from sponsorship.archive.reader import read_issue, scan_line
from sponsorship.archive.rules import ReadIssue
from sponsorship.archive.services import ImportedIssue, ImportOutcome, import_issue, make_sure_of_newsletter
from sponsorship.core import clock
from sponsorship.core.db import transaction
from sponsorship.core.errors import DomainError
from sponsorship.inventory.queries import get_newsletter

group = AppGroup("archive", help="Past issues: scan and import them.")
KINDS = {".md", ".markdown", ".html", ".htm", ".txt"}
LARGEST_BYTES = 4 * 1024 * 1024


def issue_files(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Yield each issue's name and file: files as given, folders read through in order of name.

    The name is what the user typed, for a file in a folder with the way to it: a folder can tell the newsletter.
    """
    for path in paths:
        if path.is_dir():
            found = sorted(each for each in path.rglob("*") if each.is_file() and each.suffix.lower() in KINDS)
            yield from ((str(each), each) for each in found)
        else:
            yield str(path), path


def read_file(name: str, path: Path) -> tuple[ReadIssue, str]:
    """Return what a file holds and its SHA-256; raises UnreadableIssue with the reason."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UnreadableIssue("The file is larger than 4 MB: an issue is not.")
        content = path.read_bytes()
    except OSError as refused:
        raise UnreadableIssue(f"The file cannot be opened: {refused.strerror}.") from refused
    return read_issue(name, content), hashlib.sha256(content).hexdigest()


@group.command("scan")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per issue.")
def scan(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say which placements past issues hold.

    PATHS are files or folders; nothing is changed. An unreadable file is named with the reason.
    """
    unread = 0
    for name, path in issue_files(paths):
        try:
            issue, _ = read_file(name, path)
        except UnreadableIssue as refused:
            unread += 1
            click.echo(f"{name}: {refused.message}", err=True)
            continue
        click.echo(json.dumps(scan_line(issue), ensure_ascii=False) if as_json else _summary(issue))
    if unread:
        raise SystemExit(1)


def _summary(issue: ReadIssue) -> str:
    found = ", ".join(f"{each.slot.label} ({each.sponsor or 'no name'})" for each in issue.placements)
    return f"{issue.path_name}: {issue.published_on or 'no date'}: {found or 'no placements'}"


@group.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--newsletter", "slug", help="The newsletter they belong to; by default the one that each issue names.")
def import_archive(paths: tuple[Path, ...], slug: str | None) -> None:
    """Build issues, sponsors and bookings from PATHS.

    PATHS are files or folders. What was imported before stays as it is; an unreadable file is named with the reason.
    """
    imported = known = refused_files = bookings = questions = 0
    for name, path in issue_files(paths):
        try:
            result = _import_file(name, path, slug)
        except DomainError as refused:
            refused_files += 1
            click.echo(f"{name}: {refused.message}", err=True)
            continue
        imported += result.outcome is ImportOutcome.IMPORTED
        known += result.outcome is ImportOutcome.KNOWN
        bookings, questions = bookings + result.bookings, questions + result.questions
    click.echo(
        f"{imported} issues imported with {bookings} bookings; {known} were there already; {refused_files} could not be read."
    )
    if questions:
        click.echo(f"{questions} finds are doubtful: they are noted with their issue and are no bookings.")
    if refused_files:
        raise SystemExit(1)


def _import_file(name: str, path: Path, slug: str | None) -> ImportedIssue:
    read, digest = read_file(name, path)
    if slug is None and read.newsletter is None:
        raise UnreadableIssue("The file does not say which newsletter it is of: give --newsletter.")
    now = clock.now()
    with transaction() as session:
        newsletter = (
            get_newsletter(session, slug)
            if slug
            else make_sure_of_newsletter(session, name=read.newsletter or "", now=now)
        )
        return import_issue(session, newsletter=newsletter, read=read, file_name=name, digest=digest, now=now)
