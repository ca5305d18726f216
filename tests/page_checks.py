"""Every page that a test fetches is checked: one h1, a title, unique ids, labelled fields, CSRF in every form, nothing inline."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import g, has_app_context
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.test import TestResponse

UNLABELLED = ("hidden", "submit", "button", "image", "reset")


class CheckedClient(FlaskClient):
    """A test client that refuses pages which break the house rules; `problems` are said in one assertion."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch, then check what came if it is a page; each request has its own `g`, as on a server."""
        if has_app_context():
            vars(g._get_current_object()).clear()  # type: ignore[attr-defined]
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data and response.status_code not in (301, 302, 303, 307, 308):
            problems = page_problems(response.get_data(as_text=True))
            assert not problems, f"{response.request.method} {response.request.path}: " + "; ".join(problems)
        return response

    def post_form(
        self, path: str, fields: dict[str, Any] | None = None, *, page: str | None = None, **kwargs: Any
    ) -> TestResponse:
        """Post as a browser would: fetch `page` (by default the form's own address) for its CSRF token, then send the fields."""
        tree = LexborHTMLParser(self.get(page or path).get_data(as_text=True))
        token = tree.css_first("input[name=csrf_token]")
        assert token is not None, f"no form with a CSRF token on {page or path}"
        return self.post(path, data={"csrf_token": token.attributes["value"], **(fields or {})}, **kwargs)


def page_problems(html: str) -> list[str]:
    """Return what is wrong with a page, or with a fragment of one, in words."""
    tree = LexborHTMLParser(html)
    problems = _whole_page_problems(tree) if "<!doctype html" in html[:200].lower() else []
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    problems += [f"id {name} occurs twice" for name in {i for i in ids if ids.count(i) > 1}]
    problems += [
        f"field {node.html[:80]} has no label"
        for node in tree.css("input, select, textarea")
        if not _is_labelled(tree, node)
    ]
    problems += [
        f"form {form.attributes.get('action')} has no CSRF token" for form in tree.css("form") if _lacks_token(form)
    ]
    problems += [
        f"inline style or script: {node.html[:80]}" for node in tree.css("[style], [onclick], [onchange], style")
    ]
    problems += [
        f"chart {node.attributes['id']} has no sentence, no figure or no table with the same numbers"
        for node in tree.css("[data-figure]")
        if not _is_told(tree, node)
    ]
    problems += [
        f"inline script: {node.html[:80]}"
        for node in tree.css("script")
        if not node.attributes.get("src") and node.attributes.get("type") != "application/json"
    ]
    return problems


def _is_told(tree: LexborHTMLParser, chart: LexborNode) -> bool:
    """Whether a chart says in words what it shows, has a figure to draw, and its numbers stand in a table behind it."""
    figure, after = tree.css_first(f"script#{chart.attributes['data-figure']}"), chart.next
    while after is not None and after.css_first("table") is None and not after.css("[data-figure]"):
        after = after.next
    is_drawn = figure is not None and "data" in json.loads(figure.text())
    has_table = after is not None and after.tag == "details" and after.css_first("table thead th") is not None
    return is_drawn and has_table and len(chart.attributes.get("aria-label") or "") > 20


def _whole_page_problems(tree: LexborHTMLParser) -> list[str]:
    headings, title = tree.css("h1"), tree.css_first("title")
    problems = [] if len(headings) == 1 else [f"{len(headings)} h1 instead of one"]
    if title is None or not title.text(strip=True):
        problems.append("no title")
    return problems


def _is_labelled(tree: LexborHTMLParser, node: LexborNode) -> bool:
    attributes = node.attributes
    if attributes.get("type") in UNLABELLED or attributes.get("aria-label") or attributes.get("aria-labelledby"):
        return True
    if attributes.get("id") and tree.css_first(f'label[for="{attributes["id"]}"]') is not None:
        return True
    parent = node.parent
    while parent is not None:
        if parent.tag == "label":
            return True
        parent = parent.parent
    return False


def _lacks_token(form: LexborNode) -> bool:
    if (form.attributes.get("method") or "get").lower() != "post":
        return False
    action = form.attributes.get("action") or ""
    if urlsplit(action).netloc:  # a form of another site's
        return False
    return form.css_first("input[name=csrf_token]") is None
