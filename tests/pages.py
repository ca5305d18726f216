"""Addresses of pages that other packages own: a test of one package may link to them before they exist."""

from flask import Flask
from werkzeug.routing import Rule

PAGES = {
    "payments.checkout": "/orders/<token>/checkout",
    "payments.list_invoices": "/desk/<slug>/invoices",
    "payments.show_invoice": "/invoices/<int:invoice_id>",
    "payments.remind_debtor": "/invoices/<int:invoice_id>/remind",
    "creative.write_copy": "/orders/<token>/copy/<int:booking_id>",
    "creative.list_queue": "/desk/<slug>/review",
    "assembly.show_issue": "/issues/<int:issue_id>",
    "reporting.show_order_report": "/orders/<token>/report/<int:booking_id>",
    "reporting.show_report": "/bookings/<int:booking_id>/report",
    "desk.home": "/desk",
    "desk.show_calendar": "/desk/<slug>/calendar",
}


def add_missing_pages(app: Flask) -> None:
    """Give an address to each of these pages that the application has none for; whoever fetches one gets an error."""
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    for endpoint, path in PAGES.items():
        if endpoint not in known:
            app.url_map.add(Rule(path, endpoint=endpoint))
