"""The reader against real newsletter issues that were labelled by hand, where they are at hand.

They lie beside the checkout, since their text is not ours to publish.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sponsorship.archive.reader import read_issue, scan_line
from sponsorship.core.urls import normal_url

ISSUES = Path(__file__).parents[2].parent / "shared" / "data" / "issues"
SEED = "devops-weekly/seed-2017-08-13-346.md"
KEYS = ("slot", "sponsor", "heading", "url", "line_start", "line_end", "house")

pytestmark = pytest.mark.skipif(
    not (ISSUES / "labels.jsonl").is_file(), reason="the labelled real issues are not beside this checkout"
)

Row = Mapping[str, Any]


def labels() -> list[dict[str, Any]]:
    rows = (ISSUES / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(row) for row in rows if row.strip()]


def scan(name: str) -> dict[str, Any]:
    return scan_line(read_issue(name, (ISSUES / name).read_bytes()))


def words(text: str | None) -> list[str]:
    return re.findall(r"\w+", (text or "").lower())


def likeness(found: Row, label: Row, *, is_html: bool) -> float:
    """Score two placements: lines that overlap (in text), the same destination, the same opening words."""
    score = 0.0
    if not is_html:
        low, high = max(found["line_start"], label["line_start"]), min(found["line_end"], label["line_end"])
        if high < low - 1:
            return 0.0
        score += 2.0 if high >= low else 0.0
    places = {normal_url(url) for url in (label["url"], *label.get("all_urls", [])) if url}
    score += 1.0 if found["url"] and normal_url(found["url"]) in places else 0.0
    one, other = set(words(found["first_words"])[:8]), set(words(label["first_words"])[:8])
    return score + (1.0 if one and other and len(one & other) >= min(len(one), len(other)) * 0.75 else 0.0)


def match(found: Sequence[Row], labelled: Sequence[Row], *, is_html: bool) -> dict[int, int]:
    """Return for each labelled placement that was found its place among the found ones, the likeliest pairs first."""
    scored = sorted(
        (
            (likeness(one, other, is_html=is_html), i, j)
            for i, one in enumerate(found)
            for j, other in enumerate(labelled)
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for score, i, j in scored:
        if score > 0 and i not in pairs.values() and j not in pairs:
            pairs[j] = i
    return pairs


def is_same_name(one: str | None, other: str) -> bool:
    first, second = "".join(words(one)), "".join(words(other))
    return first == second or (min(len(first), len(second)) >= 3 and (first in second or second in first))


def count(label: Row, counts: Counter[str]) -> None:
    """Read one issue and add to the counts what was found, and what was right of it."""
    line = scan(label["file"])
    pairs = match(line["placements"], label["placements"], is_html=label["format"] == "html")
    told = {frozenset(pair[:2]) for pair in line["duplicates"]}
    counts.update(issues=1, found=len(line["placements"]), labelled=len(label["placements"]), matched=len(pairs))
    for j, i in pairs.items():
        one, other = line["placements"][i], label["placements"][j]
        counts["slot"] += one["slot"] == other["slot"]
        counts["house"] += one["house"] == other["house"]
        if other["sponsor"]:
            counts["named"] += 1
            counts["sponsor"] += is_same_name(one["sponsor"], other["sponsor"])
    for first, second, *_ in label["duplicates"]:
        counts["duplicates"] += 1
        counts["told"] += first in pairs and second in pairs and frozenset((pairs[first], pairs[second])) in told


def test_placements_of_real_issues_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for label in labels():
        count(label, counts)
    precision, recall = counts["matched"] / counts["found"], counts["matched"] / counts["labelled"]
    slot, sponsor = counts["slot"] / counts["matched"], counts["sponsor"] / counts["named"]
    with capsys.disabled():
        print(
            f"\n{counts['issues']} real issues: precision {precision:.3f}, recall {recall:.3f}, slot {slot:.3f}, "
            f"sponsor {sponsor:.3f}, duplicates {counts['told']}/{counts['duplicates']}"
        )
    assert counts["issues"] == 27
    assert precision >= 0.95
    assert recall >= 0.95
    assert slot >= 0.9
    assert sponsor >= 0.9
    assert counts["told"] == counts["duplicates"]


def test_the_seed_issue_is_found_exactly() -> None:
    (label,) = (each for each in labels() if each["file"] == SEED)
    line = scan(SEED)
    assert [{key: each[key] for key in KEYS} for each in line["placements"]] == [
        {key: each[key] for key in KEYS} for each in label["placements"]
    ]
    assert [each["first_words"].split()[:8] for each in line["placements"]] == [
        each["first_words"].split()[:8] for each in label["placements"]
    ]
    assert line["duplicates"] == label["duplicates"]
    assert (line["issue_no"], line["date"]) == (346, "2017-08-13")


def test_dates_of_real_issues_are_read() -> None:
    wrong = [label["file"] for label in labels() if scan(label["file"])["date"] != label["date"]]
    assert wrong == []
