"""What an address asks for: period, placement and sponsor, with the names that the page shows for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Newsletter, Placement
from sponsorship.inventory.queries import list_placements
from sponsorship.reporting.rules import LONGEST_SPAN, Period, Scope, Span, scope_of
from sponsorship.sponsors.models import Sponsor


@dataclass(frozen=True, slots=True)
class Filters:
    """A scope as an address says it: `words` are the address's own arguments, for links that keep what was chosen."""

    scope: Scope
    placement: Placement | None
    sponsor: Sponsor | None
    placements: tuple[Placement, ...]
    sponsors: tuple[tuple[int, str], ...]
    words: dict[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the period was chosen."""
        return self.placement is not None or self.sponsor is not None

    def words_in(self, period: Period, more: Mapping[str, str]) -> dict[str, str]:
        """Return the arguments of an address that asks for another period, with placement and sponsor as chosen."""
        kept = {name: value for name, value in self.words.items() if name in ("placement", "sponsor")}
        return {"period": period.value} | kept | dict(more)

    def words_for(self, span: Span | None = None, **more: str | int) -> dict[str, str]:
        """Return the arguments of an address that keeps the choice, for another span or with more said."""
        words = dict(self.words)
        if span is not None:
            dates = {"from": span.first.isoformat(), "to": span.last.isoformat()}
            words = words | {"period": Period.CUSTOM.value} | dates
        return words | {name: str(value) for name, value in more.items()}


def read_filters(session: Session, newsletter: Newsletter, words: Mapping[str, str], today: date) -> Filters:
    """Return what an address asks for; raises DomainError with a sentence where it asks for what there is not."""
    period, custom, kept = read_period(words)
    placements = tuple(list_placements(session, newsletter.id))
    placement = _placement(placements, words.get("placement", ""))
    sponsors = _sponsors(session, newsletter.id)
    sponsor = _sponsor(session, newsletter.id, words.get("sponsor", ""))
    scope = scope_of(
        period, today, custom, placement_id=placement.id if placement else None, sponsor_id=sponsor.id if sponsor else None
    )  # fmt: skip
    if placement is not None:
        kept["placement"] = placement.key
    if sponsor is not None:
        kept["sponsor"] = str(sponsor.id)
    return Filters(scope, placement, sponsor, placements, sponsors, kept)


def read_period(words: Mapping[str, str]) -> tuple[Period, Span | None, dict[str, str]]:
    """Return the period that an address asks for, its days where they are one's own, and the words that ask for it."""
    period = _period(words.get("period") or Period.QUARTER.value)
    if period is not Period.CUSTOM:
        return period, None, {"period": period.value}
    custom = _custom(words.get("from", ""), words.get("to", ""))
    dates = {"from": custom.first.isoformat(), "to": custom.last.isoformat()}
    return period, custom, {"period": period.value} | dates


def _period(word: str) -> Period:
    if word not in list(Period):
        raise DomainError("There is no such period. Choose a quarter, the year, or two days of your own.")
    return Period(word)


def _custom(first: str, last: str) -> Span:
    try:
        span = Span(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise DomainError("Give both days of the period, as in 2026-10-01 and 2026-12-31.") from None
    if not timedelta(0) <= span.last - span.first <= LONGEST_SPAN:
        raise DomainError("The period must end after it begins, and be at most six years long.")
    if span.first.year < 1990 or span.last.year > 2200:
        raise DomainError("The period must lie between 1990 and 2200.")
    return span


def _placement(placements: tuple[Placement, ...], key: str) -> Placement | None:
    if not key:
        return None
    found = next((one for one in placements if one.key == key), None)
    if found is None:
        raise DomainError("This newsletter has no such placement.")
    return found


def _sponsor(session: Session, newsletter_id: int, word: str) -> Sponsor | None:
    if not word:
        return None
    number = int(word) if word.isascii() and word.isdigit() and len(word) < 11 else 0
    found = session.get(Sponsor, number) if 0 < number < 2**31 else None
    if found is None or found.newsletter_id != newsletter_id:
        raise DomainError("This newsletter has no such sponsor.")
    return found


def _sponsors(session: Session, newsletter_id: int) -> tuple[tuple[int, str], ...]:
    query = select(Sponsor.id, Sponsor.name).where(Sponsor.newsletter_id == newsletter_id).order_by(Sponsor.name_key)
    return tuple((row.id, row.name) for row in session.execute(query))
