"""The runsheet of one issue, to be read and to be printed."""

from flask import render_template

from sponsorship.accounts.rules import Permission
from sponsorship.assembly.queries import get_runsheet
from sponsorship.assembly.views.door import blueprint, link_urls, open_issue
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.web import Access, access


@blueprint.get("/issues/<int:issue_id>/runsheet")
@access(Access.TEAM, Permission.READ)
def show_runsheet(issue_id: int) -> str:
    """Show who runs in the issue with what, and what blocks it."""
    issue, _ = open_issue(issue_id, Permission.READ)
    now = clock.now()
    return render_template(
        "assembly/show_runsheet.html",
        sheet=get_runsheet(db.session(), issue, now, link_urls(issue)),
        issue=issue,
        now=now,
    )
