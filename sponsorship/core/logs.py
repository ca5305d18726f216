"""Logs: a line a request with its number, as text to read or as JSON to search; no address, no token, no name in them."""

import json
import logging
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request

CHATTY = ("stripe", "alembic", "werkzeug", "fontTools", "PIL")
log = logging.getLogger("flatplan.request")


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, request, and for an error its trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, "request_id", ""),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _number(record: logging.LogRecord) -> bool:
    record.request_id = g.get("request_id", "-") if has_request_context() else "-"
    return True


def init_logs(app: Flask, *, as_json: bool) -> None:
    """Send all logs to the standard error, and tell of every request but those for files and for health."""
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s")
    handler.setFormatter(JsonLines() if as_json else plain)
    handler.addFilter(_number)
    root = logging.getLogger()
    if not root.handlers:  # whoever runs us may have set up logs of their own
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Before the check of the form's token, which may answer at once.
    app.before_request_funcs.setdefault(None, []).insert(0, _start)
    app.after_request(_tell)


def _start() -> None:
    g.started = time.perf_counter()


def _tell(response: Response) -> Response:
    """Name the endpoint and not the path: paths hold tokens, and queries what people typed."""
    if request.endpoint not in ("static", "health", "ready"):
        facts = {
            "method": request.method,
            "endpoint": request.endpoint or "none",
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.started) * 1000, 1),
        }
        log.info("%(method)s %(endpoint)s %(status)s %(ms)s ms", facts, extra={"facts": facts})
    return response
