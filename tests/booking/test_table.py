"""The README's tables of states are the rules' own."""

from sponsorship.booking.rules.demand import WAITING_STEPS
from sponsorship.booking.rules.orders import BOOKING_STEPS
from sponsorship.booking.rules.table import BOOKING_EVENTS, WAITING_EVENTS, booking_table, waiting_table
from tests.architecture.house import ROOT


def test_the_readme_shows_the_tables_as_the_rules_have_them() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    advice = "run python -m sponsorship.booking.rules.table and put its output into the README"
    assert booking_table() in readme, advice
    assert waiting_table() in readme, advice


def test_every_step_of_the_rules_has_an_event_in_the_tables() -> None:
    for steps, events in ((BOOKING_STEPS, BOOKING_EVENTS), (WAITING_STEPS, WAITING_EVENTS)):
        assert {to for after in steps.values() for to in after} == set(events.values())
