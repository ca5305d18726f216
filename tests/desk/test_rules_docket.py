"""The way of one booking, and the mail that asks for its copy."""

from datetime import date

import pytest

from sponsorship.booking.rules import BookingState
from sponsorship.creative.rules import CreativeState
from sponsorship.desk.rules.docket import BookingFacts, ask_for_copy, late_invoice_text, steps_of_booking

HELD, CONFIRMED, RAN = BookingState.HELD, BookingState.CONFIRMED, BookingState.RAN


def facts(state: BookingState, copy_state: CreativeState | None = None, *, owes: bool = False) -> BookingFacts:
    is_in = copy_state in (CreativeState.SUBMITTED, CreativeState.APPROVED, CreativeState.CHANGES_REQUESTED)
    return BookingFacts(
        state=state, booked_on=date(2026, 11, 14), owes=owes, invoice_due_on=date(2026, 11, 29) if owes else None,
        copy_state=copy_state, copy_due_on=date(2026, 12, 10), sent_on=date(2026, 12, 1) if is_in else None,
        publish_on=date(2026, 12, 13),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "progress", "copy_note"),
    [
        (facts(HELD), "now later later later later", "due 10 Dec"),
        (facts(CONFIRMED, owes=True), "done now later later later", "due 10 Dec"),
        (facts(CONFIRMED), "done done now later later", "due 10 Dec"),
        (facts(CONFIRMED, CreativeState.DRAFT), "done done now later later", "due 10 Dec"),
        (facts(CONFIRMED, CreativeState.CHANGES_REQUESTED), "done done now later later", "due 10 Dec"),
        (facts(CONFIRMED, CreativeState.SUBMITTED), "done done done now later", "1 Dec"),
        (facts(CONFIRMED, CreativeState.APPROVED), "done done done done later", "1 Dec"),
        (facts(CONFIRMED, CreativeState.APPROVED, owes=True), "done now done done later", "1 Dec"),
        (facts(RAN, CreativeState.APPROVED), "done done done done done", "1 Dec"),
        (facts(RAN, owes=True), "done now done done done", ""),
    ],
)
def test_the_steps_show_what_is_done_and_where_it_stands(given: BookingFacts, progress: str, copy_note: str) -> None:
    steps = steps_of_booking(given)
    assert [step.label for step in steps] == ["Booked", "Payment", "Copy", "Approval", "Runs"]
    assert " ".join(step.progress for step in steps) == progress
    assert [step.note for step in steps] == ["14 Nov", "due 29 Nov" if given.owes else "", copy_note, "", "13 Dec"]


def test_another_late_invoice_is_named() -> None:
    assert late_invoice_text("2026-0131", date(2026, 11, 8), date(2026, 11, 19)) == "Invoice 2026-0131, 11 days late"
    assert late_invoice_text("2026-0131", date(2026, 11, 18), date(2026, 11, 19)) == "Invoice 2026-0131, 1 day late"
    assert late_invoice_text("2026-0131", date(2026, 11, 19), date(2026, 11, 19)) == "Invoice 2026-0131"


def test_the_mail_that_asks_for_copy_says_where_to_write_it_and_until_when() -> None:
    subject, text = ask_for_copy(
        sponsor="Pallet", place="Classified A", newsletter="The Sunday Runbook", publish="Sun 22 Nov 2026",
        due="Thu 19 Nov, 18:00 GMT", url="https://ads.example/copy",
    )  # fmt: skip
    assert subject == "Your copy for The Sunday Runbook, Sun 22 Nov 2026"
    assert (
        "Pallet (Classified A)" in text and "due Thu 19 Nov, 18:00 GMT" in text and "https://ads.example/copy" in text
    )
