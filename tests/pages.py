"""Addresses of pages that other packages own: a test of one package may link to them before they exist."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.routing import Rule

PAGES = {
    "payments.checkout": "/orders/<token>/checkout",
    "creative.write_copy": "/orders/<token>/copy/<int:booking_id>",
    "reporting.show_order_report": "/orders/<token>/report/<int:booking_id>",
    "desk.home": "/desk",
    "desk.show_calendar": "/desk/<slug>/calendar",
}


@contextmanager
def all_pages(app: Flask) -> Iterator[None]:
    """While it lasts, those of these pages that the application lacks have an address; whoever fetches one gets an error."""
    own = app.url_map
    rules = [rule.empty() for rule in own.iter_rules()]
    known = {rule.endpoint for rule in rules}
    missing = [Rule(path, endpoint=endpoint) for endpoint, path in PAGES.items() if endpoint not in known]
    app.url_map = type(own)([*rules, *missing], host_matching=own.host_matching)
    app.url_map.converters.update(own.converters)
    yield
    app.url_map = own
