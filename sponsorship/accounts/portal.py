"""Signing in and out; and the guard that stands before every page."""

from flask import Blueprint, Flask, current_app, g, make_response, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from sponsorship.accounts import queries, services
from sponsorship.accounts.errors import CodeWrong
from sponsorship.accounts.forms import AskLinkForm, CodeForm, EndSessionForm, UseLinkForm
from sponsorship.accounts.models import User
from sponsorship.accounts.rules import LINK_LIVES, SESSION_LIVES, browser_label, normal_email
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError, NotAllowed, NotFound
from sponsorship.core.tokens import hash_token, new_token
from sponsorship.core.web import Access, access, declared_access, go_to, local_path, page_url, settings

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
    if declared.access in (Access.PUBLIC, Access.LINK) or g.viewer is not None:
        return None
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.ask_link", next=wanted))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@access(Access.PUBLIC)
def ask_link() -> str | Response | tuple[str, int]:
    """Ask for a link by e-mail."""
    form = AskLinkForm(next=request.args.get("next", ""))
    if not form.validate_on_submit():
        return render_template("accounts/ask_link.html", form=form), 422 if form.is_submitted() else 200
    address = normal_email(form.email.data)
    browser = session.setdefault("browser", new_token())
    try:
        with transaction() as writing:
            services.ask_sign_in_link(
                writing, email=address, browser=browser, url_of=lambda token: page_url("accounts.use_link", token=token),
                now=clock.now(),
            )  # fmt: skip
    except DomainError as refused:
        form.email.errors = [refused.message]
        return render_template("accounts/ask_link.html", form=form), refused.status
    session["asked"] = {"email": address, "until": (clock.now() + LINK_LIVES).isoformat()}
    session["next"] = local_path(form.next.data)
    return go_to(url_for("accounts.enter_code"))


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@access(Access.PUBLIC)
def enter_code() -> str | Response | tuple[str, int]:
    """Say that the link is in the post, and take its code."""
    asked = session.get("asked")
    if asked is None:
        return go_to(url_for("accounts.ask_link"))
    form, status = CodeForm(), 200
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                user = services.consume_code(writing, browser=session["browser"], code=form.code.data, now=clock.now())
                return _signed_in(user, _start(writing, user))
        except CodeWrong as refused:
            with transaction() as writing:
                services.count_try(writing, token=None, browser=session["browser"])
            form.code.errors, status = [refused.message], refused.status
    elif form.is_submitted():
        status = 422
    return render_template("accounts/enter_code.html", form=form, asked=asked), status


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def use_link(token: str) -> str | Response | tuple[str, int]:
    """Show the button; only pressing it signs in, so that a mail scanner's visit uses nothing up."""
    form, status = UseLinkForm(), 200
    link = queries.find_live_link(db.session(), token, clock.now())
    if link is None:
        return render_template("accounts/link_over.html"), 410
    browser = session.get("browser")
    needs_code = not queries.is_asking_browser(link, browser)
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                user = services.consume_link(
                    writing, token=token, browser=browser, code=form.code.data, now=clock.now()
                )
                return _signed_in(user, _start(writing, user))
        except CodeWrong as refused:
            with transaction() as writing:
                services.count_try(writing, token=token, browser=None)
            form.code.errors, status = [refused.message], refused.status
    return render_template("accounts/use_link.html", form=form, needs_code=needs_code), status


@blueprint.post("/sign-out")
@access(Access.PUBLIC)
def sign_out() -> Response:
    """End the session on the server, then forget the cookie."""
    token = request.cookies.get(session_cookie_name())
    if token:
        with transaction() as writing:
            services.end_session(writing, token=token, now=clock.now())
    session.clear()
    response = go_to(url_for("accounts.ask_link"))
    response.delete_cookie(session_cookie_name(), path="/", secure=settings().is_https, httponly=True, samesite="Lax")
    return response


@blueprint.get("/account")
@access(Access.SIGNED_IN)
def show_account() -> str:
    """Show who one is here and where one is signed in."""
    now = clock.now()
    sessions = queries.list_sessions(db.session(), g.viewer.user_id, now)
    here = hash_token(request.cookies[session_cookie_name()])
    return render_template("accounts/show_account.html", sessions=sessions, here=here, form=EndSessionForm())


@blueprint.post("/account/sessions/end")
@access(Access.SIGNED_IN)
def end_sessions() -> Response:
    """End one session, or every one but this."""
    form = EndSessionForm()
    if not form.validate_on_submit():
        raise NotFound
    with transaction() as writing:
        services.end_sessions(
            writing, user_id=g.viewer.user_id, now=clock.now(), only=form.session_id.data,
            but=None if form.session_id.data else request.cookies[session_cookie_name()],
        )  # fmt: skip
    return go_to(url_for("accounts.show_account"))


def _start(writing: Session, user: User) -> str:
    agent = request.headers.get("User-Agent", "")
    return services.start_session(writing, user=user, now=clock.now(), browser=browser_label(agent))


def _signed_in(user: User, token: str) -> Response:
    home = "desk.home" if user.memberships else "storefront.show_home"
    target = local_path(session.pop("next", None)) or url_for(home)
    session.pop("asked", None)
    response = make_response(go_to(target))
    response.set_cookie(
        session_cookie_name(), token, max_age=int(SESSION_LIVES.total_seconds()), path="/", secure=settings().is_https,
        httponly=True, samesite="Lax",
    )  # fmt: skip
    return response
