"""What stops an issue, what to look at, what passed; and the headline in its three grades."""

from dataclasses import replace

import pytest

from sponsorship.assembly.rules.preflight import (
    Act,
    CheckedFinding,
    CheckedSlot,
    Pages,
    PreflightLine,
    PreflightSeverity,
    preflight_lines,
    sent_verdict,
    verdict,
)
from sponsorship.booking.rules import SlotState

REVIEW, INVOICES, AGAIN = Act("Decide on it", "review"), Act("Invoices", "invoices"), Act("Again", "again")
COPY_PAGE, DOCKET = Act("Copy page", "copy"), Act("Docket", "docket")
PAGES = Pages(review=REVIEW, invoices=INVOICES, again=AGAIN)
STOPS, LOOK, PASSED = PreflightSeverity

READY = CheckedSlot(
    name="Primary", sponsor="Cinderbox", state=SlotState.APPROVED, copy_page=COPY_PAGE, docket=DOCKET, is_ready=True,
    has_links=True, is_echoed=True,
)  # fmt: skip
MISSING = replace(READY, state=SlotState.MISSING, note="Due today 18:00", is_ready=False, has_links=False)
FREE = replace(READY, sponsor="", is_sold=False, is_ready=False, has_links=False)

TROUBLES: list[tuple[str, CheckedSlot, list[tuple[PreflightSeverity, str, str, Act | None]]]] = [
    ("ready", READY, []),
    ("copy missing", MISSING,
     [(STOPS, "No copy for Primary", "Cinderbox: due today 18:00.", COPY_PAGE)]),
    ("no copy, not yet pressing", replace(MISSING, state=SlotState.PAID, note="Copy due 3 Dec"),
     [(STOPS, "No copy for Primary", "Cinderbox: copy due 3 Dec.", COPY_PAGE)]),
    ("in review", replace(MISSING, state=SlotState.REVIEW, note="Sent Wed 16:05"),
     [(STOPS, "Primary is not approved", "Cinderbox: sent Wed 16:05.", REVIEW)]),
    ("changes asked", replace(MISSING, state=SlotState.CHANGES_ASKED),
     [(STOPS, "Primary waits for changes", "Cinderbox: due today 18:00.", COPY_PAGE)]),
    ("without a note", replace(MISSING, note=""), [(STOPS, "No copy for Primary", "From Cinderbox.", COPY_PAGE)]),
    ("link missing", replace(READY, has_links=False),
     [(STOPS, "No tracked link for Primary",
       "Links are made within seconds of the approval. If this stays, the worker is not running.", AGAIN)]),
    ("unpaid", replace(READY, owed="$300, due 29 Nov"),
     [(LOOK, "Primary runs unpaid", "Cinderbox owes $300, due 29 Nov. You let this sponsor pay by invoice.", INVOICES)]),
    ("missing and unpaid", replace(MISSING, owed="$300"),
     [(STOPS, "No copy for Primary", "Cinderbox: due today 18:00.", COPY_PAGE),
      (LOOK, "Primary runs unpaid", "Cinderbox owes $300. You let this sponsor pay by invoice.", INVOICES)]),
    ("disputed", replace(READY, note="Disputed", disputed=DOCKET),
     [(STOPS, "Primary is disputed",
       "The bank took back what Cinderbox paid. Answer the bank, or move or cancel the booking.", DOCKET)]),
    ("open", replace(FREE, state=SlotState.OPEN),
     [(LOOK, "Primary is not sold", "Sell it, or let a house ad take its place.", DOCKET)]),
    ("unsold", replace(FREE, state=SlotState.UNSOLD),
     [(LOOK, "Primary is not sold", "Sell it, or let a house ad take its place.", DOCKET)]),
    ("held", replace(FREE, state=SlotState.HELD, note="Until today 21:40"),
     [(LOOK, "Primary is only held", "Until today 21:40. Nothing is printed for it until it is paid.", DOCKET)]),
    ("awaiting funds", replace(FREE, state=SlotState.AWAITING_FUNDS),
     [(LOOK, "Primary is only awaiting funds", "Nothing is printed for it until it is paid.", DOCKET)]),
    ("blocked", replace(FREE, state=SlotState.BLOCKED), []),
    ("house ad", replace(FREE, state=SlotState.HOUSE), []),
]  # fmt: skip


@pytest.mark.parametrize(("slot", "lines"), [row[1:] for row in TROUBLES], ids=[row[0] for row in TROUBLES])
def test_each_trouble_says_what_to_do(
    slot: CheckedSlot, lines: list[tuple[PreflightSeverity, str, str, Act | None]]
) -> None:
    found = [line for line in preflight_lines([slot], [], PAGES) if line.severity is not PASSED]
    assert [(line.severity, line.title, line.sentence, line.act) for line in found] == lines


def test_a_finding_stops_or_asks_for_a_look_and_leads_to_the_review() -> None:
    findings = [
        CheckedFinding(False, "Cinderbox ran in No. 811", "Seven days apart."),
        CheckedFinding(True, "Cinderbox repeats a link from No. 810", "It led there on 8 Nov."),
    ]
    lines = preflight_lines([READY], findings, PAGES)
    assert [(line.severity, line.title, line.act) for line in lines[:2]] == [
        (STOPS, "Cinderbox repeats a link from No. 810", REVIEW),
        (LOOK, "Cinderbox ran in No. 811", REVIEW),
    ]
    assert "No duplicate placement is open" not in [line.title for line in lines]


def test_what_stops_comes_first_in_mailing_order() -> None:
    second = replace(MISSING, name="Sponsored")
    third = replace(READY, name="Classified A", owed="$300")
    lines = preflight_lines([third, MISSING, second], [], PAGES)
    titles = [line.title for line in lines if line.severity is not PASSED]
    assert titles == ["No copy for Primary", "No copy for Sponsored", "Classified A runs unpaid"]


PASSES: list[tuple[str, list[CheckedSlot], list[str]]] = [
    ("all ready", [READY],
     ["No slot is empty", "Every sold slot is paid", "Every copy is approved", "Every link is tracked",
      "Primary is repeated at the foot", "No duplicate placement is open"]),
    ("printed once", [replace(READY, is_echoed=False)],
     ["No slot is empty", "Every sold slot is paid", "Every copy is approved", "Every link is tracked",
      "No duplicate placement is open"]),
    ("one open", [READY, replace(FREE, state=SlotState.OPEN)],
     ["Every sold slot is paid", "Every copy is approved", "Every link is tracked", "Primary is repeated at the foot",
      "No duplicate placement is open"]),
    ("one missing", [READY, MISSING], ["No slot is empty", "Every sold slot is paid", "No duplicate placement is open"]),
    ("one unpaid, one without link", [replace(READY, owed="$300", has_links=False)],
     ["No slot is empty", "Every copy is approved", "No duplicate placement is open"]),
    ("one disputed", [replace(READY, disputed=DOCKET, is_echoed=False)],
     ["No slot is empty", "Every copy is approved", "Every link is tracked", "No duplicate placement is open"]),
    ("nothing sold", [replace(FREE, state=SlotState.OPEN)], []),
    ("all blocked", [replace(FREE, state=SlotState.BLOCKED)], ["No slot is empty"]),
]  # fmt: skip


@pytest.mark.parametrize(("slots", "titles"), [row[1:] for row in PASSES], ids=[row[0] for row in PASSES])
def test_only_what_was_checked_and_holds_is_said_to_have_passed(slots: list[CheckedSlot], titles: list[str]) -> None:
    lines = preflight_lines(slots, [], PAGES)
    assert [line.title for line in lines if line.severity is PASSED] == titles


@pytest.mark.parametrize(
    ("severities", "clauses"),
    [
        ([PASSED], ["Ready to send."]),
        ([], ["Ready to send."]),
        ([LOOK, PASSED], ["Ready,", "one thing to look at."]),
        ([LOOK, LOOK], ["Ready,", "two things to look at."]),
        ([STOPS, LOOK], ["Not ready to send:", ("one thing stops it.", "owed")]),
        ([STOPS] * 14, ["Not ready to send:", ("14 things stop it.", "owed")]),
    ],
)
def test_the_headline_has_three_grades(
    severities: list[PreflightSeverity], clauses: list[str | tuple[str, str]]
) -> None:
    assert verdict([PreflightLine(severity, "A line") for severity in severities]) == clauses


def test_afterwards_it_says_when_it_went_and_how_many_clicked() -> None:
    assert sent_verdict("Sun 22 Nov at 08:00", 1) == ["Sent Sun 22 Nov at 08:00,", "1 click so far."]
    assert sent_verdict("Sun 22 Nov at 08:00", None) == ["Sent Sun 22 Nov at 08:00."]
