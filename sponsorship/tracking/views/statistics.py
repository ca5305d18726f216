"""Typing in what the mail provider counted for one issue."""

from typing import Any

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.web import Access, access, go_to
from sponsorship.inventory.models import Issue
from sponsorship.inventory.queries import get_issue
from sponsorship.tracking import queries, services
from sponsorship.tracking.forms import StatisticsForm
from sponsorship.tracking.models import MailingStatistics
from sponsorship.tracking.views.door import blueprint, name_of


@blueprint.app_template_global()
def statistics_form(statistics: MailingStatistics | None) -> StatisticsForm:
    """The form that posts to `tracking.enter_statistics`, for any page that shows it."""
    return StatisticsForm(formdata=None, obj=statistics)


@blueprint.route("/issues/<int:issue_id>/statistics", methods=["GET", "POST"])
@access(Access.TEAM, Permission.EDIT)
def enter_statistics(issue_id: int) -> Response | str | tuple[str, int]:
    """Keep what the mail provider counted, then go back to the issue."""
    issue = get_issue(db.session(), issue_id)
    viewer = authorise(g.viewer, issue.newsletter_id, Permission.EDIT)
    g.newsletter = issue.newsletter
    form = StatisticsForm(obj=queries.statistics_of(db.session(), [issue.id]).get(issue.id))
    if request.method == "GET":
        return _statistics_page(issue, form)
    if not form.validate_on_submit():
        return _statistics_page(issue, form), 422
    with transaction() as session:
        services.enter_statistics(
            session, issue=get_issue(session, issue_id), delivered=form.delivered.data, opens=form.opens.data,
            clicks=form.clicks.data, unique_clicks=form.unique_clicks.data, entered_by=name_of(viewer), now=clock.now(),
        )  # fmt: skip
    return go_to(url_for("assembly.show_issue", issue_id=issue_id))


def _statistics_page(issue: Issue, form: StatisticsForm) -> str:
    values: dict[str, Any] = {"issue": issue, "form": form}
    return render_template("tracking/enter_statistics.html", **values)
