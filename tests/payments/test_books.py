"""The books: figures are sums of lines, closed months take nothing more, exports hold no formulas."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from sponsorship.core.db import transaction
from sponsorship.core.sheets import make_csv, make_xlsx
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.errors import MonthClosed, MonthNotOver, MonthOpen, ReasonMissing
from sponsorship.payments.models import JournalEntry
from sponsorship.payments.queries import total_money
from sponsorship.payments.queries.books import (
    LedgerFilter,
    find_closed_through,
    list_findings,
    list_ledger_lines,
    list_months,
    sum_figure,
    sum_ledger,
)
from sponsorship.payments.rules import Account
from sponsorship.payments.rules.books import SIX, Figure, end_of_month, next_month, open_day
from sponsorship.payments.services import (
    Found,
    close_month,
    confirm_on_card,
    confirm_on_invoice,
    keep_findings,
    reopen_month,
)
from tests.factories.booking import detailed_order, make_sponsor
from tests.factories.inventory import slot_on
from tests.payments.ledger_checks import check_books

DECEMBER = (date(2026, 12, 13), date(2026, 12, 20))
OCTOBER = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("day", "closed_through", "posted"),
    [
        (date(2026, 10, 31), None, date(2026, 10, 31)),
        (date(2026, 10, 31), date(2026, 10, 31), date(2026, 11, 1)),
        (date(2026, 9, 2), date(2026, 10, 31), date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 10, 31), date(2026, 11, 1)),
    ],
)
def test_what_belongs_to_a_closed_month_goes_to_the_next_open_day(
    day: date, closed_through: date | None, posted: date
) -> None:
    assert open_day(day, closed_through) == posted


def test_months_end_where_the_calendar_says() -> None:
    assert end_of_month(date(2028, 2, 10)) == date(2028, 2, 29)
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)


@pytest.fixture
def sold(newsletter: Newsletter, now: datetime) -> Newsletter:
    """A newsletter with one order paid by card and one open on invoice."""
    with transaction() as session:
        newsletter = session.merge(newsletter)
        card = detailed_order(session, newsletter, [slot_on(session, newsletter, DECEMBER[0], "primary")], now=now)
        confirm_on_card(session, order=card, reference="pi_1", amount_minor=card.total_minor, fee_minor=30, now=now)
        sponsor = make_sponsor(session, newsletter, name="=HYPERLINK(1)", email="ann@formula.example", now=now)
        sponsor.may_pay_by_invoice = True
        slots = [slot_on(session, newsletter, DECEMBER[1], "primary")]
        owed = detailed_order(
            session, newsletter, slots, now=now, company="=HYPERLINK(1)", contact_email="ann@formula.example"
        )
        confirm_on_invoice(session, order=owed, now=now + timedelta(minutes=2))
    return newsletter


def test_every_figure_is_the_sum_of_the_lines_that_it_opens_to(session: Session, sold: Newsletter) -> None:
    totals = total_money(session, sold.id)
    expected = {
        Figure.BOOKED: totals.booked_minor, Figure.COLLECTED: totals.collected_minor,
        Figure.OUTSTANDING: totals.outstanding_minor, Figure.RECOGNISED: totals.recognised_minor,
        Figure.DEFERRED: totals.deferred_minor, Figure.DEFERRED_GROSS: totals.deferred_gross_minor,
        Figure.UNAPPLIED: totals.unapplied_minor, Figure.REFUND_DUE: totals.refund_due_minor,
        Figure.WRITTEN_OFF: totals.written_off_minor,
    }  # fmt: skip
    assert totals.outstanding_minor > 0 and totals.deferred_minor > 0
    for figure, amount in expected.items():
        wanted = LedgerFilter(figure=figure)
        rows = list_ledger_lines(session, sold.id, wanted)
        assert sum_figure(session, sold.id, wanted).get("USD", 0) == amount, figure
        assert sum(row.counted_minor for row in rows) == amount, figure


def test_lines_are_found_by_day_issue_order_sponsor_and_account(session: Session, sold: Newsletter) -> None:
    every = list_ledger_lines(session, sold.id, LedgerFilter())
    first = next(row for row in every if row.publish_on == DECEMBER[0])
    by_issue = list_ledger_lines(session, sold.id, LedgerFilter(issue_from=DECEMBER[0], issue_to=DECEMBER[0]))
    assert {row.publish_on for row in by_issue} == {DECEMBER[0]}
    assert {row.order_id for row in list_ledger_lines(session, sold.id, LedgerFilter(order_id=first.order_id))} == {
        first.order_id
    }
    fees = list_ledger_lines(session, sold.id, LedgerFilter(account=Account.FEES))
    assert [row.amount_minor for row in fees] == [30]
    assert not list_ledger_lines(session, sold.id, LedgerFilter(from_day=date(2027, 1, 1)))
    for one in sum_ledger(session, sold.id, LedgerFilter()):
        assert one.debit_minor == one.credit_minor and one.lines == len(every)


def test_months_show_what_moved_and_what_stood(session: Session, sold: Newsletter, now: datetime) -> None:
    months = list_months(session, sold.id, "USD", SIX, until=date(2026, 12, 24))
    totals = total_money(session, sold.id)
    assert [one.month for one in months] == [date(2026, 12, 1), date(2026, 11, 1)]
    assert months[1].figures[Figure.BOOKED] == totals.booked_minor and months[0].figures[Figure.BOOKED] == 0
    assert {one.figures[Figure.DEFERRED] for one in months} == {totals.deferred_minor}


def test_a_closed_month_takes_nothing_more_and_says_where_it_went(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    december = datetime(2026, 12, 2, 9, tzinfo=UTC)
    with transaction() as writing:
        own = writing.merge(newsletter)
        close_month(writing, newsletter=own, month=date(2026, 11, 1), actor="ann@example.org", now=december)
    with transaction() as writing:
        own = writing.merge(newsletter)
        order = detailed_order(writing, own, [slot_on(writing, own, DECEMBER[0], "primary")], now=now)
        confirm_on_card(writing, order=order, reference="pi_2", amount_minor=order.total_minor, fee_minor=0, now=now)
    entries = session.query(JournalEntry).all()
    assert entries and {entry.effective_on for entry in entries} == {date(2026, 12, 1)}
    assert all("2026-11-19" in entry.memo for entry in entries)
    check_books(session)


def test_the_database_itself_refuses_an_entry_in_a_closed_month(sold: Newsletter, session: Session) -> None:
    with transaction() as writing:
        own = writing.merge(sold)
        close_month(writing, newsletter=own, month=date(2026, 11, 1), actor="ann@example.org",
                    now=datetime(2026, 12, 2, 9, tzinfo=UTC))  # fmt: skip
    order_id = session.execute(text("SELECT min(id) FROM purchase_order")).scalar_one()
    with pytest.raises(DatabaseError, match="closed"):
        session.execute(
            text(
                "INSERT INTO journal_entry (key, kind, newsletter_id, currency, effective_on, recorded_at, order_id, memo)"
                " VALUES ('x', 'booked', :n, 'USD', '2026-11-30', '2026-12-02 09:00', :o, '')"
            ),
            {"n": sold.id, "o": order_id},
        )
    session.rollback()


def test_months_are_closed_when_they_are_over_and_opened_with_a_reason(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    def act(function: object, **values: object) -> None:
        with transaction() as writing:
            function(writing, newsletter=writing.merge(newsletter), actor="ann@example.org", now=now, **values)

    with pytest.raises(MonthNotOver):
        act(close_month, month=date(2026, 11, 1))
    act(close_month, month=OCTOBER)
    assert find_closed_through(session, newsletter.id) == date(2026, 10, 31)
    with pytest.raises(MonthClosed):
        act(close_month, month=date(2026, 9, 1))
    with pytest.raises(ReasonMissing):
        act(reopen_month, month=OCTOBER, reason="  ")
    act(reopen_month, month=OCTOBER, reason="An invoice was missing")
    session.rollback()
    assert find_closed_through(session, newsletter.id) == date(2026, 9, 30)
    with pytest.raises(MonthOpen):
        act(reopen_month, month=OCTOBER, reason="again")
    acts = session.execute(text("SELECT action FROM audit_entry WHERE action LIKE 'month_%' ORDER BY id")).scalars()
    assert list(acts) == ["month_closed", "month_reopened"]


def test_a_finding_stands_until_it_is_found_no_more(session: Session, newsletter: Newsletter, now: datetime) -> None:
    def check(*keys: str) -> list[str]:
        with transaction() as writing:
            found = [Found(key, f"{key} differs.") for key in keys]
            return [one.key for one in keep_findings(writing, scope="test", found=found, now=now)]

    assert check("a", "b") == ["test:a", "test:b"]
    assert check("a", "b") == []
    assert check("b") == []
    assert [one.key for one in list_findings(session)] == ["test:b"]
    assert check("a", "b") == ["test:a"]


def test_nothing_in_an_export_is_a_formula() -> None:
    rows = [["=1+1", "+49", "-1", "@x", "\tx", "plain", 5, None]]
    columns = ["a", "b", "c", "d", "e", "f", "g", "h"]
    line = make_csv(columns, rows).decode("utf-8-sig").splitlines()[1]
    assert line == "'=1+1,'+49,'-1,'@x,'\tx,plain,5,"
    with ZipFile(BytesIO(make_xlsx("Sheet", columns, rows))) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet and "'=1+1" in file.read("xl/sharedStrings.xml").decode()
