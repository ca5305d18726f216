"""Run the stand-in as a process: `python -m sponsorship.standin --port 8001 --state FILE.sqlite3`."""

import argparse
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from types import FrameType

from sponsorship.standin.app import create_standin
from sponsorship.standin.engine import Engine
from sponsorship.standin.errors import ApiError
from sponsorship.standin.paid_before import add_payments, read_payments
from sponsorship.standin.server import HOST, make_standin_server


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; ends the process with a sentence when it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m sponsorship.standin", description="A stand-in for Stripe's API.")
    parser.add_argument("--port", type=int, default=8001, help="port on 127.0.0.1; 0 takes a free one (default: 8001)")
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that keeps the state")
    parser.add_argument("--payments", type=Path, help="JSON file of payments that were made before, to be known here")
    parser.add_argument("--webhook-url", help="where events are sent")
    parser.add_argument("--webhook-secret", help="secret that they are signed with, whsec_...")
    parsed = parser.parse_args(arguments)
    if (parsed.webhook_url is None) != (parsed.webhook_secret is None):
        parser.error("--webhook-url and --webhook-secret go together")
    return parsed


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT, and return the exit status."""
    parsed = read_arguments(arguments)
    try:
        before = read_payments(parsed.payments) if parsed.payments else []
        app = create_standin(parsed.state, parsed.webhook_url, parsed.webhook_secret)
        with Engine.of(app).store.transaction() as tx:
            add_payments(tx, before)
    except (ApiError, OSError, sqlite3.Error) as error:
        print(f"The stand-in could not start with {parsed.state}: {error}", file=sys.stderr)
        return 1
    server = make_standin_server(app, parsed.port)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for serve_forever(), which runs in this very thread.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"Stand-in for Stripe on http://{HOST}:{server.server_port} (no money moves)", flush=True)
    server.serve_forever(0.1)
    server.server_close()
    Engine.of(app).close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
