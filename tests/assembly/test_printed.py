"""Whether what is printed is what was sold, from a few words: found though edited, in its order, by its own link."""

from collections.abc import Sequence

import pytest

from sponsorship.assembly.rules.alignment import find_windows
from sponsorship.assembly.rules.printed import (
    MarkedPlace,
    Print,
    PrintedBlock,
    PrintedWord,
    SoldBlock,
    Trouble,
    check_print,
    tokens_in,
)

PRIMARY = "know what your containers do cinderbox watches every call nothing leaves your cluster"
SPONSORED = "find the workloads nobody owns mooring reads your labels and works out who looks after each"
FILLER = "the week in operations was quiet and then it was not says the editor of this page"


def sold(name: str, text: str, *, is_echo: bool = False, is_ready: bool = True) -> SoldBlock:
    key = name.lower() + (":echo" if is_echo else "")
    return SoldBlock(
        key=key, name=name + (" foot" if is_echo else ""), sponsor="Cinderbox", words=tuple(text.split()),
        token=f"token-{key.replace(':', '-')}", destination=f"https://{name.lower()}.example/start", heading=name.lower(),
        printed_heading=name, is_echo=is_echo, is_ready=is_ready,
    )  # fmt: skip


HEAD, SECOND, FOOT = sold("Sponsor", PRIMARY), sold("Sponsored", SPONSORED), sold("Sponsor", PRIMARY, is_echo=True)


def link(block: SoldBlock) -> str:
    return f"https://desk.example/c/{block.token}"


def printed(*parts: str | tuple[str, str], places: Sequence[MarkedPlace] = ()) -> Print:
    """An issue from its parts: "# Heading", text, or text with its link; each is on a line of its own."""
    blocks, words = [], []
    for number, part in enumerate(parts):
        text, url = part if isinstance(part, tuple) else (part, "")
        heading = text.removeprefix("# ").lower() if text.startswith("# ") else ""
        discloses = heading.startswith("sponsor")
        blocks.append(PrintedBlock(number + 1, number + 1, heading, discloses, (url,) if url else ()))
        words += [PrintedWord(word, word, number) for word in text.removeprefix("# ").split()]
    return Print(tuple(blocks), tuple(words), tuple(places))


def troubles(issue: Print, *blocks: SoldBlock) -> list[tuple[str, ...]]:
    return [tuple(fault.trouble.value for fault in check.faults) for check in check_print(issue, blocks)]


RIGHT = ("# News", FILLER, "# Sponsor", (PRIMARY, link(HEAD)), FILLER, "# Sponsored", (SPONSORED, link(SECOND)), FILLER,
         (PRIMARY, link(FOOT)), "# Bye", FILLER)  # fmt: skip
ALL = (HEAD, SECOND, FOOT)


def test_an_issue_with_all_that_was_sold_has_no_faults() -> None:
    assert troubles(printed(*RIGHT), *ALL) == [(), (), ()]


def changed(place: int, part: str | tuple[str, str]) -> Print:
    return printed(*RIGHT[:place], part, *RIGHT[place + 1 :])


CASES = [
    ("a word changed", changed(3, (PRIMARY.replace("nothing", "little"), link(HEAD))), [("text",), (), ()]),
    ("the first and the last word changed",
     changed(3, (f"{PRIMARY} today".replace("know", "learn"), link(HEAD))), [("text",), (), ()]),
    ("a fifth left out", changed(6, (SPONSORED.rsplit(" ", 3)[0], link(SECOND))), [(), ("text",), ()]),
    ("the slot left out", changed(6, FILLER), [(), ("missing",), ()]),
    ("the echo left out", changed(8, FILLER), [(), (), ("missing",)]),
    ("the other's link", changed(3, (PRIMARY, link(SECOND))), [("link",), (), ()]),
    ("the foot's link at the head", changed(3, (PRIMARY, link(FOOT))), [("link",), (), ()]),
    ("a plain link", changed(6, (SPONSORED, SECOND.destination)), [(), ("link",), ()]),
    ("no link", changed(6, SPONSORED), [(), ("link",), ()]),
    ("under no heading", printed("# News", FILLER, FILLER, (PRIMARY, link(HEAD)), *RIGHT[4:]), [("disclosure",), (), ()]),
    ("under the other's heading", changed(2, "# Sponsored"), [("place",), (), ()]),
    ("other words at its link", changed(6, ("buy two get one free on every ticket this autumn", link(SECOND))),
     [(), ("text",), ()]),
    ("once more", printed(*RIGHT, SPONSORED), [(), ("repeated",), ()]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "issue", "expected"), CASES, ids=[case[0] for case in CASES])
def test_what_is_wrong_is_named_by_its_kind(case: str, issue: Print, expected: list[tuple[str, ...]]) -> None:
    assert troubles(issue, *ALL) == expected


def test_what_stands_out_of_order_is_told_where_it_goes() -> None:
    issue = printed("# Sponsored", (SPONSORED, link(SECOND)), FILLER, "# Sponsor", (PRIMARY, link(HEAD)))
    first, second = check_print(issue, (HEAD, SECOND))
    faults = [*first.faults, *second.faults]
    assert [fault.trouble for fault in faults] == [Trouble.PLACE]
    assert "it was sold to come" in faults[0].advice


def test_between_markers_the_order_is_the_editors_and_a_strangers_place_is_wrong() -> None:
    parts = ("# Sponsored", (SPONSORED, link(SECOND)), FILLER, "# Sponsor", (PRIMARY, link(HEAD)))
    own = [MarkedPlace("sponsored", 1, 2), MarkedPlace("sponsor", 4, 5)]
    assert troubles(printed(*parts, places=own), HEAD, SECOND) == [(), ()]
    swapped = [MarkedPlace("sponsor", 1, 2), MarkedPlace("sponsored", 4, 5)]
    assert troubles(printed(*parts, places=swapped), HEAD, SECOND) == [("place",), ("place",)]


def test_copy_that_nobody_approved_must_not_be_printed() -> None:
    waiting = sold("Sponsor", PRIMARY, is_ready=False)
    assert troubles(printed(*RIGHT), waiting, SECOND)[0] == ("unapproved", "repeated")
    assert troubles(printed("# News", FILLER), waiting) == [()]


def test_links_behind_the_mail_providers_own_are_looked_into_or_left_to_a_person() -> None:
    wrapped = [f"https://click.mail.example/?to={number}" for number in range(5)]
    others = [(f"{FILLER} {number}", url) for number, url in enumerate(wrapped)]
    issue = printed("# Sponsor", (PRIMARY, "https://click.mail.example/?u=9"), *others)
    assert troubles(issue, HEAD) == [("hidden_link",)]
    behind = f"https://click.mail.example/?u=https%3A%2F%2Fdesk.example%2Fc%2F{HEAD.token}"
    assert troubles(printed("# Sponsor", (PRIMARY, behind), *others), HEAD) == [()]


def test_two_bookings_with_the_same_words_are_told_apart_by_their_links() -> None:
    other = sold("Sponsored", PRIMARY)
    issue = printed("# Sponsor", (PRIMARY, link(HEAD)), FILLER, "# Sponsored", (PRIMARY, link(other)))
    assert troubles(issue, HEAD, other) == [(), ()]


def test_near_copies_of_two_bookings_are_not_taken_for_one_printed_twice() -> None:
    other = sold("Sponsored", PRIMARY.replace("cinderbox", "mooring"))
    issue = printed("# Sponsor", (PRIMARY, link(HEAD)), FILLER, "# Sponsored", (" ".join(other.words), link(other)))
    assert troubles(issue, HEAD, other) == [(), ()]


def test_a_window_begins_and_ends_with_words_of_the_text_that_is_looked_for() -> None:
    text = f"{FILLER} {PRIMARY} {FILLER}".split()
    (window,) = find_windows(PRIMARY.split(), text, least=0.5, again=0.7)
    assert " ".join(text[window.start : window.end]) == PRIMARY
    assert window.share == 1.0
    assert find_windows(["such", "words", "stand", "nowhere"], FILLER.split(), least=0.5, again=0.7) == []
    assert find_windows([], text, least=0.5, again=0.7) == []


def test_tokens_are_read_from_addresses_however_they_are_wrapped() -> None:
    assert tokens_in(["https://d.example/c/Ab3_-xyz?x=1", "https://d.example/cc/no", "https://d.example/c/a"]) == {
        "Ab3_-xyz"
    }
