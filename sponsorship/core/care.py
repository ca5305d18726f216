"""Commands that keep an installation well: backup, restore, doctor."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from sponsorship.core import clock
from sponsorship.core.backup import back_up, bring_back, drop_old, holds_work, prove, read_manifest
from sponsorship.core.db import db
from sponsorship.core.doctor import Remark, examine, known_revisions
from sponsorship.core.errors import DomainError
from sponsorship.core.web import settings

Audit = Callable[[Session], Sequence[str]]


def init_care(app: Flask) -> None:
    """Register the commands on an application; the composition root lists the features' AUDITS and EXAMINATIONS."""
    for command in (backup, restore, doctor):
        app.cli.add_command(command)


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), help="Delete all but this many of the folder's backups afterwards.")
@click.option("--scratch", metavar="URL", help="An empty PostgreSQL database to prove the backup in.")
@with_appcontext
def backup(folder: Path | None, keep: int | None, scratch: str | None) -> None:
    """Back the installation up, while it works, and prove the backup by restoring it.

    The file holds the database as of one moment and the clicks that wait to be imported; secrets are not in it. It is
    restored beside the database, counted, and its books are checked. Without FOLDER it goes to backups/ under FLATPLAN_VAR.
    """
    loaded = settings()
    try:
        made = back_up(loaded, folder or loaded.var_dir / "backups", clock.now())
        wrong = prove(made.path, loaded.database_url, current_app.config["AUDITS"], scratch)
    except DomainError as error:
        raise click.ClickException(error.message) from None
    for sentence in wrong:
        click.echo(sentence, err=True)
    if wrong:
        raise click.ClickException(f"{made.path} was made, and does not come back as it should. Do not rely on it.")
    rows = sum(made.manifest.tables.values())
    click.echo(f"{made.path}: {made.path.stat().st_size:,} bytes, {len(made.manifest.tables)} tables, {rows:,} rows.")
    click.echo("Proved: restored beside the database, every row counted, the books add up.")
    if keep and (gone := drop_old(made.path.parent, keep)):
        click.echo(f"{gone} older backups were deleted.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Write over what the database holds; that is backed up first.")
@with_appcontext
def restore(file: Path, replace: bool) -> None:
    """Bring a backup back, whole or not at all, and bring its schema up to date.

    Stop the worker first. A database that holds newsletters or people is written over only with --replace.
    """
    loaded = settings()
    try:
        manifest = read_manifest(file)
        if manifest.revision not in known_revisions():
            raise click.ClickException(
                f"{file.name} comes from a later Flatplan than this one. Install that one first."
            )
        if holds_work(loaded.database_url):
            if not replace:
                raise click.ClickException(
                    "This database holds newsletters or people already. --replace writes over them, after a backup."
                )
            kept = back_up(loaded, loaded.var_dir / "backups", clock.now())
            click.echo(f"What was here is kept in {kept.path}.")
        db.session.remove()
        db.engine.dispose()
        bring_back(file, loaded)
    except DomainError as error:
        raise click.ClickException(error.message) from None
    upgrade()
    click.echo(f"Restored as of {manifest.made_at}: {sum(manifest.tables.values()):,} rows. Start Flatplan again.")


@click.command()
@with_appcontext
def doctor() -> None:
    """Say what is wrong with this installation, and what to do; ends with an error where something is."""
    remarks: list[Remark] = examine(settings(), current_app.config["EXAMINATIONS"], clock.now())
    for remark in remarks:
        click.echo(f"{'ok  ' if remark.is_well else 'BAD '} {remark.sentence}")
        if remark.advice:
            click.echo(f"     {remark.advice}")
    wrong = sum(not remark.is_well for remark in remarks)
    if wrong:
        raise click.ClickException(f"{wrong} of {len(remarks)} examined are not as they should be.")
    click.echo("All is well.")
