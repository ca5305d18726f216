"""Settings that contradict each other stop the program before it starts."""

from pathlib import Path

import pytest

from sponsorship.core.config import load_settings
from sponsorship.core.errors import NotAnInstallation

LONG = "x" * 40
HOOK = "whsec_" + "y" * 30


def test_with_nothing_set_it_is_a_demo_on_sqlite_with_the_stand_in(tmp_path: Path) -> None:
    settings = load_settings({"FLATPLAN_VAR": str(tmp_path)})
    assert settings.is_demo and settings.stripe_mode == "standin" and settings.keeps_mail
    assert settings.database_url.startswith("sqlite:///")
    assert settings == load_settings({"FLATPLAN_VAR": str(tmp_path)}), "secrets are kept over a restart"
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRET": HOOK, "STRIPE_API_BASE": "http://127.0.0.1:1"},
            "live Stripe key",
        ),
        (
            {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": HOOK, "STRIPE_API_BASE": "http://10.0.0.1"},
            "this machine",
        ),
        ({"STRIPE_SECRET_KEY": "sk_test_1"}, "STRIPE_WEBHOOK_SECRET is missing"),
        ({"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "changeme"}, "whsec_"),
        ({"STRIPE_SECRET_KEY": "pk_test_1", "STRIPE_WEBHOOK_SECRET": HOOK}, "does not look like"),
        ({"APP_ENV": "production", "SECRET_KEY": "short"}, "32 characters"),
        ({"FLATPLAN_PLANT": "nolock"}, "only where APP_ENV is test"),
        ({"APP_ENV": "production", "SECRET_KEY": LONG, "FLATPLAN_PLANT": "nolock"}, "only where APP_ENV is test"),
    ],
)
def test_a_contradiction_is_refused_with_a_sentence(tmp_path: Path, environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(NotAnInstallation, match=sentence):
        load_settings({"FLATPLAN_VAR": str(tmp_path), "SECRET_KEY": LONG, **environment})


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://"])
def test_postgresql_is_spoken_to_with_psycopg(tmp_path: Path, prefix: str) -> None:
    settings = load_settings({"FLATPLAN_VAR": str(tmp_path), "DATABASE_URL": f"{prefix}u@h/d"})
    assert settings.database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "9000"}, "http://127.0.0.1:9000"),
        ({"PORT": "9000", "BASE_URL": "https://ads.example.com/"}, "https://ads.example.com"),
    ],
)
def test_the_address_printed_is_the_one_that_is_listened_on(
    tmp_path: Path, environment: dict[str, str], address: str
) -> None:
    assert load_settings({"FLATPLAN_VAR": str(tmp_path), **environment}).base_url == address
