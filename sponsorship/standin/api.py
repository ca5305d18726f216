"""Every call of the API: who calls, in which version, under which key, with which fault, and what is answered."""

import time
from collections.abc import Callable
from typing import Any

from flask import Request, Response, current_app, jsonify, request
from werkzeug.datastructures import Headers

from sponsorship.standin.call import Call
from sponsorship.standin.engine import Engine
from sponsorship.standin.errors import ApiError, server_failure, too_many_requests
from sponsorship.standin.expand import expand, show
from sponsorship.standin.faults import Fault, take_fault
from sponsorship.standin.idempotency import Answer, check_key, find_answer, keep_answer
from sponsorship.standin.objects import API_VERSION, new_id
from sponsorship.standin.params import parse_form, read_expand
from sponsorship.standin.store import Body, Origin

KEY_PREFIX = "sk_test_standin_"
RESET = "standin.reset"
SHOULD_NOT_RETRY = {"Stripe-Should-Retry": "false"}


Handler = Callable[..., Body]


def endpoint(handler: Handler) -> Callable[..., Response]:
    """Make a view of a handler `(call, **names in the path) -> body`."""

    def view(**names: str) -> Response:
        request_id = new_id("req", 14)
        try:
            answer = _answer(handler, names, request_id)
        except ApiError as refusal:
            answer = Answer(refusal.status, refusal.body())
        return _respond(answer, request_id)

    view.__name__ = handler.__name__
    view.__doc__ = handler.__doc__
    return view


def unknown_route(_rest: str) -> Response:
    """Answer a call of the API that this server does not speak."""
    refusal = ApiError(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)
    return _respond(Answer(404, refusal.body()), new_id("req", 14))


def check_caller(headers: Headers) -> None:
    """Refuse a call without a key of this server, or in another version of the API than the one spoken here."""
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise ApiError("You did not provide an API key, in a header 'Authorization: Bearer ...'.", status=401)
    if not key.startswith(KEY_PREFIX):
        raise ApiError(f"Invalid API key. This stand-in takes keys that begin with {KEY_PREFIX}.", status=401)
    version = headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        raise ApiError(f"Invalid Stripe API version: {version}. This stand-in speaks {API_VERSION}.")


def _answer(handler: Handler, names: dict[str, str], request_id: str) -> Answer:
    engine = Engine.of(current_app)
    check_caller(request.headers)
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    check_key(key)
    tree = parse_form(request.get_data(as_text=True) if request.method == "POST" else request.query_string.decode())
    route = f"{request.method} {request.path}"
    with engine.keys.hold(key):
        fault = _take_fault(engine, request)
        with engine.store.transaction(Origin(request_id, key)) as tx:
            answer = find_answer(tx, key, route, tree) if key else None
            if answer is None:
                answer = _act(Call(tx, tree, request.url_root.rstrip("/")), handler, names, fault, (key, route))
    engine.wake()
    if fault and fault.kind == "reset_after":
        request.environ[RESET] = True
    return answer


def _take_fault(engine: Engine, call: Request) -> Fault | None:
    with engine.store.transaction() as tx:
        fault = take_fault(tx, "api", method=call.method, path=call.path)
    if fault and fault.kind == "latency":
        time.sleep(fault.seconds)
    if fault and fault.kind == "rate_limit":
        raise too_many_requests()
    if fault and fault.kind == "reset_before":
        call.environ[RESET] = True
        raise server_failure()
    return fault


def _act(
    call: Call, handler: Handler, names: dict[str, str], fault: Fault | None, kept_as: tuple[str | None, str]
) -> Answer:
    """Act and keep the answer: a success, a failure inside, a refusal by the state of things; not a wrong parameter."""
    key, route = kept_as
    keep = True
    try:
        with call.tx.savepoint():
            if fault and fault.kind == "error_500":
                raise server_failure()
            body = show(call.tx, handler(call, **names))
            answer = Answer(200, expand(call.tx, body, read_expand(call.tree)))
        if fault and fault.kind == "error_500_after":
            answer = Answer(500, server_failure().body())
    except ApiError as refusal:
        answer, keep = Answer(refusal.status, refusal.body()), refusal.begun
    if key and keep:
        keep_answer(call.tx, key, route, call.tree, answer)
    return answer


def _respond(answer: Answer, request_id: str) -> Response:
    response = jsonify(answer.body)
    response.status_code = answer.status
    headers: dict[str, Any] = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
    if key := request.headers.get("Idempotency-Key"):
        headers["Idempotency-Key"] = key
    if answer.replays:
        headers |= {"Idempotent-Replayed": "true", "Original-Request": answer.replays}
    if answer.status == 500:
        headers |= SHOULD_NOT_RETRY
    response.headers.update(headers)
    return response
