"""How alike two texts are: repeats are found through edits, strangers of one trade are left alone."""

import json
import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from sponsorship.checks.rules import ALIKE_FROM, DEFAULTS, CheckRule, Passage
from sponsorship.checks.similarity import (
    Likeness,
    Run,
    RunKind,
    compare,
    likeness,
    masked_words,
    normal_words,
    rank_alike,
    spell,
    word_runs,
)
from tests.factories.checks import BUILDS, WATCH, WATCH_EDITED, passage

ISSUES = Path(__file__).parents[2].parent / "shared" / "data" / "issues"

NEAR = [
    pytest.param(WATCH, WATCH_EDITED, id="rewritten in places"),
    pytest.param(WATCH, WATCH.replace("30", "60").replace("20", "50"), id="other figures"),
    pytest.param(WATCH, WATCH.replace("Cinderbox", "Emberjar"), id="another brand"),
    pytest.param(WATCH, ". ".join(reversed(WATCH.split(". "))), id="sentences turned round"),
    pytest.param(WATCH, WATCH.replace("process", "proccess").replace("running", "runing"), id="slips of the pen"),
    pytest.param(WATCH, WATCH.split(" Readers")[0], id="one sentence left out"),
    pytest.param(WATCH, "New this month. " + WATCH, id="one sentence more"),
]
UNRELATED = [
    pytest.param(WATCH, BUILDS, id="two firms"),
    pytest.param(
        WATCH,
        "Mooring keeps the secrets of your clusters in one place and hands them to containers when they start. No agent, no"
        " sidecar, and an audit line for every read. Readers of the Runbook get the first cluster for nothing.",
        id="the same trade",
    ),
    pytest.param(
        BUILDS,
        "Kestrel CI now runs on arm64. Cross-compiling was never any fun, so we bought four hundred boards and let you rent"
        " them by the second. Read what it did to the build of a well-known database.",
        id="one firm, another ad",
    ),
    pytest.param("Read our new report.", "Read our new guide.", id="too short to tell"),
    pytest.param("", WATCH, id="nothing"),
    pytest.param("— … !", "— … !", id="no words at all"),
]
SAME = [
    pytest.param(WATCH, WATCH.upper(), id="capitals"),
    pytest.param(WATCH, WATCH.replace(",", " ,").replace(" ", "  "), id="blanks and commas"),
    pytest.param("Don't page me.", "Don’t page me", id="apostrophes"),
    pytest.param("Read https://a.example/x now", "Read https://a.example/y now", id="an address in the text"),
    pytest.param("Café society", "Cafe\u0301 society", id="accents"),
]


def alikeness(one: Passage, two: Passage) -> float:
    this, other = (spell(masked_words(text.copy, text.sponsor_name)) for text in (one, two))
    return rank_alike(this, {1: other}).get(1, 0.0)


def compared(one: Passage, two: Passage) -> list[Likeness]:
    return compare(one, two, alikeness(one, two), DEFAULTS)


def copy_rules(one: str, two: str) -> list[CheckRule]:
    seen = compared(passage(812, body=one, sponsor_name="A"), passage(811, body=two, sponsor_name="A"))
    return [hit.rule for hit in seen if hit.rule in (CheckRule.SAME_COPY, CheckRule.NEAR_COPY)]


@pytest.mark.parametrize(("one", "two"), NEAR)
def test_an_edited_repeat_is_nearly_the_same(one: str, two: str) -> None:
    assert copy_rules(one, two) == copy_rules(two, one) == [CheckRule.NEAR_COPY]
    assert 0.6 <= likeness(one, two) == likeness(two, one) <= 1


@pytest.mark.parametrize(("one", "two"), UNRELATED)
def test_strangers_are_not_alike(one: str, two: str) -> None:
    assert copy_rules(one, two) == copy_rules(two, one) == []


@pytest.mark.parametrize(("one", "two"), SAME)
def test_typing_alone_makes_no_new_copy(one: str, two: str) -> None:
    assert normal_words(one) == normal_words(two)
    assert copy_rules(one, two) == [CheckRule.SAME_COPY]


def test_likeness_is_the_share_of_words_in_common() -> None:
    assert likeness("one two three four", "four two nine one") == pytest.approx(0.75)
    assert likeness("one one two", "one two two") == pytest.approx(2 / 3)
    assert likeness("", "") == 0


def test_links_are_compared_without_their_tracking() -> None:
    one = passage(812, body="", sponsor_name="A", url="https://www.cinderbox.example/runbook/?utm_source=runbook")
    two = passage(810, body="", sponsor_name="B", url="http://cinderbox.example/runbook")
    assert [hit.rule for hit in compared(one, two)] == [CheckRule.SAME_SPONSOR, CheckRule.SAME_DESTINATION]
    assert compared(passage(body="", sponsor_name="A", url=""), passage(811, body="", sponsor_name="B", url="")) == []


def test_a_heading_belongs_to_the_copy() -> None:
    one, two = passage(heading="Sleep at night", body=BUILDS), passage(body="Sleep at night " + BUILDS)
    assert CheckRule.SAME_COPY in [hit.rule for hit in compared(one, two)]


def test_runs_show_what_was_kept_added_and_removed() -> None:
    runs = word_runs("Watch every process and network connection now.", "Watch every process, and outbound connection.")
    assert runs == [
        Run(RunKind.KEPT, "Watch every process, and"),
        Run(RunKind.ADDED, "outbound"),
        Run(RunKind.REMOVED, "network"),
        Run(RunKind.KEPT, "connection."),
        Run(RunKind.REMOVED, "now."),
    ]


@pytest.mark.parametrize(
    ("before", "after"), [(WATCH, WATCH_EDITED), (WATCH, BUILDS), ("", BUILDS), (WATCH, ""), ("", "")]
)
def test_runs_give_back_both_texts(before: str, after: str) -> None:
    runs = word_runs(before, after)
    words = [key for run in runs if run.kind is not RunKind.ADDED for key in normal_words(run.text)]
    assert words == normal_words(before)
    assert " ".join(run.text for run in runs if run.kind is not RunKind.REMOVED).split() == after.split()
    assert all(one.kind is not two.kind for one, two in pairwise(runs))


def test_runs_keep_paragraphs_apart() -> None:
    assert word_runs("One two.", "One two.\n \nThree.") == [
        Run(RunKind.KEPT, "One two."),
        Run(RunKind.ADDED, "\n\n Three."),
    ]


def test_on_published_issues_the_threshold_tells_repeats_from_other_ads() -> None:
    """Every pair of placements of the labelled Markdown issues: repeats are labelled by hand, within three issues."""
    if not ISSUES.is_dir():
        pytest.skip("the labelled issues are not beside the checkout")
    placements, labels = {}, [json.loads(line) for line in (ISSUES / "labels.jsonl").read_text().splitlines()]
    repeats = set()
    for label in labels:
        repeats |= {((label["file"], i), (label["file"], j)) for i, j, kind in label["duplicates"] if _is_copy([kind])}
        if label["format"] == "markdown":
            lines = (ISSUES / label["file"]).read_text().splitlines()
            for i, placement in enumerate(label["placements"]):
                text = " ".join(lines[placement["line_start"] - 1 : placement["line_end"]])
                placements[label["file"], i] = (re.sub(r"<[^>]+>|https?://\S+", " ", text), placement["sponsor"])
    for line in (ISSUES / "cross_duplicates.jsonl").read_text().splitlines():
        pair = json.loads(line)
        if _is_copy(pair["kinds"]):
            repeats.add(((pair["a"], pair["i"]), (pair["b"], pair["j"])))
    words = {key: spell(masked_words(text, sponsor or "")) for key, (text, sponsor) in placements.items()}
    scores = {key: rank_alike(words[key], {other: words[other] for other in words if other != key}) for key in words}
    found = {(a, b): scores[a].get(b, 0.0) for a, b in combinations(placements, 2)}
    labelled = [share for pair, share in found.items() if pair in repeats]
    strangers = [share for (a, b), share in found.items() if placements[a][1] != placements[b][1]]
    assert len(labelled) > 20 and min(labelled) >= ALIKE_FROM / 100
    assert len(strangers) > 500 and max(strangers) < ALIKE_FROM / 100


def _is_copy(kinds: list[str]) -> bool:
    return any("copy" in kind or "repeat" in kind for kind in kinds)
