"""What every page shares: who may call it, safe headers, error pages, filters for templates."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, has_request_context, redirect, render_template, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import StrictUndefined
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from sponsorship.core import format as wording
from sponsorship.core.config import Settings
from sponsorship.core.db import db
from sponsorship.core.errors import DomainError

log = logging.getLogger(__name__)
csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """Who may call an endpoint. The guard in accounts enforces it; a test refuses an endpoint that does not say."""

    PUBLIC = "public"
    LINK = "link"  # whoever holds the unguessable token in the address
    SIGNED_IN = "signed_in"
    TEAM = "team"  # a member of the newsletter's team, with the permission named


@dataclass(frozen=True, slots=True)
class Declared:
    """What an endpoint said about its callers."""

    access: Access
    permission: str | None


def access(who: Access, permission: str | None = None) -> Callable[[View], View]:
    """Declare who may call a view; TEAM views name the permission that the member's role must have."""

    def declare(view: View) -> View:
        view.__declared_access__ = Declared(who, permission)  # type: ignore[attr-defined]
        return view

    return declare


def declared_access(app: Flask, endpoint: str) -> Declared | None:
    """Return what the endpoint declared, or None where it said nothing."""
    return getattr(app.view_functions[endpoint], "__declared_access__", None)


def settings() -> Settings:
    """Return the running application's settings."""
    loaded: Settings = current_app.config["SETTINGS"]
    return loaded


def page_url(endpoint: str, **values: Any) -> str:
    """Return an endpoint's absolute address under BASE_URL; works in a worker, which has no request."""
    base = settings().base_url
    scheme, _, rest = base.partition("://")
    host, _, prefix = rest.partition("/")
    adapter = current_app.url_map.bind(host, url_scheme=scheme, script_name=f"/{prefix}")
    return str(adapter.build(endpoint, values, force_external=True))


def wants_fragment() -> bool:
    """Whether the page asks for a part of itself (htmx, or our own scripts)."""
    return request.headers.get("HX-Request") == "true" or request.headers.get("X-Fragment") == "1"


def go_to(url: str) -> AnyResponse:
    """Answer a form: 303 to the next page."""
    return redirect(url, code=303)


def local_path(target: str | None) -> str | None:
    """Return a path of this site, or None for anything that would lead elsewhere."""
    if (
        not target
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
        or any(c in target for c in "\\\r\n\t")
    ):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def payment_origin() -> str:
    """Where the pay button may lead: the content security policy names it for forms."""
    loaded = settings()
    return loaded.stripe_api_base if loaded.stripe_mode == "standin" else "https://checkout.stripe.com"


def init_web(app: Flask) -> None:
    """Set up templates, forms, headers and error pages on an application."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        money=wording.money, number=wording.number, percent=wording.percent, day=wording.day, long_day=wording.long_day,
        short_day=wording.short_day, month=wording.month, moment=wording.moment, clock_time=wording.clock_time,
    )  # fmt: skip
    app.jinja_env.globals.update(count=wording.count, count_word=wording.count_word)
    csrf.init_app(app)
    app.before_request(_number_request)
    app.after_request(_add_headers)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _unexpected_error)
    app.context_processor(_shared_values)


def _number_request() -> None:
    g.request_id = secrets.token_hex(8)


def _shared_values() -> dict[str, Any]:
    """What every layout needs; the guard and the pages that gather put the rest on `g`."""
    loaded = settings()
    banner = "Demo: payments go to a stand-in for Stripe. No money moves." if loaded.stripe_mode == "standin" else None
    return {
        "viewer": g.get("viewer") if has_request_context() else None,
        "newsletter": g.get("newsletter") if has_request_context() else None,
        "masthead": None,
        "banner": banner,
        "warning": _warning(),
        "is_demo": loaded.is_demo,
    }


def _warning() -> str | None:
    """What the team of the newsletter at hand must know on every page: the first that WARNINGS has to say."""
    viewer, newsletter = (g.get("viewer"), g.get("newsletter")) if has_request_context() else (None, None)
    if viewer is None or newsletter is None or newsletter.id not in viewer.roles:
        return None
    ask: list[Callable[[int], str | None]] = current_app.config.get("WARNINGS", [])
    return next((said for one in ask if (said := one(newsletter.id))), None)


def _add_headers(response: Response) -> Response:
    policy = (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {payment_origin()}"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if settings().is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store" if g.get("viewer") else "no-cache")
        response.vary.add("Cookie")
    return response


def error_page(status: int, title: str, sentence: str, advice: str = "Nothing was changed.") -> tuple[str, int]:
    """Render the error page: what happened, and what to do now."""
    return render_template("errors/error.html", status=status, title=title, sentence=sentence, advice=advice), status


def _domain_error(error: DomainError) -> tuple[str, int]:
    db.session.rollback()
    titles = {404: "There is nothing here.", 403: "That is not yours to do.", 409: "This has moved on in the meantime."}
    return error_page(error.status, titles.get(error.status, "That did not work."), error.message)


def _csrf_error(_error: CSRFError) -> tuple[str, int]:
    return error_page(400, "This form has grown old.", "Go back, load the page again and send it once more.")


HTTP_SENTENCES = {
    400: ("That request was not understood.", "Go back and try again."),
    403: ("That is not yours to do.", "You are signed in, but this page belongs to somebody else’s work."),
    404: ("There is nothing here.", "The address may be mistyped, or what was here has gone."),
    405: ("That is not how this page is used.", "Go back and use the buttons on the page."),
    413: ("That was too large.", "Send less at once: 2 MB is the most."),
    429: ("That was too often.", "Wait a minute, then try again."),
}


def _http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    title, sentence = HTTP_SENTENCES.get(status, ("That did not work.", "Go back and try again."))
    return error_page(status, title, sentence)


def _database_error(error: OperationalError) -> tuple[str, int, dict[str, str]]:
    """A lock that was not to be had in time, or a database that is away: ask to come back."""
    db.session.rollback()
    g.pop("newsletter", None)  # the page must not ask the database for its name
    log.error("database refused", exc_info=error)
    page, status = error_page(503, "Too busy just now.", "Try again in a few seconds.")
    return page, status, {"Retry-After": "5"}


def _unexpected_error(error: Exception) -> tuple[str, int]:
    db.session.rollback()
    log.error("request %s failed", g.get("request_id"), exc_info=error)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    sentence = f"If it happens again, tell the publisher this number: {g.get('request_id')}."
    return error_page(500, "Something broke on our side.", sentence)
