"""The sentences of the outlook and of the rows behind a figure."""

from collections.abc import Sequence

from sponsorship.core.format import count, long_day, money, number, percent
from sponsorship.reporting.rules.figures import FigureKind
from sponsorship.reporting.rules.pace import Backtest, CurvePoint, Forecast
from sponsorship.reporting.rules.periods import Period, Scope, Span
from sponsorship.reporting.rules.placements import wilson_interval
from sponsorship.reporting.rules.renewals import RenewalRate

DAYS_IN_TABLE = (120, 90, 60, 45, 30, 21, 14, 7, 3, 0)
ROWS_A_PAGE = 100
Clauses = list[str | tuple[str, str]]


def page_asked(word: str) -> int:
    """Return the number of the page that an address asks for; a word that is no page is the first."""
    return max(int(word), 1) if word.isascii() and word.isdigit() and len(word) < 7 else 1


def page_slice(page: int) -> slice:
    """Return which rows stand on a page."""
    return slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE)


def pages_of(rows: int) -> int:
    """Return how many pages so many rows fill, at least one."""
    return max(-(-rows // ROWS_A_PAGE), 1)


def rows_headline(kind: FigureKind, total: int, rows: int, currency: str) -> Clauses:
    """Return the headline of the rows behind a figure: the figure itself, and how many rows it comes from."""
    figure = money(total, currency, cents=True) if kind.is_money else number(total)
    if not rows:
        return [f"{kind.label}: {figure}.", "There are no rows behind it."]
    return [f"{kind.label}: {figure},", f"from {count(rows, 'booking' if kind.is_money else 'slot')}."]


def span_text(kind: FigureKind, scope: Scope) -> str:
    """Say which issues the rows are of."""
    if kind.is_balance:
        return "All issues that have not run"
    return f"Issues from {long_day(scope.span.first)} to {long_day(scope.span.last)}"


def clipped(span: Span, within: Span) -> Span:
    """Return the days of a span that lie within another."""
    return Span(max(span.first, within.first), min(span.last, within.last))


def share_at(curve: Sequence[CurvePoint], days_before: int) -> float | None:
    """Return the share sold so many days before the issue; None where no issue has come so near."""
    return next((point.share for point in curve if point.days_before == days_before), None)


def nearest_shared(curve: Sequence[CurvePoint], earlier: Sequence[CurvePoint]) -> tuple[CurvePoint, CurvePoint] | None:
    """Return the points nearest the issue that both curves have, with at least half of the curve's issues behind it."""
    most = max((point.sellable for point in curve), default=0)
    pairs = [
        (one, other)
        for one, other in zip(curve, earlier, strict=True)
        if one.sellable * 2 >= most > 0 and other.sellable
    ]
    return pairs[-1] if pairs else None


def outlook_headline(curve: Sequence[CurvePoint], earlier: Sequence[CurvePoint], period: Period) -> Clauses:
    """Return the headline: ahead of last year's pace, behind it, or level with it."""
    pair = nearest_shared(curve, earlier)
    if pair is None or pair[0].share is None or pair[1].share is None:
        return [f"{period.subject} has no earlier year to be compared with."]
    now, then = pair[0].share, pair[1].share
    when = "on the day" if pair[0].days_before == 0 else f"{count(pair[0].days_before, 'day')} before an issue"
    points = round(abs(now - then) * 100)
    if points == 0:
        return [f"{period.subject} sells as last year did:", f"{percent(now)} is sold {when}."]
    if now > then:
        return [f"{period.subject} is ahead of last year:", f"{percent(now)} is sold {when}, against {percent(then)}."]
    behind = f"{percent(now)} is sold {when}, against {percent(then)}."
    return [(f"{period.subject} is behind last year:", "owed"), behind]


def pace_sentence(curve: Sequence[CurvePoint], earlier: Sequence[CurvePoint]) -> str:
    """Say what the curves of a pace chart show."""
    parts = []
    for days in (60, 30, 7):
        shares = [share_at(one, days) for one in (curve, earlier)]
        words = ["nothing to compare" if share is None else percent(share) for share in shares]
        parts.append(f"{days} days before the issue {words[0]}, a year earlier {words[1]}")
    return "Share of slots sold: " + "; ".join(parts) + "."


def quarter_name(span: Span) -> str:
    """Write a quarter: "Q1 2027"."""
    return f"Q{(span.first.month - 1) // 3 + 1} {span.first.year}"


def forecast_sentence(forecast: Forecast | None, span: Span, currency: str) -> str:
    """Say what the next quarter will come to, with its interval, or that the past is too short to say."""
    if forecast is None:
        return f"{quarter_name(span)} cannot be forecast yet: it takes three quarters that are over."
    low, high = money(forecast.low_minor, currency), money(forecast.high_minor, currency)
    return (
        f"{quarter_name(span)} will come to about {money(forecast.expected_minor, currency)}, in four cases of five between "
        f"{low} and {high}; {money(forecast.booked_minor, currency)} of it is booked."
    )


def method_sentence(tested: Backtest | None, days_ahead: int) -> str:
    """Say how the forecast is made, and how well it did where the outcome is known."""
    how = (
        f"Made by the pick-up method: what is booked {count(days_ahead, 'day')} before the quarter stands, and of what is open "
        "as large a part is expected to sell as in the quarters before, seen from as far."
    )
    if tested is None:
        return f"{how} There are too few quarters yet to try it on the past."
    return (
        f"{how} Tried on {count(tested.tried, 'past quarter')}, each from those before it alone, it was off by "
        f"{percent(tested.median_error)} at the median, and the interval held {tested.held} of {tested.tried} times."
    )


def renewal_sentence(rate: RenewalRate) -> str:
    """Say how many sponsors came back, with how far chance reaches."""
    if rate.share is None:
        return "No sponsor has had half a year to come back yet."
    low, high = wilson_interval(rate.renewed, rate.sponsors)
    return (
        f"{rate.renewed} of {count(rate.sponsors, 'sponsor')} ran again within half a year ({percent(rate.share)}; chance apart, "
        f"between {percent(low)} and {percent(high)})."
    )


def overview_headline(owed: Sequence[tuple[str, int, int]]) -> Clauses:
    """Return the headline over several newsletters from (currency, outstanding, late): what is owed, currency by currency."""
    open_sums = [money(outstanding, currency) for currency, outstanding, _ in owed if outstanding > 0]
    late_sums = [money(late, currency) for currency, _, late in owed if late > 0]
    if not open_sums:
        return ["All that is booked is paid."]
    if not late_sums:
        return [f"{' and '.join(open_sums)} is still owed,", "none of it late."]
    return [(f"{' and '.join(open_sums)} is still owed,", "owed"), f"{' and '.join(late_sums)} of it late."]


def liability_sentence(slots: int, paid_minor: int, worth_minor: int, currency: str) -> str:
    """Say how many slots are still owed to sponsors, what they paid for them, and what those of a placement cost today."""
    if not slots:
        return "Nobody holds a credit or a make-good"
    paid = f"{money(paid_minor, currency)} was paid for them" if paid_minor else "nothing was paid for them"
    worth = f"; {money(worth_minor, currency)} by the rate card" if worth_minor else ""
    return f"{count(slots, 'slot')} owed; {paid}{worth}"
