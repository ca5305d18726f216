"""The storefront's words: holds, terms, usual clicks, headlines."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sponsorship.booking.rules import OrderState
from sponsorship.storefront.rules import (
    Clause,
    OrderFacts,
    Term,
    UsualClicks,
    held_words,
    home_headline,
    order_headline,
    split_terms,
    usual_clicks,
)

NOW = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)
ZONE = "Europe/London"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, "Held"),
        (NOW, "Held"),
        (NOW - timedelta(minutes=1), "Held"),
        (NOW + timedelta(minutes=22), "Held to 10:02"),
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "Held to Fri 12:00"),
        (datetime(2026, 11, 25, 23, 59, tzinfo=UTC), "Held to Wed 23:59"),
        (datetime(2026, 11, 26, 12, 0, tzinfo=UTC), "Held to 26 Nov"),
    ],
)
def test_a_hold_says_until_when_it_lasts(until: datetime | None, words: str) -> None:
    assert held_words(until, ZONE, NOW) == words


def test_a_hold_is_written_on_the_newsletters_clock() -> None:
    summer = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    assert held_words(summer + timedelta(minutes=20), ZONE, summer) == "Held to 10:20"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("Copy by Thursday.", [Term("", "Copy by Thursday.")]),
        ("Can I move?\nYes.", [Term("Can I move?", "Yes.")]),
        (
            "Can I move?\r\nYes.\r\nFree.\r\n\r\n\r\n\r\nNo refunds.",
            [Term("Can I move?", "Yes.\nFree."), Term("", "No refunds.")],
        ),
        ("A question alone?", [Term("", "A question alone?")]),
        ("A line.\nAnother.", [Term("", "A line.\nAnother.")]),
    ],
)
def test_terms_are_read_as_questions_with_answers(text: str, terms: list[Term]) -> None:
    assert split_terms(text) == terms


@pytest.mark.parametrize(
    ("counts", "usual"),
    [
        ([], None),
        ([300, 310, 290], None),
        ([10, 10, 10, 10], UsualClicks(10, 10, 10)),
        ([100, 200, 300, 400, 500], UsualClicks(300, 200, 400)),
        ([400, 100, 300, 200], UsualClicks(250, 175, 325)),
        ([0, 0, 0, 900], UsualClicks(0, 0, 225)),
    ],
)
def test_what_is_usual_is_the_median_and_the_middle_half_of_at_least_four_runs(
    counts: list[int], usual: UsualClicks | None
) -> None:
    assert usual_clicks(counts) == usual


def facts(**given: object) -> OrderFacts:
    return OrderFacts(**({"state": OrderState.CONFIRMED, "slots": 3, "zone": ZONE} | given))  # type: ignore[arg-type]


COPY = {"copy_for": date(2026, 12, 13), "copy_due_at": datetime(2026, 12, 10, 18, tzinfo=UTC)}
TODAY = {"copy_for": date(2026, 11, 22), "copy_due_at": datetime(2026, 11, 19, 18, tzinfo=UTC)}
LATE = {"copy_for": date(2026, 11, 22), "copy_due_at": NOW}


@pytest.mark.parametrize(
    ("given", "clauses"),
    [
        ({"state": OrderState.HELD, "held_until": NOW + timedelta(minutes=20)},
         ["Three slots held for you until 10:00.", "Nothing is booked before you pay."]),
        ({"state": OrderState.HELD, "held_until": NOW + timedelta(days=3)},
         ["Three slots held for you until Sun 22 Nov, 09:40 GMT.", "Nothing is booked before you pay."]),
        ({"state": OrderState.IN_CHECKOUT, "slots": 1}, ["One slot held for you.", "Nothing is booked before you pay."]),
        (COPY, ["Three slots booked.", "Copy for Sun 13 Dec is due Thu 10 Dec, 18:00 GMT."]),
        (TODAY, ["Three slots booked.", ("Copy for Sun 22 Nov is due today at 18:00.", "owed")]),
        (LATE, ["Three slots booked.", ("Copy for Sun 22 Nov was due Thu 19 Nov, 09:40 GMT.", "owed")]),
        ({}, ["Three slots booked.", "All copy is in."]),
        ({"ran": 2} | COPY, ["Three slots booked, 2 of them ran.", "Copy for Sun 13 Dec is due Thu 10 Dec, 18:00 GMT."]),
        ({"ran": 3}, ["All 3 slots ran."]),
        ({"ran": 1, "slots": 1}, ["Your slot ran."]),
        ({"ran": 3, "owed": "$100.00"}, ["All 3 slots ran.", "$100.00 is still to be paid."]),
        ({"owed": "$100.00", "is_overdue": True}, ["Three slots booked.", "All copy is in.", ("$100.00 is overdue.", "owed")]),
    ],
)  # fmt: skip
def test_an_orders_headline_says_how_it_stands_and_what_is_due_next(
    given: dict[str, object], clauses: list[Clause]
) -> None:
    assert order_headline(facts(**given), NOW) == clauses


@pytest.mark.parametrize("state", OrderState)
def test_every_state_of_an_order_has_a_headline(state: OrderState) -> None:
    clauses = order_headline(facts(state=state), NOW)
    assert all(clauses)
    assert "owed" not in [clause[1] for clause in clauses if isinstance(clause, tuple)]


@pytest.mark.parametrize(
    ("coming", "ran", "due", "clauses"),
    [
        (0, 0, None, ["Nothing is booked yet."]),
        (0, 5, None, ["Nothing is booked just now.", "Five slots ran."]),
        (2, 0, None, ["Two slots to come.", "All copy is in."]),
        (1, 1, "Copy is due.", ["One slot to come.", "Copy is due."]),
    ],
)
def test_the_headline_of_a_sponsors_home(coming: int, ran: int, due: Clause | None, clauses: list[Clause]) -> None:
    assert home_headline(coming, ran, due) == clauses


def test_what_waits_for_an_answer_stands_first_on_a_sponsors_home() -> None:
    assert home_headline(1, 0, None, 2) == [
        ("Two things wait for your answer.", "owed"), "One slot to come.", "All copy is in.",
    ]  # fmt: skip
    assert home_headline(0, 3, None, 1) == [("One thing waits for your answer.", "owed")]
