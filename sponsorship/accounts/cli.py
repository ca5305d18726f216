"""Commands about people."""

from collections.abc import Iterator
from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts import queries, services
from sponsorship.accounts.models import TeamMember
from sponsorship.accounts.rules import TeamRole
from sponsorship.core import clock
from sponsorship.core.config import Settings
from sponsorship.core.db import db, transaction
from sponsorship.core.doctor import Remark, ill, well
from sponsorship.core.format import count
from sponsorship.core.web import page_url

group = AppGroup("accounts", help="People and their roles.")


@group.command("add-member")
@click.argument("email")
@click.argument("newsletter_id", type=int)
@click.option("--role", type=click.Choice([role.value for role in TeamRole]), default="owner", show_default=True)
@click.option("--name", default="")
def add_member(email: str, newsletter_id: int, role: str, name: str) -> None:
    """Give a person a role in a newsletter's team.

    The person at EMAIL joins the team of the newsletter with NEWSLETTER_ID, or changes role in it.
    """
    with transaction() as session:
        user = services.make_sure_of_user(session, email=email, name=name, now=clock.now())
        services.add_member(session, newsletter_id=newsletter_id, user=user, role=TeamRole(role))
    click.echo(f"{email} is now {role} of newsletter {newsletter_id}.")


@group.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link that signs somebody in.

    It works once, within ten minutes, for the person at EMAIL.
    """
    now = clock.now()
    with transaction() as session:
        url = _link(session, email, now)
    if url is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    click.echo(url)


def _link(session: Session, email: str, now: datetime) -> str | None:
    def url_of(token: str) -> str:
        return page_url("accounts.use_link", token=token)

    token = services.ask_sign_in_link(session, email=email, browser=None, url_of=url_of, now=now)
    return url_of(token) if token else None


@group.command("check-audit")
def check_audit() -> None:
    """Check the chain over the audit trail.

    Brings the newest entries into it, then ends with an error and names each that was changed or taken away since it was
    sealed, where there is one.
    """
    with transaction() as session:
        while services.seal_audit(session):
            continue
    faults = list(queries.find_audit_faults(db.session()))
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException("The audit trail is not as it was written.")
    click.echo("The audit trail is as it was written.")


def examine_people(session: Session, _settings: Settings, _now: datetime) -> Iterator[Remark]:
    """For the doctor: whether somebody may run this installation."""
    owners = session.scalar(select(func.count()).where(TeamMember.role == TeamRole.OWNER)) or 0
    if owners:
        yield well(f"{count(owners, 'owner')} may run newsletters.")
    else:
        yield ill("Nobody owns a newsletter here.", "Open the first one in a browser, or run accounts add-member.")
