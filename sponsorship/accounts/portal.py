"""Signing in and out; and the guard that stands before every page."""

from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from sponsorship.accounts import queries
from sponsorship.accounts.rules import Viewer
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.errors import NotAllowed
from sponsorship.core.web import Access, declared_access, settings

blueprint = Blueprint("accounts", __name__)


def init_guard(app: Flask) -> None:
    """Put the guard before every request of an application."""
    app.before_request(guard_page)


def session_cookie_name() -> str:
    """The cookie that carries the session's token; its prefix makes browsers keep it to this host where there is TLS."""
    return "__Host-desk" if settings().is_https else "desk"


def guard_page() -> Response | None:
    """Find out who is looking, and turn away whoever the endpoint did not name."""
    g.viewer = None
    if request.endpoint is None or request.endpoint == "static":
        return None
    token = request.cookies.get(session_cookie_name())
    g.viewer = queries.find_viewer(db.session(), token, clock.now()) if token else None
    declared = declared_access(current_app, request.endpoint)
    if declared is None:
        raise NotAllowed("This page does not say who may see it, so nobody may.")
    if declared.access in (Access.PUBLIC, Access.LINK):
        return None
    viewer: Viewer | None = g.viewer
    if viewer is None:
        return redirect(url_for("accounts.ask_link", next=request.full_path if request.method == "GET" else None))
    return None
