"""The tables and sums of money: what the provider's words mean, what each event posts, how shares add up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sponsorship.payments import rules
from sponsorship.payments.rules import Account, OpenPart, SessionTerms, SessionVerdict

TERMS = SessionTerms(445_500, "USD", "token", False, {"app": "flatplan", "attempt": "1"})


@pytest.mark.parametrize(
    ("status", "payment_status", "is_refused", "verdict"),
    [
        ("open", "unpaid", False, SessionVerdict.OPEN),
        ("complete", "paid", False, SessionVerdict.PAID),
        ("complete", "no_payment_required", False, SessionVerdict.PAID),
        ("complete", "unpaid", False, SessionVerdict.AWAITING),
        ("complete", "unpaid", True, SessionVerdict.REFUSED),
        ("expired", "unpaid", False, SessionVerdict.EXPIRED),
        ("complete", "a word of tomorrow", False, None),
        ("a word of tomorrow", "paid", False, None),
    ],
)
def test_only_the_payment_status_says_that_money_came(
    status: str, payment_status: str, is_refused: bool, verdict: SessionVerdict | None
) -> None:
    assert rules.judge_session(status, payment_status, is_refused=is_refused) is verdict


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (TERMS, ()),
        (SessionTerms(445_500, "USD", "token", False, {**TERMS.metadata, "more": "of theirs"}), ()),
        (SessionTerms(445_499, "USD", "token", False, TERMS.metadata), ("amount 445499 USD, agreed 445500 USD",)),
        (SessionTerms(445_500, "EUR", "token", False, TERMS.metadata), ("amount 445500 EUR, agreed 445500 USD",)),
        (SessionTerms(445_500, "USD", "nekot", False, TERMS.metadata), ("another order's reference",)),
        (SessionTerms(445_500, "USD", None, False, TERMS.metadata), ("another order's reference",)),
        (SessionTerms(445_500, "USD", "token", True, TERMS.metadata), ("live money in a test",)),
        (SessionTerms(445_500, "USD", "token", False, {"app": "flatplan"}), ("metadata attempt",)),
    ],
)
def test_every_difference_from_what_was_agreed_is_named(told: SessionTerms, found: tuple[str, ...]) -> None:
    assert rules.differences(TERMS, told) == found


@pytest.mark.parametrize(
    ("today", "issue", "instant"),
    [
        (date(2026, 11, 19), date(2026, 12, 2), True),  # nine business days
        (date(2026, 11, 19), date(2026, 12, 3), False),  # ten
        (date(2026, 11, 21), date(2026, 12, 4), False),  # from a Saturday, ten
        (date(2026, 11, 19), date(2026, 11, 19), True),
        (date(2026, 11, 19), date(2026, 11, 1), True),
    ],
)
def test_ten_business_days_before_an_issue_slow_money_is_no_longer_taken(
    today: date, issue: date, instant: bool
) -> None:
    assert rules.is_instant_only([issue, issue + timedelta(days=90)], today) is instant


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 2), (5, 32), (11, 2048), (12, 3600), (500, 3600)])
def test_a_retry_waits_twice_as_long_each_time_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert rules.retry_pause(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("due", "late"), [(date(2026, 11, 19), 0), (date(2026, 11, 20), 0), (date(2026, 11, 8), 11)])
def test_an_invoice_is_late_from_the_day_after_it_was_due(due: date, late: int) -> None:
    assert rules.days_late(due, date(2026, 11, 19)) == late


def test_a_session_ends_on_a_whole_second_more_than_half_an_hour_from_now() -> None:
    now = datetime(2026, 11, 19, 9, 40, 0, 999_999, tzinfo=UTC)
    assert rules.session_expiry(now) == datetime(2026, 11, 19, 10, 11, tzinfo=UTC)


@pytest.mark.parametrize(("number", "text"), [(1, "2026-0001"), (142, "2026-0142"), (12_345, "2026-12345")])
def test_invoice_numbers_have_four_digits_and_more_when_they_run_out(number: int, text: str) -> None:
    assert rules.invoice_number(2026, number) == text


@pytest.mark.parametrize("steps", [rules.SESSION_STEPS, rules.INVOICE_STEPS, rules.REFUND_STEPS])
def test_every_state_says_what_may_follow(steps: dict[object, frozenset[object]]) -> None:
    states = set(type(next(iter(steps))))
    assert set(steps) == states
    assert all(after <= states and state not in after for state, after in steps.items())


def by_account(lines: list[rules.Posting]) -> dict[str, int]:
    """Sum the lines on each account, those of nothing left out."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.account.value] = sums.get(line.account.value, 0) + line.amount_minor
    return {account: total for account, total in sums.items() if total}


@pytest.mark.parametrize(
    ("lines", "sums"),
    [
        (rules.booked_lines({1: 100, 2: 50}), {"backlog": 150, "booked": -150}),
        (rules.invoiced_lines({1: 100, 2: 50}, 28), {"ar": 178, "deferred": -150, "tax": -28}),
        (rules.fee_lines(30, 7), {"fees": 30, "stripe": -30}),
        (rules.recognised_lines(1, 100), {"deferred": 100, "revenue": -100}),
        (rules.unapplied_lines(178, 7), {"stripe": 178, "unapplied": -178}),
        (rules.refund_due_lines(178, 7), {"unapplied": 178, "refund_due": -178}),
        (rules.refunded_lines(178, 7), {"refund_due": 178, "stripe": -178}),
        (rules.refunded_lines(-178, 7), {"refund_due": -178, "stripe": 178}),
    ],
)
def test_each_event_posts_what_the_chart_of_accounts_says(lines: list[rules.Posting], sums: dict[str, int]) -> None:
    assert by_account(lines) == sums
    assert sum(line.amount_minor for line in lines) == 0


PARTS = [OpenPart(1, 33_333), OpenPart(2, 50_000), OpenPart(None, 15_833)]


@pytest.mark.parametrize(
    ("amount", "shares", "unapplied"),
    [
        (99_166, [33_333, 50_000, 15_833], 0),
        (1, [0, 1, 0], 0),
        (50_000, [16_807, 25_210, 7_983], 0),
        (100_000, [33_333, 50_000, 15_833], -834),
    ],
)
def test_money_is_spread_over_what_is_owed_and_the_rest_stays_unapplied(
    amount: int, shares: list[int], unapplied: int
) -> None:
    lines = rules.received_lines(Account.BANK, amount, PARTS, receipt_id=7)
    assert [-line.amount_minor for line in lines if line.account is Account.RECEIVABLE] == shares
    assert (lines[0].amount_minor, lines[-1].amount_minor) == (amount, unapplied)
    assert sum(line.amount_minor for line in lines) == 0


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=26), st.data())
def test_no_part_is_ever_paid_more_than_it_owes(owed: list[int], data: st.DataObject) -> None:
    parts = [OpenPart(number, amount) for number, amount in enumerate(owed)]
    amount = data.draw(st.integers(1, sum(owed) * 2))
    lines = rules.received_lines(Account.STRIPE, amount, parts, receipt_id=1)
    paid = [-line.amount_minor for line in lines if line.account is Account.RECEIVABLE]
    assert all(0 <= share <= most for share, most in zip(paid, owed, strict=True))
    assert sum(paid) == min(amount, sum(owed))
    assert sum(line.amount_minor for line in lines) == 0
