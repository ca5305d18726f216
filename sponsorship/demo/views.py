"""The demo's outbox: mail that had no server to go to, to be read here."""

import re

from flask import Blueprint, render_template, request
from markupsafe import Markup, escape
from sqlalchemy import func, select

from sponsorship.core.db import db
from sponsorship.core.errors import NotFound
from sponsorship.core.mail import Mail
from sponsorship.core.web import Access, access, settings

blueprint = Blueprint("demo", __name__)
PAGE = 40


@blueprint.get("/outbox")
@access(Access.PUBLIC)
def list_mail() -> str:
    """Show the latest mails, newest first; only in a demo."""
    if not settings().is_demo:
        raise NotFound
    address = request.args.get("to", "").strip().lower()
    query = select(Mail).order_by(Mail.id.desc()).limit(PAGE)
    if address:
        query = query.where(Mail.to_address == address)
    total = db.session.scalar(select(func.count(Mail.id))) or 0
    return render_template("demo/list_mail.html", mails=list(db.session.scalars(query)), total=total, address=address)


@blueprint.app_template_filter("with_links")
def with_links(text: str) -> Markup:
    """Escape a text and make its web addresses links."""
    pattern = re.compile(r"https?://[^\s<>\"']+")
    pieces, end = [], 0
    for found in pattern.finditer(text):
        pieces.append(escape(text[end : found.start()]))
        pieces.append(Markup('<a href="{0}">{0}</a>').format(found[0]))
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])
