"""What discloses a sponsor, and what only sounds like it."""

import pytest

from sponsorship.archive.reader.blocks import Block, BlockKind
from sponsorship.archive.reader.formats import GENERAL
from sponsorship.archive.reader.markers import MarkReader, strip_mark
from sponsorship.archive.rules import FoundKind

MARKS = MarkReader(GENERAL, ("The Harbour Log",))


def block(text: str, *runs: str) -> Block:
    return Block(BlockKind.TEXT, text, 1, 1, runs=runs)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Sponsor", FoundKind.PRIMARY, None),
        ("Sponsored", FoundKind.PRIMARY, None),
        ("Our sponsor:", FoundKind.PRIMARY, None),
        ("Sponsored event", FoundKind.PRIMARY, None),
        ("Sponsor of the week", FoundKind.PRIMARY, None),
        ("This week's sponsor", FoundKind.PRIMARY, None),
        ("This week’s sponsor", FoundKind.PRIMARY, None),
        ("This issue is kindly sponsored by:", FoundKind.PRIMARY, None),
        ("Wonderful Sponsors of the Newsletter", FoundKind.PRIMARY, None),
        ("Sponsors of The Harbour Log", FoundKind.PRIMARY, None),
        ("A word from our sponsor", FoundKind.PRIMARY, None),
        ("*** ADVERTISEMENT ***", FoundKind.PRIMARY, None),
        ("🎁 Sponsored Link", FoundKind.PRIMARY, None),
        ("Spoonsored", FoundKind.PRIMARY, None),
        ("Sponosred by", FoundKind.PRIMARY, None),
        ("#ad", FoundKind.PRIMARY, None),
        ("Presented by", FoundKind.PRIMARY, None),
        ("Anzeige", FoundKind.PRIMARY, None),
        ("Brought to you by Tidewater", FoundKind.PRIMARY, "Tidewater"),
        ("Together with Left-Hand Thread", FoundKind.PRIMARY, "Left-Hand Thread"),
        ("A message from our sponsor, Pagerless:", FoundKind.PRIMARY, "Pagerless"),
        ("This week's sponsor: Sculler", FoundKind.PRIMARY, "Sculler"),
        ("Sponsor | Sculler", FoundKind.PRIMARY, "Sculler"),
        ("Sponsor: Five knots for Friday", FoundKind.PRIMARY, "Five knots for Friday"),
        ("Partner", FoundKind.PARTNER, None),
        ("Friends of the Newsletter", FoundKind.PARTNER, None),
        ("From our friends at Patina", FoundKind.PARTNER, "Patina"),
        ("Classifieds", FoundKind.CLASSIFIED, None),
        ("CLASSIFIED ADS", FoundKind.CLASSIFIED, None),
    ],
)
def test_a_label_is_read(text: str, kind: FoundKind, name: str | None) -> None:
    label = MARKS.read_label(text)
    assert label is not None
    assert (label.kind, label.name) == (kind, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "News",
        "Sponsor us",
        "Sponsor The Harbour Log",
        "Sponsor this newsletter",
        "Become a sponsor",
        "Want to sponsor us?",
        "How to sponsor",
        "Sponsorship",
        "Advertise with us",
        "Ad blockers are dead",
        "Partner programmes for small yards",
        "Our friends in Whitby",
        "Promoted to harbourmaster",
        "A bank sponsors a bridge",
        "Sponsored research, explained",
        "The state of sponsored piloting",
        "Together we are strong",
        "Powered by steam",
        "People and friends",
    ],
)
def test_what_only_has_the_word_is_no_label(text: str) -> None:
    assert MARKS.read_label(text) is None


def test_a_vague_label_is_less_sure_than_a_plain_one() -> None:
    vague, plain = MARKS.read_label("Presented by"), MARKS.read_label("Sponsored by")
    assert vague is not None
    assert plain is not None
    assert vague.confidence < plain.confidence


@pytest.mark.parametrize(
    ("text", "runs", "rest"),
    [
        ("Lenses that forgive. SPONSORED", ("SPONSORED",), "Lenses that forgive."),
        ("Lenses that forgive. SPOSNORED", ("SPOSNORED",), "Lenses that forgive."),
        ("Lenses that forgive (sponsored)", (), "Lenses that forgive"),
        ("Lenses that forgive [Sponsor]", (), "Lenses that forgive"),
        ("[Sponsored] Lenses that forgive", (), "Lenses that forgive"),
        ("Sponsored: Lenses that forgive", (), "Lenses that forgive"),
        ("Ad: Lenses that forgive", ("Ad:",), "Lenses that forgive"),
        ("Lenses that forgive — Sponsor", (), "Lenses that forgive"),
        ("Lenses that forgive #ad", (), "Lenses that forgive"),
        ("Fresnel Works sponsor", ("sponsor",), "Fresnel Works"),
        ("Lenses (Sponsored) that forgive salt", (), "Lenses that forgive salt"),
    ],
)
def test_a_mark_is_found_and_taken_off(text: str, runs: tuple[str, ...], rest: str) -> None:
    mark = MARKS.find_mark(block(text, *runs))
    assert mark is not None
    assert strip_mark(text, mark) == rest


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("The sponsor, not the town, chose the colour.", ("not",)),
        ("Its test runs are sponsored by a hosting firm.", ()),
        ("The sponsored ones broke first, we heard.", ("sponsored",)),
        ("A bank joins the society as a platinum sponsor", ()),
        ("It whistles in G. REFERRAL", ("REFERRAL",)),
        ("SPONSORED", ("SPONSORED",)),
    ],
)
def test_a_word_in_a_sentence_is_no_mark(text: str, runs: tuple[str, ...]) -> None:
    assert MARKS.find_mark(block(text, *runs)) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The Harbour Log is sponsored by Brightwater Cloud - moorings by the hour", "Brightwater Cloud"),
        ("Today's newsletter is brought to you by Tidewater.", "Tidewater"),
        ("This month’s newsletter is sponsored by Pagemark.", "Pagemark"),
        ("Huge thanks to Tidewater for sponsoring this issue!", "Tidewater"),
        ("Pilotage - the almanac for pockets - sponsors The Harbour Log.", "Pilotage"),
        ("Tidewater is sponsoring this week.", "Tidewater"),
    ],
)
def test_a_sentence_says_who_paid(text: str, name: str) -> None:
    assert MARKS.find_disclosure(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "The issue was sponsored by the nineteen people who wrote it.",
        "The bridge is sponsored by Tidewater.",
        "Thanks to all of the fantastic sponsors.",
        "Check out our kind sponsors this week.",
    ],
)
def test_a_sentence_about_something_else_names_nobody(text: str) -> None:
    assert MARKS.find_disclosure(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Want to see your ad here?",
        "Interested in sponsoring the newsletter? Check out our sponsor package.",
        "You can also sponsor the next issue!",
        "Advertise with us",
        "Your company could be here",
        "Reach over 2,000 readers who sew",
        "This spot is available",
        "Have a look at our media kit",
    ],
)
def test_an_offer_of_space_is_known(text: str) -> None:
    assert MARKS.calls_for_sponsors(text)


@pytest.mark.parametrize(
    "text", ["Want to sleep better?", "Reach every port in two clicks", "Your logo, printed on rope"]
)
def test_copy_that_sells_something_else_is_no_offer_of_space(text: str) -> None:
    assert not MARKS.calls_for_sponsors(text)


@pytest.mark.parametrize("text", ["Jobs", "## Careers", "Who's hiring?", "Sponsored jobs", "💼 Job board"])
def test_a_section_of_vacancies_is_known(text: str) -> None:
    assert MARKS.is_job_heading(text)
