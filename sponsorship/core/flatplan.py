"""The flatplan: an issue drawn as a page, each sponsor block a bar on it.

Pure geometry, in the units of the drawing's viewBox.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

PAGE_WIDTH, PAGE_HEIGHT = 34.0, 46.0
MARGIN = 4.0
NAME_Y, NAME_WIDTH = 5.5, 12.0
BODY_TOP, BODY_BOTTOM = 8.5, 42.5
COLUMN_WIDTH = PAGE_WIDTH - 2 * MARGIN
HALF_GAP = 2.0
BAR_HEIGHTS = {"primary": 6.5, "partner": 3.5, "classified": 4.0}
OTHER_BAR_HEIGHT = 4.5
ECHO_HEIGHT = 2.5
ECHO_GAP = 2.5
TIGHTEST_GAP = 1.5
LINE_PITCH = 2.5
SPECIMEN_SCALE = 132 / PAGE_WIDTH


@dataclass(frozen=True)
class Spot:
    """One sponsor block of an issue: its placement's kind, its state, and whether it is printed again at the foot.

    Kinds are "primary", "classified" (half a column, in pairs) and "partner"; any other kind is an ordinary bar.
    States are the CSS keys of the slot states, or "on" and "off" where the drawing only shows a place.
    """

    kind: str
    state: str
    echo: bool = False


@dataclass(frozen=True)
class Mark:
    """A rectangle of the drawing with the state it is coloured by."""

    x: float
    y: float
    width: float
    height: float
    state: str


@dataclass(frozen=True)
class Line:
    """A horizontal rule of the drawing: the newsletter's name, or a line of its own text."""

    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Drawing:
    """What the flatplan macros draw: the page's size, the name, the lines of text and one mark per printed block."""

    width: float
    height: float
    name: Line
    text: tuple[Line, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class _Row:
    """Blocks that stand side by side, and how tall they are."""

    spots: tuple[Spot, ...]
    height: float


def draw_flatplan(spots: Sequence[Spot]) -> Drawing:
    """Draw an issue with its blocks in the order given: classifieds two to a row, echoes at the foot."""
    rows = _rows(spots)
    echoes = [spot for spot in spots if spot.echo]
    foot = len(echoes) * ECHO_HEIGHT + max(len(echoes) - 1, 0) * TIGHTEST_GAP + (ECHO_GAP if echoes else 0)
    room = BODY_BOTTOM - BODY_TOP - foot
    gaps = max(len(rows) - 1, 1) if echoes else max(len(rows), 1)
    needed = sum(row.height for row in rows) + TIGHTEST_GAP * gaps
    shrink = min(1.0, room / needed)
    gap = (room - shrink * sum(row.height for row in rows)) / gaps

    marks: list[Mark] = []
    text: list[Line] = []
    y = BODY_TOP
    for position, row in enumerate(rows):
        marks.extend(_marks_of(row, y, row.height * shrink))
        y += row.height * shrink
        if position < gaps:
            text.extend(_lines_between(y, y + gap))
            y += gap
    if not rows:
        text.extend(_lines_between(BODY_TOP, BODY_BOTTOM))
    marks.extend(_echo_marks(echoes))
    name = Line(MARGIN, NAME_Y, NAME_WIDTH)
    return Drawing(PAGE_WIDTH, PAGE_HEIGHT, name, tuple(text), tuple(marks))


def draw_place(spots: Sequence[Spot], chosen: Collection[int]) -> Drawing:
    """Draw where placements stand: spots at the positions in `chosen` are "on", echo included, all others "off"."""
    return draw_flatplan(
        [replace(spot, state="on" if position in chosen else "off") for position, spot in enumerate(spots)]
    )


def draw_specimen(spots: Sequence[Spot], chosen: Collection[int]) -> Drawing:
    """Draw the same as `draw_place`, 132 units wide, for the rate card."""
    return _scaled(draw_place(spots, chosen), SPECIMEN_SCALE)


def _rows(spots: Iterable[Spot]) -> list[_Row]:
    """Put neighbouring classifieds in pairs; every other spot has a row of its own."""
    rows: list[_Row] = []
    for spot in spots:
        pair = bool(rows) and len(rows[-1].spots) == 1 and rows[-1].spots[0].kind == "classified"
        if spot.kind == "classified" and pair:
            rows[-1] = replace(rows[-1], spots=(*rows[-1].spots, spot))
        else:
            rows.append(_Row((spot,), BAR_HEIGHTS.get(spot.kind, OTHER_BAR_HEIGHT)))
    return rows


def _marks_of(row: _Row, y: float, height: float) -> list[Mark]:
    """Place the blocks of a row: the whole column, or halves of it for classifieds."""
    if row.spots[0].kind != "classified":
        return [Mark(MARGIN, round(y, 2), COLUMN_WIDTH, round(height, 2), row.spots[0].state)]
    half = (COLUMN_WIDTH - HALF_GAP) / 2
    return [
        Mark(MARGIN + position * (half + HALF_GAP), round(y, 2), half, round(height, 2), spot.state)
        for position, spot in enumerate(row.spots)
    ]


def _echo_marks(echoes: Sequence[Spot]) -> list[Mark]:
    """Stack the echoes upwards from the foot, the first of them highest."""
    marks = []
    for position, spot in enumerate(echoes):
        below = len(echoes) - position
        y = BODY_BOTTOM - below * ECHO_HEIGHT - (below - 1) * TIGHTEST_GAP
        marks.append(Mark(MARGIN, y, COLUMN_WIDTH, ECHO_HEIGHT, spot.state))
    return marks


def _lines_between(top: float, bottom: float) -> list[Line]:
    """Fill a gap with as many lines of text as fit, every second one shorter."""
    count = int((bottom - top - HALF_GAP) // LINE_PITCH)
    pitch = (bottom - top) / (count + 1) if count > 0 else 0
    return [
        Line(MARGIN, round(top + (number + 1) * pitch, 2), COLUMN_WIDTH - 4 * (number % 2)) for number in range(count)
    ]


def _scaled(drawing: Drawing, scale: float) -> Drawing:
    """Enlarge every length of a drawing by the same factor."""

    def long(length: float) -> float:
        return round(length * scale, 1)

    def line(old: Line) -> Line:
        return Line(long(old.x), long(old.y), long(old.width))

    return Drawing(
        width=long(drawing.width),
        height=long(drawing.height),
        name=line(drawing.name),
        text=tuple(line(old) for old in drawing.text),
        marks=tuple(
            Mark(long(old.x), long(old.y), long(old.width), long(old.height), old.state) for old in drawing.marks
        ),
    )
