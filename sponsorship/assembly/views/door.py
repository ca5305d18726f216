"""The blueprint, and how a page comes by its issue."""

from flask import Blueprint, g

from sponsorship.accounts.queries import authorise
from sponsorship.accounts.rules import Permission, Viewer
from sponsorship.core.db import db
from sponsorship.core.web import page_url
from sponsorship.inventory.models import Issue
from sponsorship.inventory.queries import get_issue

blueprint = Blueprint("assembly", __name__)


def open_issue(issue_id: int, permission: Permission) -> tuple[Issue, Viewer]:
    """Return an issue that the viewer may see, and the viewer; raises NotFound or Forbidden."""
    issue = get_issue(db.session(), issue_id)
    viewer = authorise(g.viewer, issue.newsletter_id, permission)
    g.newsletter = issue.newsletter
    return issue, viewer


def link_url(token: str) -> str:
    """Return the address behind a tracked link's token."""
    return page_url("tracking.follow_link", token=token)


def name_of(viewer: Viewer) -> str:
    """Return who is put on record."""
    return viewer.name or viewer.email
