"""Samples of what `python -m torture` proves in full, and the planted defects, which must be seen."""

import pytest

from sponsorship.core import failpoint
from sponsorship.core.config import load_settings
from sponsorship.core.errors import NotAnInstallation
from torture._money.stories import STORIES, late_and_sold, paid_by_card
from torture.crashpoints import run_crashpoints
from torture.kill9 import run_kill9
from torture.orders import run_orders
from torture.webhooks import run_webhooks


def test_forged_webhooks_are_refused_and_an_open_door_is_seen() -> None:
    assert run_webhooks("sqlite", n=270, seed=7).passed
    assert not run_webhooks("sqlite", n=27, seed=7, plant="open").passed


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_orders_of_events_have_one_end(database: str) -> None:
    verdict = run_orders(database, n=4, seed=11)
    assert verdict.passed, verdict.line()


def test_believing_a_stale_event_is_seen() -> None:
    assert not run_orders("sqlite", n=8, seed=1, plant="first").passed


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_crash_at_a_sample_of_points_loses_nothing(database: str) -> None:
    verdict = run_crashpoints(database, [late_and_sold], every=29)
    assert verdict.passed, verdict.line()


def test_a_product_that_picks_nothing_up_is_seen() -> None:
    assert not run_crashpoints("sqlite", [paid_by_card], every=13, plant="forgetful").passed


def test_there_are_a_dozen_stories() -> None:
    assert len({story.__name__ for story in STORIES}) >= 12
    assert callable(run_kill9)


def test_points_of_failure_exist_for_tests_only(tmp_path: object) -> None:
    settings = load_settings({"FLATPLAN_VAR": str(tmp_path), "APP_ENV": "development"})
    with pytest.raises(NotAnInstallation, match="APP_ENV=test"):
        failpoint.arm(settings, lambda _point: None)
