"""The way of one booking as its docket shows it: booked, payment, copy, approval, runs."""

from dataclasses import dataclass
from datetime import date

from sponsorship.booking.rules import BookingState
from sponsorship.core.format import count, short_day
from sponsorship.creative.rules import CreativeState

COPY_IS_IN = (CreativeState.SUBMITTED, CreativeState.APPROVED, CreativeState.LOCKED)
COPY_IS_APPROVED = (CreativeState.APPROVED, CreativeState.LOCKED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `progress` is "done", "now" (where somebody has to act) or "later"; the icon stands where it is now."""

    label: str
    note: str
    progress: str
    icon: str


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """What the steps are made of; days on the newsletter's calendar, None where there is none."""

    state: BookingState
    booked_on: date
    owes: bool
    invoice_due_on: date | None
    copy_state: CreativeState | None
    copy_due_on: date
    sent_on: date | None
    publish_on: date


def steps_of_booking(facts: BookingFacts) -> list[Step]:
    """Return the five steps in order; what is done may lie after what is not, for copy may come before the money."""
    is_booked = facts.state in (BookingState.CONFIRMED, BookingState.RAN)
    has_run = facts.state is BookingState.RAN
    copy_is_in = facts.copy_state in COPY_IS_IN or has_run
    payment_note = f"due {short_day(facts.invoice_due_on)}" if facts.owes and facts.invoice_due_on else ""
    copy_note = short_day(facts.sent_on) if copy_is_in and facts.sent_on else f"due {short_day(facts.copy_due_on)}"
    planned = [
        ("Booked", short_day(facts.booked_on), is_booked, "hourglass"),
        ("Payment", payment_note, is_booked and not facts.owes, "receipt"),
        ("Copy", "" if has_run and not facts.sent_on else copy_note, copy_is_in, "pencil-exclamation"),
        ("Approval", "", facts.copy_state in COPY_IS_APPROVED or has_run, "eye"),
        ("Runs", short_day(facts.publish_on), has_run, "news"),
    ]
    standing = next((index for index, step in enumerate(planned[:-1]) if not step[2]), None)  # to run, it only waits
    return [
        Step(label, note, "done" if is_done else "now" if index == standing else "later", icon)
        for index, (label, note, is_done, icon) in enumerate(planned)
    ]


def late_invoice_text(number: str, due_on: date, today: date) -> str:
    """Name another invoice of the same sponsor: "Invoice 2026-0131, 11 days late"."""
    days = (today - due_on).days
    return f"Invoice {number}, {count(days, 'day')} late" if days > 0 else f"Invoice {number}"


def ask_for_copy(*, sponsor: str, place: str, newsletter: str, publish: str, due: str, url: str) -> tuple[str, str]:
    """Return subject and text of a mail to the sponsor that asks for the copy; the publisher sends it himself."""
    subject = f"Your copy for {newsletter}, {publish}"
    text = (
        f"Hello,\n\nwe print {sponsor} ({place}) on {publish}, and your copy is due {due}.\n"
        f"Here you write it, see it as our readers will, and send it to us:\n{url}\n"
    )
    return subject, text
