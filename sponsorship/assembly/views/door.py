"""The blueprint, and how a page comes by its issue."""

from collections.abc import Callable

from flask import Blueprint, g

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission, Viewer
from sponsorship.core.db import db
from sponsorship.core.web import page_url
from sponsorship.inventory.models import Issue
from sponsorship.inventory.queries import get_issue
from sponsorship.tracking.queries import link_host_of
from sponsorship.tracking.rules.hosts import on_host

blueprint = Blueprint("assembly", __name__)


def open_issue(issue_id: int, permission: Permission) -> tuple[Issue, Viewer]:
    """Return an issue that the viewer may see, and the viewer; raises NotFound or Forbidden."""
    issue = get_issue(db.session(), issue_id)
    viewer = authorise(g.viewer, issue.newsletter_id, permission)
    g.newsletter = issue.newsletter
    return issue, viewer


def link_urls(issue: Issue) -> Callable[[str], str]:
    """Return how a link's token becomes its address: on the newsletter's own domain once that has been checked."""
    host = link_host_of(db.session(), issue.newsletter_id)
    return lambda token: on_host(page_url("tracking.follow_link", token=token), host)


def name_of(viewer: Viewer) -> str:
    """Return who is put on record."""
    return viewer.name or viewer.email
