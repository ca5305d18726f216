"""Settings from the environment, read once and checked before anything starts."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from sponsorship.core.errors import NotAnInstallation

ROOT = Path(__file__).resolve().parents[2]
IPNetwork = IPv4Network | IPv6Network
STRIPE_API = "https://api.stripe.com"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment decides; one instance per process."""

    database_url: str
    secret_key: str
    base_url: str
    var_dir: Path
    environment: str
    stripe_mode: str
    stripe_secret_key: str
    stripe_webhook_secrets: tuple[str, ...]
    stripe_api_base: str
    smtp_url: str
    mail_from: str
    is_demo: bool
    deployment: str
    spool_dir: Path
    click_durability: str
    has_fast_lane: bool
    trusted_proxies: tuple[IPNetwork, ...]
    log_format: str = "text"
    plant: str = ""  # the defect that a proof plants to see itself fail; nothing outside tests

    @property
    def keeps_mail(self) -> bool:
        """Without a mail server, mail is kept to be read on the outbox page."""
        return not self.smtp_url

    @property
    def paid_before(self) -> Path:
        """Where the demo leaves word for the stand-in of what was paid before that was there."""
        return self.var_dir / "paid-before.json"

    @property
    def is_https(self) -> bool:
        """Whether the public address is HTTPS, which decides cookie names and HSTS."""
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment; raises NotAnInstallation with a sentence where they contradict."""
    env = os.environ if environ is None else environ
    var_dir = Path(env.get("FLATPLAN_VAR") or ROOT / "var")
    database_url = env.get("DATABASE_URL") or f"sqlite:///{var_dir / 'flatplan.sqlite3'}"
    key = env.get("STRIPE_SECRET_KEY", "")
    environment = env.get("APP_ENV", "development" if not key else "production")
    settings = Settings(
        database_url=_with_driver(database_url),
        secret_key=env.get("SECRET_KEY") or _kept_secret(var_dir, "secret_key"),
        base_url=(env.get("BASE_URL") or f"http://127.0.0.1:{env.get('PORT') or 8000}").rstrip("/"),
        var_dir=var_dir,
        environment=environment,
        stripe_mode=_stripe_mode(key),
        stripe_secret_key=key or f"sk_test_standin_{_kept_secret(var_dir, 'standin_key')}",
        stripe_webhook_secrets=_webhook_secrets(env, var_dir, key),
        stripe_api_base=env.get("STRIPE_API_BASE") or (STRIPE_API if key else "http://127.0.0.1:8001"),
        smtp_url=env.get("SMTP_URL", ""),
        mail_from=env.get("MAIL_FROM", "desk@flatplan.example"),
        is_demo=env.get("FLATPLAN_DEMO", "0" if key else "1") == "1",
        deployment=env.get("FLATPLAN_DEPLOYMENT") or _kept_secret(var_dir, "deployment"),
        spool_dir=Path(env.get("CLICK_SPOOL") or var_dir / "spool"),
        click_durability=env.get("CLICK_DURABILITY") or "process",
        has_fast_lane=env.get("CLICK_FAST_LANE", "1") == "1",
        trusted_proxies=_networks(env.get("TRUSTED_PROXIES", "")),
        log_format=env.get("LOG_FORMAT") or ("json" if environment == "production" else "text"),
        plant=env.get("FLATPLAN_PLANT", ""),
    )
    check_settings(settings)
    return settings


def check_settings(settings: Settings) -> None:
    """Refuse settings that would lose money or open a door; raises NotAnInstallation."""
    elsewhere = settings.stripe_api_base.rstrip("/") != STRIPE_API
    if settings.plant and settings.environment != "test":
        raise NotAnInstallation(
            "FLATPLAN_PLANT breaks the product on purpose, and only where APP_ENV is test. Remove it."
        )
    if settings.stripe_mode == "live" and elsewhere:
        raise NotAnInstallation("A live Stripe key is set beside an address that is not Stripe's. Remove one of them.")
    if elsewhere and not _is_loopback(settings.stripe_api_base):
        raise NotAnInstallation("STRIPE_API_BASE may only name this machine (127.0.0.1): it is for the stand-in.")
    if settings.environment == "production" and len(settings.secret_key) < 32:
        raise NotAnInstallation("SECRET_KEY must have at least 32 characters in production.")
    if not all(secret.startswith("whsec_") and len(secret) > 12 for secret in settings.stripe_webhook_secrets):
        raise NotAnInstallation("STRIPE_WEBHOOK_SECRET must start with whsec_: copy it from Stripe's dashboard.")
    if settings.click_durability not in ("process", "power"):
        raise NotAnInstallation(
            'CLICK_DURABILITY is "process" (a click survives a crash) or "power" (a power cut as well).'
        )
    if settings.log_format not in ("text", "json"):
        raise NotAnInstallation('LOG_FORMAT is "text" (for eyes) or "json" (for programs).')
    if settings.stripe_mode != "standin" and not settings.stripe_webhook_secrets:
        raise NotAnInstallation("STRIPE_WEBHOOK_SECRET is missing: without it no payment could be believed.")


def _networks(text: str) -> tuple[IPNetwork, ...]:
    """The proxies whose word on a reader's address is taken: addresses or networks, between commas."""
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise NotAnInstallation(f"TRUSTED_PROXIES must list addresses or networks, between commas: {error}.") from None


def _with_driver(url: str) -> str:
    """PostgreSQL addresses are spoken to with psycopg 3, whatever prefix the provider prints."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _stripe_mode(key: str) -> str:
    if not key or key.startswith("sk_test_standin_"):
        return "standin"
    if key.startswith(("sk_live_", "rk_live_")):
        return "live"
    if key.startswith(("sk_test_", "rk_test_")):
        return "test"
    raise NotAnInstallation("STRIPE_SECRET_KEY does not look like a secret or restricted key of Stripe's.")


def _webhook_secrets(env: Mapping[str, str], var_dir: Path, key: str) -> tuple[str, ...]:
    given = tuple(secret for secret in env.get("STRIPE_WEBHOOK_SECRET", "").split(",") if secret)
    if given or key:
        return given
    return (f"whsec_{_kept_secret(var_dir, 'webhook_secret')}",)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _kept_secret(var_dir: Path, name: str) -> str:
    """A secret of this installation: made on first use, kept in a file that only its owner reads."""
    path = var_dir / name
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
