"""A period's figures, on both databases, against the ledger's lines added up by hand."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from sponsorship.booking.services import block_slot, book_archived, cancel_order
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.queries import list_open_invoices
from sponsorship.reporting.queries import Sums, get_revenue, list_money, list_receivables
from sponsorship.reporting.rules import FIXED_PERIODS, AgeBand, Period, Scope, SlotShare, Span, scope_of
from tests.factories.assembly import hold_slot, sell_slot
from tests.factories.booking import confirmed_order, make_sponsor
from tests.factories.desk import furnish
from tests.factories.inventory import make_newsletter, slot_on
from tests.queries import counted_queries

QUARTER = Span(date(2026, 10, 1), date(2026, 12, 31))


def on(period: Period) -> Scope:
    """A period as seen from the day on which tests take place."""
    return scope_of(period, date(2026, 11, 19))


def sides(sums: Sums) -> tuple[int, int, int]:
    """Both sides of the equation: booked, collected, outstanding."""
    return sums.booked_minor, sums.collected_minor, sums.outstanding_minor


def ledger_sums(session: Session, newsletter: Newsletter, first: date, last: date) -> Sums:
    """Booked, collected and outstanding of bookings by issue date, straight from the journal's rows."""
    rows = session.execute(
        text(
            "SELECT line.account, entry.kind, line.amount_minor FROM journal_line line"
            " JOIN journal_entry entry ON entry.id = line.entry_id JOIN booking ON booking.id = line.booking_id"
            " JOIN slot ON slot.id = booking.slot_id JOIN issue ON issue.id = slot.issue_id"
            " WHERE issue.newsletter_id = :newsletter AND issue.publish_on BETWEEN :first AND :last"
        ),
        {"newsletter": newsletter.id, "first": first, "last": last},
    ).all()

    def total(chosen: Iterable[tuple[str, str, int]]) -> int:
        return sum(amount for _, _, amount in chosen)

    receivable = [row for row in rows if row[0] == "ar"]
    return Sums(
        booked_minor=total(row for row in rows if row[0] == "backlog"),
        collected_minor=-total(row for row in receivable if row[1] == "received"),
        outstanding_minor=total(receivable),
    )


@pytest.fixture
def season(newsletter: Newsletter, now: datetime) -> Newsletter:
    """The newsletter in the middle of its season."""
    with transaction() as session:
        furnish(session, newsletter, now=now)
    return newsletter


@pytest.mark.parametrize("period", FIXED_PERIODS)
def test_booked_is_collected_and_outstanding_to_the_cent(
    session: Session, season: Newsletter, now: datetime, period: Period
) -> None:
    figures = get_revenue(session, season, on(period), now).figures
    span = figures.scope.span
    assert sides(figures.money) == sides(ledger_sums(session, season, span.first, span.last))
    assert figures.money.booked_minor == figures.money.collected_minor + figures.money.outstanding_minor
    assert figures.money.written_off_minor == 0


def test_the_quarter_of_the_season(session: Session, season: Newsletter, now: datetime) -> None:
    figures = get_revenue(session, season, on(Period.QUARTER), now).figures
    # Primary 4 at 1,650 and Sponsored 2 at 850, Classified 2 at 300; of them 850 (late), 300 (today) and 1,650 are unpaid
    assert sides(figures.money) == (890_000, 610_000, 280_000)
    assert (figures.late_minor, figures.open_invoices, figures.late_invoices) == (85_000, 3, 1)
    slots = figures.slots
    assert (slots.sold, slots.owed, slots.held, slots.house) == (8, 3, 2, 1)
    assert figures.issues == 9 and slots.sellable == 9 * 4 - 1  # one is blocked
    assert slots.unsold == 4 + 4 + 1  # 1 and 8 November, and one of the 15th
    assert slots.sell_through == 8 / 35


def test_the_next_quarter_is_compared_with_this_one(session: Session, season: Newsletter, now: datetime) -> None:
    this, following = (
        get_revenue(session, season, on(period), now).figures for period in (Period.QUARTER, Period.NEXT)
    )
    assert sides(following.money) == (0, 0, 0)
    assert following.before_minor == this.money.booked_minor
    assert following.slots.sold == 0 and following.slots.sellable > 0


def test_a_months_bar_is_what_was_sold_at_its_price_and_the_rest_at_rate_card(
    session: Session, season: Newsletter, now: datetime
) -> None:
    months = {row.month: row for row in get_revenue(session, season, on(Period.QUARTER), now).months}
    november, december = months[date(2026, 11, 1)], months[date(2026, 12, 1)]
    assert (november.collected_minor, november.outstanding_minor) == (610_000, 115_000)
    assert november.held_minor == 85_000
    # two whole issues unsold (3,100 each), a house ad, a classified unsold, two classifieds open
    assert november.open_minor == 2 * 310_000 + 4 * 30_000
    assert november.sell_through == 7 / 20
    assert (december.collected_minor, december.outstanding_minor, december.held_minor) == (0, 165_000, 85_000)
    assert next(iter(months)) == date(2026, 8, 1) and months[date(2026, 8, 1)].sell_through is None
    assert sum(row.collected_minor for row in months.values()) == 610_000


def test_a_discount_lowers_what_is_booked_and_not_what_is_open(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    days = [date(2026, 12, day) for day in (6, 13, 20)]
    with transaction() as own:
        order = confirmed_order(own, newsletter, [slot_on(own, newsletter, day) for day in days], now=now)
        net = order.net_minor
    report = get_revenue(session, newsletter, on(Period.QUARTER), now)
    assert net == 3 * 165_000 * 9 // 10
    assert report.figures.slots.sold == 3  # booked, though payments has not posted it yet
    december = next(row for row in report.months if row.month == date(2026, 12, 1))
    assert december.open_minor == 4 * 310_000 - 3 * 165_000


def test_what_came_from_the_archive_is_sold_and_is_no_money(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as own:
        slot = slot_on(own, newsletter, date(2026, 11, 1))
        book_archived(own, slot=slot, sponsor=make_sponsor(own, newsletter, now=now), now=now)
    figures = get_revenue(session, newsletter, on(Period.QUARTER), now).figures
    assert figures.slots.sold == 1 and figures.shares.count(SlotShare.SOLD) == 1
    assert sides(figures.money) == (0, 0, 0)


def test_a_blocked_slot_is_not_for_sale(session: Session, newsletter: Newsletter, now: datetime) -> None:
    before = get_revenue(session, newsletter, on(Period.QUARTER), now).figures.slots.sellable
    with transaction() as own:
        slot = slot_on(own, newsletter, date(2026, 12, 6))
        block_slot(own, slot=slot, reason="Reader survey", actor="Imogen Hale", now=now)
    assert get_revenue(session, newsletter, on(Period.QUARTER), now).figures.slots.sellable == before - 1


def test_money_of_an_order_in_another_currency_is_never_added_up(
    session: Session, season: Newsletter, now: datetime
) -> None:
    before = get_revenue(session, season, on(Period.QUARTER), now).figures.money
    with transaction() as own:
        booking = sell_slot(own, slot_on(own, season, date(2026, 12, 20)), now=now, sponsor_name="Euro Co")
        assert booking.order is not None
        booking.order.currency = "EUR"
    assert get_revenue(session, season, on(Period.QUARTER), now).figures.money == before
    assert booking.id not in list_money(session, season, QUARTER)


def test_another_newsletters_money_is_not_ours(session: Session, season: Newsletter, now: datetime) -> None:
    before = get_revenue(session, season, on(Period.QUARTER), now)
    with transaction() as own:
        other = make_newsletter(own, now=now, slug="other-letter")
        sell_slot(own, slot_on(own, other, date(2026, 12, 6)), now=now, due_on=date(2026, 11, 1))
    after = get_revenue(session, season, on(Period.QUARTER), now)
    assert after.figures == before.figures and after.months == before.months
    assert after.owed_minor == before.owed_minor


def test_a_cancelled_hold_leaves_nothing(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as own:
        booking = hold_slot(own, slot_on(own, newsletter, date(2026, 12, 6)), now=now)
        assert booking.order is not None
        cancel_order(own, order=booking.order, reason="Changed their mind", actor="Imogen Hale", now=now)
    figures = get_revenue(session, newsletter, on(Period.QUARTER), now).figures
    assert figures.slots.held == figures.slots.sold == 0
    assert sides(figures.money) == (0, 0, 0)


def test_receivables_are_grouped_by_age_and_say_what_they_are_for(
    session: Session, season: Newsletter, now: datetime
) -> None:
    bands = get_revenue(session, season, on(Period.QUARTER), now).receivables
    assert [(band.band, band.open_minor) for band in bands] == [(AgeBand.MONTH, 85_000), (AgeBand.NOT_DUE, 195_000)]
    assert [(row.sponsor_name, row.places, row.open_minor) for band in bands for row in band.rows] == [
        ("Tallyhook", (("Sponsored", 811),), 85_000),
        ("Peat Systems", (("Classified B", 812),), 30_000),
        ("Tallyhook", (("Primary", 814),), 165_000),
    ]


def test_a_part_payment_shrinks_what_is_owed_and_not_what_is_booked(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as own:
        slot = slot_on(own, newsletter, date(2026, 12, 6))
        sell_slot(own, slot, now=now, due_on=date(2026, 11, 10), paid_minor=65_000)
    report = get_revenue(session, newsletter, on(Period.QUARTER), now)
    assert sides(report.figures.money) == (165_000, 65_000, 100_000)
    assert report.figures.late_minor == report.owed_minor == 100_000


def test_receivables_need_one_query_however_many_there_are(session: Session, season: Newsletter, now: datetime) -> None:
    invoices = list_open_invoices(session, season.id)
    with counted_queries() as statements:
        rows = list_receivables(session, invoices, now.date())
    assert len(rows) == 3 and len(statements) == 1


def test_the_figures_take_a_fixed_number_of_queries(session: Session, newsletter: Newsletter, now: datetime) -> None:
    def count_for(period: Period) -> int:
        session.rollback()
        session.expunge_all()
        own = session.get(Newsletter, newsletter_id)
        assert own is not None
        with counted_queries() as statements:
            get_revenue(session, own, on(period), now)
        return len(statements)

    newsletter_id = newsletter.id
    with transaction() as own:
        furnish(own, newsletter, now=now)
    few = count_for(Period.QUARTER)
    with transaction() as own:
        again = own.get(Newsletter, newsletter_id)
        assert again is not None
        for week in range(8):
            slot = slot_on(own, again, date(2027, 1, 3) + timedelta(weeks=week))
            sell_slot(own, slot, now=now, sponsor_name=f"Sponsor {week}", due_on=date(2026, 11, 1))
    assert count_for(Period.QUARTER) == count_for(Period.YEAR) == few <= 13
