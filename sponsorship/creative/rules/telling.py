"""Copy in words: its deadline, what the checks come to, the sentences that head its pages."""

from dataclasses import dataclass
from datetime import date, datetime

from sponsorship.core.format import clock_time, count, count_word, day, local, long_day
from sponsorship.creative.rules.copy import CreativeState
from sponsorship.creative.rules.deadline import ChaseKind


def due_words(due_at: datetime, now: datetime, zone: str) -> str:
    """Return a deadline as a sentence ends: "today at 18:00 GMT", "tomorrow at ...", "on Thu 26 Nov at 18:00 GMT"."""
    there = local(due_at, zone).date()
    days = (there - local(now, zone).date()).days
    when = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days) or f"on {day(there)}"
    return f"{when} at {clock_time(due_at, zone)}"


def tally_words(stops: int, looks: int, passed: int) -> str:
    """Return what the checks come to: "1 stops it, 1 to look at, 6 passed"."""
    parts = [f"{count(stops, 'stops it', 'stop it')}"] if stops else []
    parts += [f"{looks} to look at"] if looks else []
    parts += [f"{passed} passed"] if passed else []
    return ", ".join(parts) or "Nothing to check yet"


def copy_headline(
    state: CreativeState,
    *,
    has_run: bool,
    is_late: bool,
    due: str,
    publisher: str,
    publish_on: date,
    stops: int,
    looks: int,
    is_empty: bool,
    is_asked: bool = False,
) -> list[str | tuple[str, str]]:
    """Return the sentence of the sponsor's copy page by clauses; the one that costs the print is marked "owed"."""
    if has_run:
        return [f"The issue of {long_day(publish_on)} has gone out.", "Its copy stays as it was."]
    if state in (CreativeState.APPROVED, CreativeState.LOCKED):
        return ["Approved.", f"It runs {day(publish_on)}."]
    clauses: list[str | tuple[str, str]] = []
    if state is CreativeState.SUBMITTED:
        clauses = [f"{publisher} is reading your copy."]
        clauses = [f"{publisher} changed your copy.", ("Do you agree?", "owed")] if is_asked else clauses
    else:
        clauses += [f"{publisher} asks for changes."] if state is CreativeState.CHANGES_REQUESTED else []
        clauses += [(f"Copy was due {due}.", "owed")] if is_late else [f"Copy is due {due}."]
    if stops:
        clauses.append((f"{count_word(stops, 'thing stops', 'things stop')} it.", "owed"))
    elif looks:
        clauses.append(f"{count_word(looks, 'thing', 'things')} to look at.")
    elif not is_empty and state is CreativeState.DRAFT:
        clauses.append("It is ready to send.")
    return clauses


def queue_headline(waiting: int, due_today: int, late: int) -> list[str | tuple[str, str]]:
    """Return the sentence of the review page by clauses: how many wait, and which cannot wait."""
    if not waiting:
        return ["No ad waits to be read."]
    clauses: list[str | tuple[str, str]] = [f"{count_word(waiting, 'ad', 'ads')} to read."]
    if late:
        clauses.append((f"{count_word(late, 'is', 'are')} past the deadline.", "owed"))
    if due_today:
        clauses.append(f"{count_word(due_today, 'is', 'are')} due today.")
    return clauses


def desk_headline(
    state: CreativeState, *, who: str, due: str, is_late: bool, is_asked: bool
) -> list[str | tuple[str, str]]:
    """Return the sentence of the publisher's page of one ad by clauses: how far it has come, and what it waits for."""
    if is_asked:
        return ["You changed this copy.", (f"{who} has not agreed yet.", "owed")]
    said: dict[CreativeState, list[str | tuple[str, str]]] = {
        CreativeState.SUBMITTED: [f"{who}’s copy waits for you."],
        CreativeState.APPROVED: [f"{who}’s copy is approved."],
        CreativeState.LOCKED: [f"{who}’s copy is approved and locked."],
        CreativeState.CHANGES_REQUESTED: [f"You asked {who} for changes."],
        CreativeState.DRAFT: [f"{who} has not sent the copy yet."],
    }
    if state not in (CreativeState.DRAFT, CreativeState.CHANGES_REQUESTED):
        return said[state]
    return [*said[state], (f"It was due {due}.", "owed") if is_late else f"It is due {due}."]


@dataclass(frozen=True, slots=True)
class ChaseWords:
    """What a mail about copy that is not in says: subject, title, what holds now, and the button, empty for none."""

    subject: str
    title: str
    sentence: str
    button: str


def chase_words(kind: ChaseKind, slot: str, number: int) -> ChaseWords:
    """Return the words of a mail to the sponsor whose copy is not in."""
    place = f"{slot}, No. {number}"
    rule = "That is the newsletter’s rule for late copy."
    table = {
        ChaseKind.REMINDER: ChaseWords(
            f"Copy due soon: {place}", f"Your words for {place} are not in yet.",
            "Write them now, or send the link on to whoever writes for you.", "Write your copy",
        ),
        ChaseKind.OVERDUE: ChaseWords(
            f"Copy is late: {place}", f"The deadline for {place} is over, and your words are not in.",
            "They are still taken. Without them nothing is printed in your place.", "Write your copy now",
        ),
        ChaseKind.REUSED: ChaseWords(
            f"Your last ad runs again: {place}", f"No new words came for {place}, so your last approved ad was taken.",
            f"{rule} Write beside the copy if it must not run.", "See what runs",
        ),
        ChaseKind.RELEASED: ChaseWords(
            f"Your slot was released: {place}", f"No words came for {place}, so the slot was released.",
            f"{rule} What you paid is a credit for another date.", "",
        ),
        ChaseKind.HOUSE: ChaseWords(
            f"Your slot was given up: {place}", f"No words came for {place}, so the newsletter fills it itself.",
            f"{rule} What you paid is a credit for another date.", "",
        ),
    }  # fmt: skip
    return table[kind]
