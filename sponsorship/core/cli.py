"""Commands that belong to no feature: run the worker, run everything at once."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from sponsorship.core import clock
from sponsorship.core.config import ROOT, Settings
from sponsorship.core.db import db
from sponsorship.core.web import settings
from sponsorship.core.worker import run_due, run_forever

PATIENCE_SECONDS = 60
# One thread that runs Python in each process: with four, processes died of memory faults under load (docs/reliability.md,
# R71). One that dies for whatever reason is started again; without that, the server takes the others down with it.
WEB_OPTIONS = ("--blocking-threads", "1", "--respawn-failed-workers", "--respawn-interval", "0.5")


@dataclass(frozen=True, slots=True)
class Step:
    """Something to be done before the servers start; the composition root lists them in PREPARE."""

    label: str
    run: Callable[[], object]


def init_cli(app: Flask) -> None:
    """Register the commands on an application."""
    app.cli.add_command(worker)
    app.cli.add_command(serve)


@click.command()
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
@with_appcontext
def worker(once: bool) -> None:
    """Run all that is not a page, until interrupted.

    Lapses holds, sends mail, settles payments, marks issues as run. As many as you like may run.
    """
    tasks = current_app.config["TASKS"]
    if once:
        click.echo(f"{run_due(tasks, clock.now())} tasks ran.")
    else:
        run_forever(tasks, within=current_app.app_context)


@click.command()
@click.option("--workers", default=2, show_default=True, help="Web server processes: requests answered at one time.")
@click.option("--skip-migrations", is_flag=True, help="Leave the database's schema as it is.")
@with_appcontext
def serve(workers: int, skip_migrations: bool) -> None:
    """Run everything at once, until interrupted.

    Brings the database up to date, then starts the web server, the worker and, without a Stripe key, the stand-in.
    """
    loaded = settings()
    preparations: list[Step] = current_app.config["PREPARE"]
    steps = 2 + len(preparations)
    if not skip_migrations:
        _say(1, steps, "Bringing the database up to date")
        logging.disable(logging.INFO)
        upgrade()
        logging.disable(logging.NOTSET)
    for number, step in enumerate(preparations, start=2):
        _say(number, steps, step.label)
        step.run()
    db.session.remove()
    db.engine.dispose()
    _say(
        steps,
        steps,
        "Starting "
        + ("web server, worker and payment stand-in" if loaded.stripe_mode == "standin" else "web server and worker"),
    )
    _run_until_interrupted(loaded, workers)


def _say(number: int, steps: int, label: str) -> None:
    click.echo(f"[{number}/{steps}] {label}")


def _run_until_interrupted(loaded: Settings, workers: int) -> None:
    _check_ports(loaded)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        processes.append(_start(_web_command(loaded, workers)))
        _wait_until_answering(_local_url(loaded), processes)
        if (
            loaded.stripe_mode == "standin"
        ):  # pages first: the others take the processor when the web server has started
            processes.append(_start(_standin_command(loaded)))
        processes.append(_start([sys.executable, "-m", "flask", "--app", "app", "worker"]))
        click.echo(f"\nFlatplan is at {loaded.base_url} (Ctrl-C ends it)")
        for line in current_app.config["GREETING"]():
            click.echo(line)
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        raise click.ClickException("One part ended by itself; its last lines are above. The others were stopped.")
    except KeyboardInterrupt:
        click.echo("Stopping.")
    finally:
        _stop(processes)


def _check_ports(loaded: Settings) -> None:
    """Refuse to start beside another program on our ports: its answers would be taken for ours."""
    wanted = {"PORT": _local_url(loaded)}
    if loaded.stripe_mode == "standin":
        wanted["STRIPE_API_BASE"] = loaded.stripe_api_base
    for variable, url in wanted.items():
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((urlsplit(url).hostname or "127.0.0.1", urlsplit(url).port or 8000)) == 0:
                raise click.ClickException(
                    f"Another program answers at {url}. Stop it, or set {variable} to a free port."
                )


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=os.environ, start_new_session=True)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _standin_command(loaded: Settings) -> list[str]:
    port = urlsplit(loaded.stripe_api_base).port or 8001
    hook = [
        "--webhook-url",
        f"{_local_url(loaded)}/webhooks/stripe",
        "--webhook-secret",
        loaded.stripe_webhook_secrets[0],
    ]
    state = ["--state", str(loaded.var_dir / "standin.sqlite3")]
    before = ["--payments", str(loaded.paid_before)] if loaded.paid_before.exists() else []
    return [sys.executable, "-m", "sponsorship.standin", "--port", str(port), *state, *hook, *before]


def _port(loaded: Settings) -> int:
    """The port that the web server listens on: PORT, else that of BASE_URL, else 8000 behind a proxy."""
    return int(os.environ.get("PORT") or urlsplit(loaded.base_url).port or 8000)


def _local_url(loaded: Settings) -> str:
    """Where this machine reaches its own web server, whatever the public address is."""
    return f"http://127.0.0.1:{_port(loaded)}"


def _web_command(loaded: Settings, workers: int) -> list[str]:
    is_local = loaded.environment != "production"
    host = os.environ.get("HOST") or ("127.0.0.1" if is_local else "0.0.0.0")
    port = str(_port(loaded))
    options = [
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        port,
        "--workers",
        str(workers),
        *WEB_OPTIONS,
    ]
    return [sys.executable, "-m", "granian", *options, "--no-ws", "--log-level", "warning", "app:app"]


def _wait_until_answering(base_url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            raise click.ClickException("One part ended while starting; its last lines are above. Is the port in use?")
        try:
            with urllib.request.urlopen(f"{base_url}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"The web server did not answer at {base_url} within {PATIENCE_SECONDS} seconds.")
