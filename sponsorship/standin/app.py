"""The Flask app of the stand-in: its routes, its state, and the connection that breaks when that was ordered."""

import socket
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from jinja2 import StrictUndefined

from sponsorship.standin import (
    api,
    control,
    disputes,
    fraud,
    invoice_pages,
    invoices,
    pages,
    refunds,
    resources,
    sessions,
    thin,
)
from sponsorship.standin.engine import Engine
from sponsorship.standin.money import format_amount
from sponsorship.standin.store import Store
from sponsorship.standin.webhooks import RETRY_DELAYS_SECONDS, set_endpoint

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BODY_AT_MOST = 1024 * 1024
NO_LINGER = struct.pack("ii", 1, 0)
ROUTES: tuple[tuple[str, str, api.Handler], ...] = (
    ("GET", "/v1/account", resources.retrieve_account),
    ("POST", "/v1/customers", resources.create_customer),
    ("GET", "/v1/customers/<object_id>", resources.retrieve("customer")),
    ("POST", "/v1/checkout/sessions", sessions.create_session),
    ("GET", "/v1/checkout/sessions", sessions.list_sessions),
    ("GET", "/v1/checkout/sessions/<session_id>", sessions.retrieve_session),
    ("GET", "/v1/checkout/sessions/<session_id>/line_items", sessions.list_line_items),
    ("POST", "/v1/checkout/sessions/<session_id>/expire", sessions.expire_session),
    ("POST", "/v1/invoices", invoices.create_invoice),
    ("GET", "/v1/invoices", invoices.list_invoices),
    ("GET", "/v1/invoices/<object_id>", resources.retrieve("invoice")),
    ("POST", "/v1/invoices/<object_id>/finalize", invoices.finalize_invoice),
    ("POST", "/v1/invoices/<object_id>/send", invoices.send_invoice),
    ("POST", "/v1/invoices/<object_id>/pay", invoices.pay_elsewhere),
    ("POST", "/v1/invoices/<object_id>/void", invoices.void_invoice),
    ("POST", "/v1/invoices/<object_id>/mark_uncollectible", invoices.give_up_invoice),
    ("POST", "/v1/invoiceitems", invoices.create_item),
    ("GET", "/v1/invoice_payments", invoices.list_payments),
    ("GET", "/v1/invoice_payments/<object_id>", resources.retrieve("invoice_payment")),
    ("GET", "/v1/payment_intents/<object_id>", resources.retrieve("payment_intent")),
    ("GET", "/v1/charges/<object_id>", resources.retrieve("charge")),
    ("POST", "/v1/refunds", refunds.create_refund),
    ("GET", "/v1/refunds", refunds.list_refunds),
    ("GET", "/v1/refunds/<object_id>", resources.retrieve("refund")),
    ("GET", "/v1/disputes", disputes.list_disputes),
    ("GET", "/v1/disputes/<object_id>", resources.retrieve("dispute")),
    ("GET", "/v1/radar/early_fraud_warnings/<object_id>", resources.retrieve(fraud.KIND)),
    ("GET", "/v1/balance_transactions/<object_id>", resources.retrieve("balance_transaction")),
    ("GET", "/v1/events", resources.list_all_events),
    ("GET", "/v1/events/<object_id>", resources.retrieve("event")),
    ("GET", "/v2/core/events/<event_id>", thin.retrieve_thin),
)
LISTS = (
    ("charge", "/v1/charges", resources.CHARGE_FILTERS),
    ("payment_intent", "/v1/payment_intents", resources.INTENT_FILTERS),
    (fraud.KIND, "/v1/radar/early_fraud_warnings", fraud.FILTERS),
    ("balance_transaction", "/v1/balance_transactions", resources.BALANCE_FILTERS),
)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_standin(
    state_path: Path | str,
    webhook_url: str | None = None,
    webhook_secret: str | None = None,
    *,
    retry_delays: Sequence[float] = RETRY_DELAYS_SECONDS,
    background: bool = True,
) -> Flask:
    """Return the stand-in over a state file, which is made when it is not there.

    Events are sent to `webhook_url`, signed with `webhook_secret`, and again after each of `retry_delays` (seconds).
    Two threads run until `Engine.of(app).close()`, unless `background` is false: then no webhook leaves, and a
    session expires only when it is touched.
    """
    store = Store(Path(state_path))
    if webhook_url is not None and webhook_secret is not None:
        with store.transaction() as tx:
            set_endpoint(tx, "default", webhook_url, webhook_secret)
    app = Flask("sponsorship.standin")
    app.config["MAX_CONTENT_LENGTH"] = BODY_AT_MOST
    # A page elsewhere on the web must not reach this server through a name that it points at 127.0.0.1.
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["amount"] = format_amount
    app.extensions["standin"] = engine = Engine(store, retry_delays)
    _add_routes(app)
    app.wsgi_app = _breaking_connections(app.wsgi_app)  # type: ignore[method-assign, assignment]
    if background:
        engine.start()
    return app


def _add_routes(app: Flask) -> None:
    app.register_blueprint(control.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(invoice_pages.blueprint)
    listed = [("GET", url, resources.list_by(kind, url, shape)) for kind, url, shape in LISTS]
    for method, rule, handler in (*ROUTES, *listed):
        app.add_url_rule(rule, f"{method} {rule}", api.endpoint(handler), methods=[method])
    for rule in ("/v1/<path:_rest>", "/v2/<path:_rest>"):
        app.add_url_rule(rule, rule, api.unknown_route, methods=METHODS)


def _breaking_connections(application: "WSGIApplication") -> "WSGIApplication":
    """Wrap the app: where a reset was ordered, cut the connection instead of sending the answer."""

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        body = application(environ, start_response)
        if not environ.get(api.RESET):
            return body
        close: Any = getattr(body, "close", None)
        if close:
            close()
        connection = environ["werkzeug.socket"]
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError("a reset was ordered by /_ctl/faults")

    return serve
