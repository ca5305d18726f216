"""Preflight: what stops an issue, what to look at, and what passed, each with what to do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sponsorship.booking.rules import SlotState
from sponsorship.core.format import count, count_word


class PreflightSeverity(StrEnum):
    """What a line of the preflight does to the issue."""

    STOPS = "stops"
    LOOK = "look"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done about a line: the words of the link, and the page that it leads to."""

    label: str
    endpoint: str
    values: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreflightLine:
    """One result: a title that names the slot, a sentence that says more, and what to do (nothing for what passed)."""

    severity: PreflightSeverity
    title: str
    sentence: str = ""
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class CheckedSlot:
    """What the preflight knows of one slot; `note` is the words beside its state, `owed` what is still to be paid, as written.

    `has_links` is true where every printed link of the block is tracked; `disputed` leads to the money of a payment that its
    bank took back, for as long as that keeps the slot from running.
    """

    name: str
    sponsor: str
    state: SlotState
    note: str = ""
    owed: str = ""
    copy_page: Act | None = None
    docket: Act | None = None
    is_sold: bool = True
    is_ready: bool = False
    has_links: bool = False
    is_echoed: bool = False
    disputed: Act | None = None


@dataclass(frozen=True, slots=True)
class CheckedFinding:
    """An open finding of the duplicate check."""

    stops: bool
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pages:
    """Where each kind of trouble is dealt with."""

    review: Act
    invoices: Act
    again: Act


def preflight_lines(
    slots: Sequence[CheckedSlot], findings: Sequence[CheckedFinding], pages: Pages
) -> list[PreflightLine]:
    """Return all lines in mailing order, what stops the issue first, then what to look at, then what passed."""
    lines = [line for slot in slots for line in _slot_lines(slot, pages)]
    for finding in findings:
        severity = PreflightSeverity.STOPS if finding.stops else PreflightSeverity.LOOK
        lines.append(PreflightLine(severity, finding.title, finding.sentence, pages.review))
    lines += [PreflightLine(PreflightSeverity.PASSED, title) for title in _passed(slots, findings)]
    order = list(PreflightSeverity)
    return sorted(lines, key=lambda line: order.index(line.severity))


def _slot_lines(slot: CheckedSlot, pages: Pages) -> Iterator[PreflightLine]:
    stops, look = PreflightSeverity.STOPS, PreflightSeverity.LOOK
    if slot.disputed:
        sentence = f"The bank took back what {slot.sponsor} paid. Answer the bank, or move or cancel the booking."
        yield PreflightLine(stops, f"{slot.name} is disputed", sentence, slot.disputed)
    if slot.is_sold and not slot.is_ready:
        yield PreflightLine(stops, *_copy_trouble(slot, pages))
    elif slot.is_sold and not slot.has_links:
        sentence = "Links are made within seconds of the approval. If this stays, the worker is not running."
        yield PreflightLine(stops, f"No tracked link for {slot.name}", sentence, pages.again)
    if slot.owed:
        sentence = f"{slot.sponsor} owes {slot.owed}. You let this sponsor pay by invoice."
        yield PreflightLine(look, f"{slot.name} runs unpaid", sentence, pages.invoices)
    if slot.state in (SlotState.HELD, SlotState.OFFERED, SlotState.AWAITING_FUNDS) and not slot.is_sold:
        words = f"{slot.note}. " if slot.note else ""
        sentence = f"{words}Nothing is printed for it until it is paid."
        yield PreflightLine(look, f"{slot.name} is only {slot.state.label.lower()}", sentence, slot.docket)
    if slot.state in (SlotState.OPEN, SlotState.UNSOLD):
        sentence = "Sell it, or let a house ad take its place."
        yield PreflightLine(look, f"{slot.name} is not sold", sentence, slot.docket)


def _copy_trouble(slot: CheckedSlot, pages: Pages) -> tuple[str, str, Act | None]:
    words = f"{slot.sponsor}: {slot.note[:1].lower()}{slot.note[1:]}." if slot.note else f"From {slot.sponsor}."
    if slot.state is SlotState.REVIEW:
        return f"{slot.name} is not approved", words, pages.review
    if slot.state is SlotState.CHANGES_ASKED:
        return f"{slot.name} waits for changes", words, slot.copy_page
    return f"No copy for {slot.name}", words, slot.copy_page


def _passed(slots: Sequence[CheckedSlot], findings: Sequence[CheckedFinding]) -> Iterator[str]:
    sold = [slot for slot in slots if slot.is_sold]
    if not any(slot.state in (SlotState.OPEN, SlotState.UNSOLD, SlotState.HELD, SlotState.OFFERED) for slot in slots):
        yield "No slot is empty"
    if not sold:
        return
    if not any(slot.owed or slot.disputed for slot in sold):
        yield "Every sold slot is paid"
    if all(slot.is_ready for slot in sold):
        yield "Every copy is approved"
        if all(slot.has_links for slot in sold):
            yield "Every link is tracked"
            yield from (f"{slot.name} is repeated at the foot" for slot in sold if slot.is_echoed)
    if not findings:
        yield "No duplicate placement is open"


def verdict(lines: Iterable[PreflightLine]) -> list[str | tuple[str, str]]:
    """Return the headline's clauses in its three grades: ready, ready with things to look at, not ready."""
    severities = [line.severity for line in lines]
    stops, looks = (severities.count(one) for one in (PreflightSeverity.STOPS, PreflightSeverity.LOOK))
    if stops:
        clause = count_word(stops, "thing stops it.", "things stop it.")
        return ["Not ready to send:", (clause[:1].lower() + clause[1:], "owed")]
    if looks:
        clause = count_word(looks, "thing to look at.", "things to look at.")
        return ["Ready,", clause[:1].lower() + clause[1:]]
    return ["Ready to send."]


def sent_verdict(sent: str, clicks: int | None) -> list[str | tuple[str, str]]:
    """Return the headline of an issue that went out; `clicks` are people's, None where no link was tracked."""
    return [f"Sent {sent}."] if clicks is None else [f"Sent {sent},", f"{count(clicks, 'click')} so far."]
