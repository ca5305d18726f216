"""The payment page that buyers see, what the bank does later, and a list of what happened here."""

from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from sponsorship.standin import afterwards
from sponsorship.standin.buyers import ADDRESS_LABELS, known_answers, read_buyer
from sponsorship.standin.engine import Engine
from sponsorship.standin.errors import ApiError
from sponsorship.standin.expand import line_items_of
from sponsorship.standin.money import format_amount
from sponsorship.standin.objects import BANK_DEBITS
from sponsorship.standin.payments import (
    ask_holder,
    bank_debit_fails,
    bank_debit_succeeds,
    debit_is_under_way,
    decline_card,
    pay_by_bank_debit,
    pay_by_card,
    refuse_holder,
)
from sponsorship.standin.sessions import expire_overdue, origin_of, success_address
from sponsorship.standin.store import Body, Transaction
from sponsorship.standin.tax import settle_tax

CLOSE_TAB, ASK_HOLDER, WORK_OUT_TAX = "pay_and_close", "secure", "work_out_tax"
ACTS = {
    "pay": pay_by_card,
    CLOSE_TAB: pay_by_card,
    ASK_HOLDER: ask_holder,
    "refuse": refuse_holder,
    "decline": decline_card,
    "debit": pay_by_bank_debit,
}
LATER = {"succeed": bank_debit_succeeds, "fail": bank_debit_fails}
SHOWN_AT_MOST = 30
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

blueprint = Blueprint("pages", __name__)


@blueprint.app_errorhandler(NotFound)
def show_not_found(_: NotFound) -> Response:
    """Say that there is no such page."""
    return _page("not_found.html", None, status=404)


@blueprint.errorhandler(ApiError)
def show_refusal(refusal: ApiError) -> Response:
    """Say why something cannot be done with this payment; no page offers it."""
    return _page("refused.html", None, status=409, message=refusal.message)


@blueprint.get("/")
def list_pages() -> Response:
    """List the latest sessions and where each stands."""
    with Engine.of(current_app).store.transaction() as tx:
        expire_overdue(tx)
        sessions = tx.select("checkout.session")[:SHOWN_AT_MOST]
        rows = [{"session": session, "state": _state(tx, session), "total": _total(session)} for session in sessions]
    return _page("index.html", None, rows=rows)


@blueprint.get("/pay/<session_id>")
def show_payment(session_id: str) -> Response:
    """Show the payment page of an open session, or what became of one that is not open any more."""
    with Engine.of(current_app).store.transaction() as tx:
        session = _session(tx, session_id)
        if session["status"] == "open":
            return _payment_page(tx, session, known_answers(session), {})
        return _ended_page(tx, session)


@blueprint.post("/pay/<session_id>")
def pay(session_id: str) -> BaseResponse:
    """Do what the button says; then back to the shop if that completes it, unless the buyer closes the tab."""
    engine = Engine.of(current_app)
    wanted = request.form.get("act", "")
    with engine.store.transaction() as tx:
        session = _session(tx, session_id)
        act = ACTS.get(wanted)
        buyer, errors = read_buyer(session, request.form)
        if session["status"] == "open" and not errors:
            session = settle_tax(tx, session, buyer)
        if session["status"] == "open" and act and not errors:
            session = act(tx, session_id, buyer)
        elif session["status"] == "open" and wanted == WORK_OUT_TAX and not errors:
            return _payment_page(tx, session, request.form.to_dict(), {})
        elif session["status"] == "open":
            return _payment_page(tx, session, request.form.to_dict(), errors, status=422)
    engine.wake()
    if session["status"] == "open" and wanted == ASK_HOLDER:
        return _page(
            "secure.html", session, answers={name: value for name, value in request.form.items() if name != "act"}
        )
    if session["status"] == "complete" and wanted != CLOSE_TAB:
        return redirect(success_address(session), 303)
    return redirect(url_for("pages.show_payment", session_id=session_id), 303)


@blueprint.get("/pay/<session_id>/later")
def show_later(session_id: str) -> BaseResponse:
    """Ask what the bank does with a debit that is under way."""
    with Engine.of(current_app).store.transaction() as tx:
        session = _session(tx, session_id)
        if not debit_is_under_way(tx, session):
            return redirect(url_for("pages.show_payment", session_id=session_id), 303)
        return _page("later.html", session)


@blueprint.post("/pay/<session_id>/later")
def settle_later(session_id: str) -> BaseResponse:
    """Let the bank pay or refuse the debit."""
    engine = Engine.of(current_app)
    act = LATER.get(request.form.get("act", ""))
    with engine.store.transaction() as tx:
        session = _session(tx, session_id)
        if act and debit_is_under_way(tx, session):
            act(tx, session_id)
    engine.wake()
    return redirect(url_for("pages.show_payment", session_id=session_id), 303)


@blueprint.post("/pay/<session_id>/afterwards")
def act_afterwards(session_id: str) -> BaseResponse:
    """Let the buyer's bank dispute what was paid, the shop's owner refund it in the dashboard, or a refund fail."""
    engine = Engine.of(current_app)
    with engine.store.transaction() as tx:
        session = _session(tx, session_id)
        afterwards.act_afterwards(tx, session, request.form.get("act", ""), request.form.get("refund", ""))
    engine.wake()
    return redirect(url_for("pages.show_payment", session_id=session_id), 303)


def _session(tx: Transaction, session_id: str) -> Body:
    expire_overdue(tx)
    try:
        return tx.get(session_id, "checkout.session").body
    except ApiError as error:
        raise NotFound from error


def _payment_page(
    tx: Transaction, session: Body, answers: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    intent = tx.find(session["payment_intent"] or "", "payment_intent")
    methods = session["payment_method_types"]
    return _page(
        "pay.html",
        session,
        status=status,
        lines=[_line(tx, item) for item in line_items_of(tx, session["id"])],
        answers=answers,
        errors=errors,
        address_labels=ADDRESS_LABELS if session["billing_address_collection"] == "required" else {},
        tax=_tax(session),
        wants_tax_id=session["tax_id_collection"]["enabled"],
        takes_card="card" in methods,
        takes_debit=BANK_DEBITS.get(session["currency"]) in methods,
        failure=(intent.body["last_payment_error"] or {}).get("message", "") if intent else "",
    )


def _ended_page(tx: Transaction, session: Body) -> Response:
    state = _state(tx, session)
    charge = afterwards.charge_of(tx, session) if state == "paid" else None
    return _page(
        "ended.html",
        session,
        state=state,
        success=success_address(session),
        story=afterwards.tell_story(tx, charge) if charge else [],
        offers=afterwards.list_offers(tx, charge) if charge else [],
    )


def _line(tx: Transaction, item: Body) -> dict[str, Any]:
    product = tx.get(item["price"]["product"], "product").body
    return {
        "name": item["description"],
        "note": product["description"],
        "quantity": item["quantity"],
        "amount": format_amount(item["amount_subtotal"], item["currency"]),
    }


def _state(tx: Transaction, session: Body) -> str:
    if session["status"] != "complete":
        return str(session["status"])
    if session["payment_status"] == "paid":
        return "paid"
    return "under way" if debit_is_under_way(tx, session) else "failed"


def _total(session: Body) -> str:
    return format_amount(session["amount_total"], session["currency"])


def _tax(session: Body) -> str | None:
    """The tax as it stands, where this session bears one; in words while it is not worked out."""
    if not session["automatic_tax"]["enabled"]:
        return None
    if session["automatic_tax"]["status"] != "complete":
        return "by your country"
    return format_amount(session["total_details"]["amount_tax"], session["currency"])


def plain_page(template: str, *, status: int = 200, **values: Any) -> Response:
    """Render a page that belongs to no session, under the same policy."""
    return _page(template, None, status=status, **values)


def _page(template: str, session: Body | None, *, status: int = 200, **values: Any) -> Response:
    """Render a page under a strict policy; a form may lead on to the shop, since a browser checks redirects, too."""
    shop = [origin_of(session["success_url"]), origin_of(session["cancel_url"])] if session else []
    targets = " ".join(sorted({"'self'", *(origin for origin in shop if origin)}))
    values = {"total": _total(session) if session else None, **values}
    response = make_response(render_template(template, session=session, **values), status)
    response.headers["Content-Security-Policy"] = f"{POLICY}; form-action {targets}"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
