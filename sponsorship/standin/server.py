"""Serving the stand-in over HTTP, always on 127.0.0.1: for the demo as a process, for tests in a thread."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sponsorship.standin.app import create_standin
from sponsorship.standin.engine import Engine
from sponsorship.standin.webhooks import RETRY_DELAYS_SECONDS

HOST = "127.0.0.1"


class QuietRequestHandler(WSGIRequestHandler):
    """Serves requests without a line in the log for each; errors are still written."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of a request that was answered."""


def make_standin_server(app: Flask, port: int) -> BaseWSGIServer:
    """Return a threaded server for the app that listens on 127.0.0.1; port 0 takes a free one."""
    return make_server(HOST, port, app, threaded=True, request_handler=QuietRequestHandler)


@contextmanager
def run_standin(
    state_path: Path | str,
    webhook_url: str | None = None,
    webhook_secret: str | None = None,
    *,
    port: int = 0,
    retry_delays: Sequence[float] = RETRY_DELAYS_SECONDS,
) -> Iterator[str]:
    """Serve a stand-in in a thread while the block runs, and yield its address, such as http://127.0.0.1:49152."""
    app = create_standin(state_path, webhook_url, webhook_secret, retry_delays=retry_delays)
    server = make_standin_server(app, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), name="standin", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        Engine.of(app).close()
