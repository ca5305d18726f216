"""Payer, clock and buyer meet at one slot, in interleavings drawn by a seed; and defects that only some of them show."""

import pytest
from flask import Flask

from torture.interleavings import play_schedules, run_schedules

pytestmark = pytest.mark.timeout(600)


def test_no_interleaving_awards_a_slot_twice_or_loses_it(app: Flask) -> None:
    verdict = play_schedules(app, "either", plant="", schedules=25, seed=7)
    assert verdict.passed, verdict.figure["first"]
    assert {"paid", "not paid"} <= set(verdict.figure["outcomes"])


def test_late_money_without_the_index_is_seen() -> None:
    assert run_schedules("sqlite", plant="noindex", schedules=10, seed=7).figure["wrong"] > 0
