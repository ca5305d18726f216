"""Flatplan: a sponsorship desk for newsletters. `create_app` is the composition root: it alone knows every package."""

import importlib
from datetime import timedelta
from typing import Any

from flask import Flask, Response
from flask_migrate import Migrate
from sqlalchemy.exc import SQLAlchemyError

from sponsorship.accounts import cli as accounts_cli
from sponsorship.accounts import portal as accounts_portal
from sponsorship.accounts import tasks as accounts_tasks
from sponsorship.archive import cli as archive_cli
from sponsorship.archive import models as archive_models
from sponsorship.archive import views as archive_views
from sponsorship.assembly import models as assembly_models
from sponsorship.assembly import tasks as assembly_tasks
from sponsorship.assembly import views as assembly_views
from sponsorship.booking import handlers as booking_handlers
from sponsorship.booking import models as booking_models
from sponsorship.booking import tasks as booking_tasks
from sponsorship.booking import views as booking_views
from sponsorship.checks import models as checks_models
from sponsorship.checks import tasks as checks_tasks
from sponsorship.checks import views as checks_views
from sponsorship.checks.probe import Prober
from sponsorship.core import mail, outbox
from sponsorship.core.care import init_care
from sponsorship.core.cli import init_cli
from sponsorship.core.config import ROOT, Settings, load_settings
from sponsorship.core.db import db
from sponsorship.core.doctor import schema_remark
from sponsorship.core.logs import init_logs
from sponsorship.core.proxies import behind_proxies
from sponsorship.core.web import Access, access, init_web
from sponsorship.core.worker import Task
from sponsorship.creative import handlers as creative_handlers
from sponsorship.creative import models as creative_models
from sponsorship.creative import tasks as creative_tasks
from sponsorship.creative import views as creative_views
from sponsorship.demo import cli as demo_cli
from sponsorship.demo import views as demo_views
from sponsorship.desk import views as desk_views
from sponsorship.inventory import cli as inventory_cli
from sponsorship.inventory import tasks as inventory_tasks
from sponsorship.inventory import views as inventory_views
from sponsorship.payments import cli as payments_cli
from sponsorship.payments import handlers as payments_handlers
from sponsorship.payments import models as payments_models
from sponsorship.payments import tasks as payments_tasks
from sponsorship.payments import views as payments_views
from sponsorship.payments.queries import list_ledger_faults
from sponsorship.payments.stripe_gateway import StripeGateway
from sponsorship.reporting import handlers as reporting_handlers
from sponsorship.reporting import models as reporting_models
from sponsorship.reporting import tasks as reporting_tasks
from sponsorship.reporting import views as reporting_views
from sponsorship.sponsors import views as sponsors_views
from sponsorship.storefront import portal as storefront_portal
from sponsorship.tracking import cli as tracking_cli
from sponsorship.tracking import handlers as tracking_handlers
from sponsorship.tracking import models as tracking_models
from sponsorship.tracking import tasks as tracking_tasks
from sponsorship.tracking import views as tracking_views
from sponsorship.tracking.fastlane import FastLane, LinkBook, Spool
from sponsorship.tracking.gateway import HttpLinkHostGateway
from sponsorship.tracking.queries import link_book

__all__ = ["create_app"]

MODELS = (
    booking_models, payments_models, checks_models, creative_models, tracking_models, archive_models, assembly_models,
    reporting_models,
)  # fmt: skip
PAGES = (
    accounts_portal, inventory_views, sponsors_views, booking_views, payments_views, checks_views, creative_views, tracking_views,
    archive_views, assembly_views, reporting_views, storefront_portal, desk_views, demo_views,
)  # fmt: skip
HANDLERS = (
    booking_handlers, payments_handlers, creative_handlers, tracking_handlers, reporting_handlers,
)  # fmt: skip
TASKS = (accounts_tasks, inventory_tasks, booking_tasks, checks_tasks, creative_tasks, assembly_tasks, reporting_tasks)
COMMANDS = (accounts_cli, inventory_cli, payments_cli, tracking_cli, archive_cli, demo_cli)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from settings (by default the environment's); raises NotAnInstallation where they contradict."""
    settings = settings or load_settings()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.config.update(_flask_settings(settings))
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True)
    init_web(app)
    init_logs(app, as_json=settings.log_format == "json")
    accounts_portal.init_guard(app)
    _take_clicks(app, settings)
    gateway = app.extensions["payment_gateway"] = StripeGateway(settings)
    app.extensions["print_prober"] = Prober(seconds=15, most_bytes=4_000_000)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    app.add_url_rule("/health", endpoint="health", view_func=_health)
    app.add_url_rule("/ready", endpoint="ready", view_func=_ready)
    for module in HANDLERS:
        outbox.register(module.HANDLERS)
    mail.register_attachers(payments_handlers.ATTACHERS)
    mail.register_attachers(reporting_handlers.ATTACHERS)
    app.context_processor(desk_views.masthead_values)
    init_cli(app)
    init_care(app)
    app.config["AUDITS"] = (list_ledger_faults,)
    app.config["EXAMINATIONS"] = (
        accounts_cli.examine_people, inventory_cli.examine_newsletters, payments_cli.examine_books,
        tracking_cli.examine_clicks,
    )  # fmt: skip
    for command in COMMANDS:
        app.cli.add_command(command.group)
    app.config["PREPARE"] = demo_cli.PREPARE if settings.is_demo else []
    app.config["WARNINGS"] = [payments_views.mode_warning]
    app.config["GREETING"] = demo_cli.greet if settings.is_demo else list
    of_features = (task for module in TASKS for task in module.TASKS)
    if settings.plant:  # check_settings let it through: this is a proof that looks whether it can fail
        importlib.import_module("torture.plants").plant(settings.plant)
    app.config["TASKS"] = (
        *_core_tasks(settings),
        *of_features,
        *payments_tasks.make_tasks(gateway, settings),
        *checks_tasks.make_tasks(settings),
        *tracking_tasks.make_tasks(settings),
    )
    return app


def _take_clicks(app: Flask, settings: Settings) -> None:
    """Put the fast lane in front of Flask, and in front of both the rule for whose address is believed."""
    spool = Spool(settings.spool_dir, is_power_safe=settings.click_durability == "power")

    def load_links(known: int | None) -> LinkBook | None:
        with app.app_context():
            return link_book(db.session(), known)

    lane = app.extensions["fast_lane"] = FastLane(
        spool=spool, loader=load_links, snapshot=settings.spool_dir / "links.json",
        cookie_names=("__Host-desk" if settings.is_https else "desk",), secret=settings.secret_key.encode(),
    )  # fmt: skip
    app.extensions["link_host_gateway"] = HttpLinkHostGateway(allows_private=not settings.is_https)
    handle = lane.before(app.wsgi_app) if settings.has_fast_lane else app.wsgi_app
    app.wsgi_app = behind_proxies(handle, settings.trusted_proxies)  # type: ignore[assignment, method-assign]


def _flask_settings(settings: Settings) -> dict[str, Any]:
    is_postgresql = settings.database_url.startswith("postgresql")
    limits = "-c lock_timeout=8000 -c idle_in_transaction_session_timeout=60000"
    pool: dict[str, Any] = {"pool_pre_ping": True}
    if is_postgresql:
        pool |= {"connect_args": {"options": limits}, "isolation_level": "READ COMMITTED"}
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": pool,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-form" if settings.is_https else "form",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(hours=1),
    }


@access(Access.PUBLIC)
def _health() -> Response:
    """Say that the web server answers."""
    return Response("ok\n", mimetype="text/plain")


@access(Access.PUBLIC)
def _ready() -> tuple[Response, int]:
    """Say whether pages can be served: the database answers, with the tables of this program."""
    try:
        remark = schema_remark(db.session())
    except SQLAlchemyError:
        return Response("The database does not answer.\n", mimetype="text/plain"), 503
    return Response(f"{remark.sentence}\n", mimetype="text/plain"), 200 if remark.is_well else 503


def _core_tasks(settings: Settings) -> tuple[Task, ...]:
    second = timedelta(seconds=1)
    return (
        Task("core.deliver_events", second, outbox.deliver_due),
        Task("core.send_mail", second, lambda now: mail.send_due(now, settings)),
    )
