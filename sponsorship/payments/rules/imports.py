"""What was sold elsewhere, read from a spreadsheet: which column is which, what a cell says, what is wrong with a row."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sponsorship.core.format import count, long_day
from sponsorship.core.money import exponent, smallest_step, to_minor

MOST_ROWS = 300
LONGEST_CELL = 200
YES = frozenset(("yes", "y", "x", "1", "true", "paid", "ja", "oui", "si", "bezahlt", "✓", "✔"))
NO = frozenset(("", "no", "n", "0", "false", "open", "unpaid", "nein", "non", "offen", "-", "–"))
WHOLE = re.compile(r"[0-9]{1,9}|[0-9]{1,3}([.,][0-9]{3}){1,2}")
OUR_NUMBER = re.compile(r"(20[0-9]{2})-([0-9]{4,9})")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Column(StrEnum):
    """What a cell of a row can say."""

    DAY = "day"
    PLACEMENT = "placement"
    SPONSOR = "sponsor"
    PRICE = "price"
    CONTACT = "contact"
    EMAIL = "email"
    ORDER_NUMBER = "order_number"
    INVOICE = "invoice"
    INVOICED = "invoiced"
    DUE = "due"
    TAX = "tax"
    PAID = "paid"

    @property
    def label(self) -> str:
        """The column as screens name it."""
        return LABELS[self]

    @property
    def is_needed(self) -> bool:
        """Whether a row without it says nothing."""
        return self in (Column.DAY, Column.PLACEMENT, Column.SPONSOR, Column.PRICE)


LABELS = {
    Column.DAY: "Issue date",
    Column.PLACEMENT: "Placement",
    Column.SPONSOR: "Sponsor",
    Column.PRICE: "Price before tax",
    Column.CONTACT: "Contact",
    Column.EMAIL: "E-mail",
    Column.ORDER_NUMBER: "Their order number",
    Column.INVOICE: "Invoice number",
    Column.INVOICED: "Invoiced on",
    Column.DUE: "Due on",
    Column.TAX: "Tax",
    Column.PAID: "Paid",
}
WORDS: dict[Column, tuple[str, ...]] = {  # the first that a heading is, or else contains, names the column
    Column.INVOICED: ("invoiced on", "invoice date", "invoiced", "issued", "rechnungsdatum"),
    Column.DUE: ("due on", "due date", "due", "payment due", "fallig"),
    Column.INVOICE: ("invoice number", "invoice no", "invoice", "rechnung"),
    Column.ORDER_NUMBER: ("their order number", "purchase order", "po number", "po no", "po", "order number", "reference"),
    Column.PAID: ("paid on", "paid amount", "paid", "payment", "received", "bezahlt"),
    Column.TAX: ("tax", "vat", "gst", "mwst"),
    Column.EMAIL: ("e-mail", "email", "mail", "contact email"),
    Column.CONTACT: ("contact name", "contact person", "contact", "person"),
    Column.PRICE: ("price before tax", "net price", "price", "net", "amount", "fee", "rate", "cost", "value", "preis"),
    Column.DAY: ("issue date", "run date", "publish date", "send date", "date", "issue", "day", "runs", "datum"),
    Column.PLACEMENT: ("placement", "slot", "position", "ad type", "ad unit", "product", "format", "type", "spot"),
    Column.SPONSOR: ("sponsor", "advertiser", "company", "client", "customer", "brand", "name", "kunde"),
}  # fmt: skip


class DayOrder(StrEnum):
    """How days are written where nothing but figures is."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"

    @property
    def label(self) -> str:
        """The order by an example."""
        return "13/12/2026: day, month, year" if self is DayOrder.DAY_FIRST else "12/13/2026: month, day, year"


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    KNOWN = "known"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Place:
    """A placement that a row may name, by its id, name and key; `capacity` slots of it are in an issue."""

    placement_id: int
    name: str
    key: str
    capacity: int


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file: its line and its cells by column, mended where somebody mended them."""

    line: int
    cells: Mapping[Column, str]


@dataclass(frozen=True, slots=True)
class DealRow:
    """A row that could be read: one slot sold elsewhere. Amounts in minor units; `invoice` is the number it was billed with.

    `copy_no` counts rows of one sponsor, placement and day, from 1. `tax_minor` None: the file says nothing of tax.
    """

    line: int
    day: date
    placement: str
    sponsor: str
    price_minor: int
    contact: str
    email: str
    order_number: str
    invoice: str
    invoiced_on: date | None
    due_on: date | None
    tax_minor: int | None
    paid_minor: int
    paid_on: date | None
    copy_no: int = 1

    @property
    def total_minor(self) -> int:
        """What is owed for it in all."""
        return self.price_minor + (self.tax_minor or 0)


class Unreadable(ValueError):
    """A cell, or a file, that says nothing; its text is the sentence for whoever wrote it."""


def read_table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the headings of a CSV text and its rows with their line numbers, empty ones left out.

    Commas, semicolons or tabs part the cells, whichever the headings use most. Raises Unreadable, with a sentence.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff\n ")
    if not plain.strip():
        raise Unreadable("Choose a file, or paste the rows.")
    if "\x00" in plain:
        raise Unreadable("This is not a CSV file. Save the spreadsheet as CSV and choose that.")
    head = plain.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(plain), delimiter=delimiter)
    try:
        lines = [(reader.line_num, [cell.strip()[:LONGEST_CELL] for cell in row]) for row in reader]
    except csv.Error as trouble:
        raise Unreadable(f"Line {reader.line_num} of the file cannot be read as CSV.") from trouble
    (_, headings), *rows = lines
    filled = [(line, row) for line, row in rows if any(row)]
    if not filled:
        raise Unreadable("There is one line only. The first line names the columns, each one after it is a booking.")
    if len(filled) > MOST_ROWS:
        raise Unreadable(f"That is {count(len(filled), 'row')}; {MOST_ROWS} can be imported at a time. Split the file.")
    return headings, filled


def guess_columns(headings: Sequence[str]) -> dict[Column, int]:
    """Return which heading names which column, by the words that people use; a heading names one column at most."""
    plain, found = [_plain(heading) for heading in headings], dict[Column, int]()
    for is_same in (True, False):
        for column, words in WORDS.items():
            free = [number for number in range(len(plain)) if number not in found.values()]
            hits = (n for word in words for n in free if _names(plain[n], word, is_same))
            number = next(hits, None) if column not in found else None
            if number is not None:
                found[column] = number
    return found


def guess_order(cells: Sequence[str]) -> DayOrder:
    """Return how days are written: month first where a second figure can be no month, and no first one is a mere day."""
    pairs = [tuple(map(int, m.groups())) for cell in cells if (m := re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d", cell))]
    is_month_first = any(second > 12 for _, second in pairs) and all(first <= 12 for first, _ in pairs)
    return DayOrder.MONTH_FIRST if is_month_first else DayOrder.DAY_FIRST


def read_day(text: str, order: DayOrder) -> date:
    """Return the day that a cell names: 2026-12-13, 13.12.2026, 12/13/2026, 13 Dec 2026, Dec 13, 2026; raises Unreadable."""
    words = re.findall(r"[^\W\d_]+|\d+", text.split("T")[0] if re.match(r"\d{4}-", text) else text)
    months = [MONTHS.index(w[:3].lower()) + 1 for w in words if w[:3].lower() in MONTHS]
    figures = [int(word) for word in words if word.isdigit()]
    try:
        if months and len(figures) >= 2:
            day, year = figures[:2] if figures[0] <= 31 else (figures[1], figures[0])
            return date(_year(year), months[0], day)
        first, second, third = figures[:3]
        if len(words[0]) == 4:
            return date(first, second, third)
        day, month = (first, second) if order is DayOrder.DAY_FIRST else (second, first)
        return date(_year(third), month, day)
    except (ValueError, IndexError) as unreadable:
        raise Unreadable(f"“{text}” is not a day. Write it like 2026-12-13.") from unreadable


def read_money(text: str, currency: str) -> int:
    """Return an amount in minor units: 1650, 1,650.00, 1.650,00, $1,650, 1650 USD; raises Unreadable."""
    plain = re.sub(r"[^\d.,\-']", "", text).replace("'", "").rstrip(".,-")
    last = max(plain.rfind("."), plain.rfind(","))
    has_decimals = last >= 0 and (len(plain) - last - 1 != 3 or exponent(currency) == 3)
    whole, rest = (plain[:last], plain[last + 1 :]) if has_decimals else (plain, "0")
    amount = None
    if WHOLE.fullmatch(whole) and rest.isdigit():
        try:
            amount = to_minor(Decimal(f"{re.sub('[.,]', '', whole)}.{rest}"), currency)
        except ValueError:
            amount = None  # more decimals than the currency has
    if amount is None:
        raise Unreadable(f"“{text}” is not an amount. Write it like 1650 or 1650.50.")
    if amount % smallest_step(currency):
        raise Unreadable(f"{currency} is charged in whole units: give a round amount instead of “{text}”.")
    return amount


def read_place(text: str, places: Sequence[Place]) -> tuple[Place, int | None]:
    """Return the placement that a cell names and, where it has a letter or figure behind it, which slot; raises Unreadable."""
    wanted = _plain(text)
    for place in places:
        for name in (_plain(place.name), _plain(place.key)):
            if wanted == name:
                return place, None
            behind = wanted.removeprefix(f"{name} ") if wanted.startswith(f"{name} ") else ""
            ordinal = int(behind) if behind.isdigit() else ord(behind) - 96 if re.fullmatch(r"[a-z]", behind) else 0
            if 1 <= ordinal <= place.capacity:
                return place, ordinal
    names = ", ".join(place.name for place in places)
    raise Unreadable(f"“{text}” is not a placement. There is {names}.")


def read_row(raw: RawRow, *, order: DayOrder, currency: str, today: date) -> DealRow:
    """Return what a row says; raises Unreadable with a sentence for the first thing that is wrong."""
    cells = {column: raw.cells.get(column, "").strip() for column in Column}
    for column in Column:
        if column.is_needed and not cells[column]:
            free = " Write 0 for what was given for nothing." if column is Column.PRICE else ""
            raise Unreadable(f"{column.label} is empty.{free}")
    if cells[Column.EMAIL] and not re.fullmatch(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]+", cells[Column.EMAIL]):
        raise Unreadable(f"“{cells[Column.EMAIL]}” is not an e-mail address.")
    price = read_money(cells[Column.PRICE], currency)
    tax = read_money(cells[Column.TAX], currency) if cells[Column.TAX] else None
    invoiced, due = (read_day(cells[c], order) if cells[c] else None for c in (Column.INVOICED, Column.DUE))
    if invoiced is not None and invoiced > today:
        raise Unreadable(f"It cannot have been invoiced on {long_day(invoiced)}, which has not come yet.")
    if invoiced is not None and due is not None and due < invoiced:
        raise Unreadable(f"It cannot be due on {long_day(due)}, before it was invoiced on {long_day(invoiced)}.")
    paid, paid_on = _read_paid(cells[Column.PAID], price + (tax or 0), order, currency)
    if paid > price + (tax or 0):
        raise Unreadable(f"More was paid ({cells[Column.PAID]}) than price and tax come to.")
    if paid_on is not None and paid_on > today:
        raise Unreadable(f"It cannot have been paid on {long_day(paid_on)}, which has not come yet.")
    return DealRow(
        line=raw.line, day=read_day(cells[Column.DAY], order), placement=cells[Column.PLACEMENT],
        sponsor=cells[Column.SPONSOR], price_minor=price, contact=cells[Column.CONTACT], email=cells[Column.EMAIL],
        order_number=cells[Column.ORDER_NUMBER], invoice=cells[Column.INVOICE], invoiced_on=invoiced, due_on=due,
        tax_minor=tax, paid_minor=paid, paid_on=paid_on,
    )  # fmt: skip


def _read_paid(text: str, total_minor: int, order: DayOrder, currency: str) -> tuple[int, date | None]:
    """How much was paid, and when: yes and no, an amount, or the day on which all of it was."""
    if text.casefold() in NO:
        return 0, None
    if text.casefold() in YES:
        return total_minor, None
    try:
        return total_minor, read_day(text, order)
    except Unreadable:
        pass
    try:
        return read_money(text, currency), None
    except Unreadable as neither:
        raise Unreadable(f"“{text}” does not say what was paid. Write yes, no, an amount or a day.") from neither


def _names(heading: str, word: str, is_same: bool) -> bool:
    """Whether a heading is that word, or has it among its words."""
    return heading == _plain(word) if is_same else f" {_plain(word)} " in f" {heading} "


def _year(figure: int) -> int:
    return figure + 2000 if figure < 100 else figure


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())
