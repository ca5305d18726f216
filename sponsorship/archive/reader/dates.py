"""Dates as they are written in front matter, titles and file names."""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"((?:19|20)\d\d)"
_YEAR_FIRST = re.compile(rf"(?<!\d){_YEAR}([-_/.])(\d{{1,2}})\2(\d{{1,2}})(?!\d)")
_YEAR_LAST = re.compile(rf"(?<!\d)(\d{{1,2}})([-_/.])(\d{{1,2}})\2{_YEAR}(?!\d)")
_SOLID = re.compile(rf"(?<!\d){_YEAR}(\d\d)(\d\d)(?!\d)")
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s_-]+{_MONTH}\.?,?[\s_-]+{_YEAR}(?!\d)", re.I)
_MONTH_DAY = re.compile(rf"\b{_MONTH}\.?[\s_-]+(\d{{1,2}})(?:st|nd|rd|th)?,?[\s_-]+{_YEAR}(?!\d)", re.I)


def find_date(text: str) -> date | None:
    """Return the first date written out in a text, as printed: a zone is not applied, "13/08/2017" is day first.

    Day and month change places only where the month would not exist ("08/13/2017").
    """
    for find in (_year_first, _year_last, _in_words, _solid):
        found = find(text)
        if found:
            return found
    return None


def _year_first(text: str) -> date | None:
    match = _YEAR_FIRST.search(text)
    return _build(match[1], match[3], match[4]) if match else None


def _year_last(text: str) -> date | None:
    match = _YEAR_LAST.search(text)
    return (_build(match[4], match[3], match[1]) or _build(match[4], match[1], match[3])) if match else None


def _in_words(text: str) -> date | None:
    if match := _DAY_MONTH.search(text):
        return _build(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.search(text):
        return _build(match[3], _month(match[1]), match[2])
    return None


def _solid(text: str) -> date | None:
    match = _SOLID.search(text)
    return _build(match[1], match[2], match[3]) if match else None


def _month(name: str) -> str:
    return str(_MONTHS.index(name[:3].lower()) + 1)


def _build(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
