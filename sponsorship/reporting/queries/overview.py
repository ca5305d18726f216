"""A person's newsletters side by side: each in its own currency, added up only with those of the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.core.format import local
from sponsorship.inventory.models import Newsletter
from sponsorship.payments.queries import list_open_invoices
from sponsorship.reporting.queries.counts import count_groups, count_slot_groups
from sponsorship.reporting.queries.money import Sums, list_owing, sum_money, sum_money_by_day
from sponsorship.reporting.rules import Period, Scope, SlotCount, Span, scope_of


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One newsletter in a period; `late_minor` is the part of what is outstanding that is past its due day."""

    newsletter: Newsletter
    scope: Scope
    slots: SlotCount
    money: Sums
    late_minor: int


@dataclass(frozen=True, slots=True)
class CurrencySums:
    """The newsletters of one currency, added up."""

    currency: str
    newsletters: int
    money: Sums
    late_minor: int


def get_overview(
    session: Session, newsletters: Sequence[Newsletter], period: Period, custom: Span | None, now: datetime
) -> list[OverviewRow]:
    """Return the figures of each newsletter, in the order given; each period is cut on its newsletter's calendar."""
    return [_row(session, one, period, custom, now) for one in newsletters]


def sums_by_currency(rows: Sequence[OverviewRow]) -> list[CurrencySums]:
    """Add up the newsletters of each currency, in order of the alphabet; currencies are never added to each other."""
    found = []
    for currency in sorted({row.newsletter.currency for row in rows}):
        own = [row for row in rows if row.newsletter.currency == currency]
        booked, collected, outstanding = (
            sum(getattr(row.money, name) for row in own)
            for name in ("booked_minor", "collected_minor", "outstanding_minor")
        )
        sums = Sums(booked, collected, outstanding)
        found.append(CurrencySums(currency, len(own), sums, sum(row.late_minor for row in own)))
    return found


def _row(session: Session, newsletter: Newsletter, period: Period, custom: Span | None, now: datetime) -> OverviewRow:
    today = local(now, newsletter.timezone).date()
    scope = scope_of(period, today, custom)
    late = [invoice.order_id for invoice in list_open_invoices(session, newsletter.id) if invoice.due_on < today]
    owing = list_owing(session, newsletter, late).values()
    money = sum_money_by_day(session, newsletter, scope.span)
    slots = count_slot_groups(session, newsletter, scope.span, scope, {}, now)
    owed = [row for row in owing if row.outstanding_minor > 0 and row.publish_on in scope.span]
    return OverviewRow(
        newsletter=newsletter,
        scope=scope,
        slots=count_groups(slots),
        money=sum_money(money.values()),
        late_minor=sum(row.outstanding_minor for row in owed),
    )
