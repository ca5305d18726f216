"""The audit trail of a newsletter: who did what, when, and what was before and after."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, render_template, request

from sponsorship.accounts.models import AuditEntry
from sponsorship.accounts.queries import AuditSearch, list_audit
from sponsorship.accounts.rules import Permission
from sponsorship.core.db import db
from sponsorship.core.sheets import make_csv
from sponsorship.core.web import Access, access
from sponsorship.desk.views.team import blueprint, read_newsletter
from sponsorship.inventory.models import Newsletter

PAGE = 50
EXPORTED = 100_000
COLUMNS = ("At, UTC", "Who", "What", "Of", "Number", "Before", "After")


@blueprint.get("/desk/<slug>/audit")
@access(Access.TEAM, Permission.SETTINGS)
def show_audit(slug: str) -> str:
    """Show the trail, the latest first, narrowed by words and days; a page at a time."""
    newsletter = read_newsletter(slug, Permission.SETTINGS)
    found = list_audit(db.session(), _asked(newsletter), before_id=request.args.get("before", type=int), limit=PAGE + 1)
    return render_template(
        "desk/show_audit.html", entries=[(entry, changes(entry)) for entry in found[:PAGE]], asked=_words(),
        older=found[PAGE - 1].id if len(found) > PAGE else None,
    )  # fmt: skip


@blueprint.get("/desk/<slug>/audit.csv")
@access(Access.TEAM, Permission.SETTINGS)
def export_audit(slug: str) -> Response:
    """Hand out what the page would show, whole, as a spreadsheet."""
    found = list_audit(db.session(), _asked(read_newsletter(slug, Permission.SETTINGS)), limit=EXPORTED)
    rows = [
        (one.at, one.actor, one.action, one.object_type, one.object_id, str(one.before or ""), str(one.after or ""))
        for one in found
    ]
    headers = {"Content-Disposition": f'attachment; filename="{slug}-audit.csv"', "Cache-Control": "no-store"}
    return Response(make_csv(COLUMNS, rows), content_type="text/csv; charset=utf-8", headers=headers)


def changes(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """What differs between before and after, by name; None where there was or is nothing."""
    before, after = entry.before or {}, entry.after or {}
    names = dict.fromkeys([*before, *after])
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def _words() -> dict[str, str]:
    return {name: request.args.get(name, "").strip() for name in ("q", "from", "to")}


def _asked(newsletter: Newsletter) -> AuditSearch:
    """The search of the page's address; a day that is none does not narrow."""
    words = _words()
    zone = ZoneInfo(newsletter.timezone)
    since, until = _day(words["from"]), _day(words["to"])
    return AuditSearch(
        newsletter.id,
        words["q"],
        _midnight(since, zone) if since else None,
        _midnight(until + timedelta(days=1), zone) if until else None,
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
