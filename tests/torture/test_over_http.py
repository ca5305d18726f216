"""The race over HTTP, at the smallest size that can show a defect; `python -m torture race` runs it in full."""

import pytest

from torture.race import run_race

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_of_buyers_who_come_at_once_one_gets_the_slot_and_all_others_are_told(database: str) -> None:
    verdict = run_race(database, plant="", buyers=24, rounds=2, workers=2, seed=1)
    assert verdict.passed, verdict.figure


def test_without_the_guard_the_same_race_sells_a_slot_twice() -> None:
    blind = run_race("sqlite", plant="nolock", buyers=24, rounds=2, workers=2, seed=1)
    assert blind.figure["oversold"] > 0, "the race cannot see what it is there for"
