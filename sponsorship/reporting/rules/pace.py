"""Pace: how much of an issue is sold so many days before it comes out, and what a quarter will come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import mean, median, stdev

from sponsorship.reporting.rules.periods import Span

DAYS_BEFORE = 120  # how far back a booking curve reaches
FEWEST_QUARTERS = 3  # fewer past quarters than these give no interval
MOST_QUARTERS = 8
# Student's t, 90th percentile by degrees of freedom 1, 2, 3, ...: an 80 % interval leaves a tenth on either side.
# Source: W. S. Gosset ("Student"), "The probable error of a mean", Biometrika 6 (1908); values to three decimals.
T_90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356)


@dataclass(frozen=True, slots=True)
class Sale:
    """One sold slot: its issue's day, the day it was sold, the day that ended where it was cancelled; list price and net."""

    publish_on: date
    sold_on: date
    ended_on: date | None
    list_minor: int
    net_minor: int

    def stands_on(self, day: date) -> bool:
        """Whether the slot was sold at the end of that day."""
        return self.sold_on <= day and (self.ended_on is None or self.ended_on > day)


@dataclass(frozen=True, slots=True)
class IssueOffer:
    """What one issue had to sell: slots, and what they come to at list price, in minor units."""

    publish_on: date
    slots: int
    list_minor: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """So many days before the issue: slots sold, of those of the issues that have come so near."""

    days_before: int
    sold: int
    sellable: int

    @property
    def share(self) -> float | None:
        """Sold of sellable, 0 to 1; None where no issue has come so near."""
        return self.sold / self.sellable if self.sellable else None


def booking_curve(offers: Sequence[IssueOffer], sales: Sequence[Sale], today: date) -> list[CurvePoint]:
    """Return the booking curve of issues, from 120 days before to the day itself.

    An issue counts for a number of days before it only once that day has come, so that what is not yet sold is not
    mistaken for what was never sold. A sale that was cancelled counts until it was.
    """
    sellable, sold = [0] * (DAYS_BEFORE + 2), [0] * (DAYS_BEFORE + 2)
    for offer in offers:
        nearest = max((offer.publish_on - today).days, 0)
        if nearest <= DAYS_BEFORE:
            sellable[nearest] += offer.slots
    for sale in sales:
        nearest = max((sale.publish_on - today).days, 0)
        farthest = min((sale.publish_on - sale.sold_on).days, DAYS_BEFORE)
        if sale.ended_on is not None:
            nearest = max(nearest, (sale.publish_on - sale.ended_on).days + 1)
        if nearest <= farthest:
            sold[nearest] += 1
            sold[farthest + 1] -= 1
    points, so_sellable, so_sold = [], 0, 0
    for days in range(DAYS_BEFORE + 1):
        so_sellable, so_sold = so_sellable + sellable[days], so_sold + sold[days]
        points.append(CurvePoint(days, so_sold, so_sellable))
    return points[::-1]


@dataclass(frozen=True, slots=True)
class QuarterSoFar:
    """A quarter seen on one day: booked then, open then (at list price), and what it came to; amounts in minor units, net."""

    span: Span
    booked_minor: int
    open_minor: int
    final_minor: int

    @property
    def pickup(self) -> float | None:
        """What came after that day as a share of what was open then; None where nothing was."""
        return (self.final_minor - self.booked_minor) / self.open_minor if self.open_minor > 0 else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a quarter will come to, with the bounds of an 80 % interval, from so many past quarters; minor units, net."""

    expected_minor: int
    low_minor: int
    high_minor: int
    booked_minor: int
    quarters: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """How the method did where the outcome is known: median error as a share of the outcome, and how often the interval held."""

    tried: int
    held: int
    median_error: float


def quarter_so_far(span: Span, days_ahead: int, offers: Sequence[IssueOffer], sales: Sequence[Sale]) -> QuarterSoFar:
    """Return a quarter as it stood so many days before its first day (negative: after it), and what it came to."""
    as_of = span.first - timedelta(days=days_ahead)
    within = [sale for sale in sales if sale.publish_on in span]
    then = [sale for sale in within if sale.stands_on(as_of)]
    offered = sum(offer.list_minor for offer in offers if offer.publish_on in span)
    return QuarterSoFar(
        span=span,
        booked_minor=sum(sale.net_minor for sale in then),
        open_minor=offered - sum(sale.list_minor for sale in then),
        final_minor=sum(sale.net_minor for sale in within if sale.ended_on is None),
    )


def forecast_quarter(booked_minor: int, open_minor: int, past: Sequence[QuarterSoFar]) -> Forecast | None:
    """Return what a quarter will come to by the pick-up method, or None with fewer than three past quarters to learn from.

    What is booked stands; of what is open, as large a part will sell as sold, on average, of what was open in earlier
    quarters at the same distance. The interval is the prediction interval of that average under Student's t (80 %).
    Source: L. R. Weatherford, S. E. Kimes, "A comparison of forecasting methods for hotel revenue management",
    International Journal of Forecasting 19 (2003), the additive pick-up method, here relative to what is open.
    """
    rates = [one.pickup for one in past if one.pickup is not None]
    if len(rates) < FEWEST_QUARTERS:
        return None
    middle, number = mean(rates), len(rates)
    reach = T_90[min(number - 1, len(T_90)) - 1] * stdev(rates) * sqrt(1 + 1 / number)
    most = booked_minor + max(open_minor, 0)

    def amount(rate: float) -> int:
        return min(max(booked_minor + round(rate * max(open_minor, 0)), 0), most)

    return Forecast(amount(middle), amount(middle - reach), amount(middle + reach), booked_minor, number)


def backtest(past: Sequence[QuarterSoFar]) -> Backtest | None:
    """Forecast each past quarter from those before it alone, oldest first; None where there are too few to try one."""
    tried: list[tuple[QuarterSoFar, Forecast]] = []
    for index, quarter in enumerate(past):
        made = forecast_quarter(quarter.booked_minor, quarter.open_minor, past[:index])
        if made is not None and quarter.final_minor > 0:
            tried.append((quarter, made))
    if not tried:
        return None
    errors = [abs(made.expected_minor - quarter.final_minor) / quarter.final_minor for quarter, made in tried]
    held = sum(made.low_minor <= quarter.final_minor <= made.high_minor for quarter, made in tried)
    return Backtest(len(tried), held, median(errors))
