"""Files that are no issue, and text that nobody meant to be read."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sponsorship.archive.errors import UnreadableIssue
from sponsorship.archive.reader import read_issue, scan_line
from sponsorship.archive.rules import MOST_PLACEMENTS
from tests.archive.reading import FIXTURES, read

PIECES = st.sampled_from(
    [
        *("Sponsored by ", "## Sponsor\n", "*SPONSORED*", "[", "](https://a.example)", "**", "\n\n", "---\n", "<div>"),
        *(
            "</td>",
            '<a href="',
            "<!--",
            "-->",
            "{{< sponsor >}}",
            "```",
            "|",
            "- ",
            "1) ",
            "\r",
            "\u200b",
            "’",
            "word ",
        ),
    ]
)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"", "empty"),
        ("a.md", b"\x00\x01\x02", "not text"),
        ("a.md", b"%PDF-1.4", "not text"),
        ("a.png", b"text", "neither"),
        ("a.md", b"---\ntitle: Only keys\n---\n", "no text"),
        ("a.html", b"<html><head><title>x</title></head><body></body></html>", "no text"),
        ("a.md", b"<!-- nothing but a note -->", "no text"),
    ],
)
def test_an_unreadable_file_is_refused_with_the_reason(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableIssue, match=reason) as caught:
        read_issue(name, content)
    assert caught.value.message.endswith(".")


def test_an_issue_without_sponsors_is_read_and_has_none() -> None:
    assert read("Hello, sailors.").placements == ()


def test_a_file_with_no_end_of_ads_is_cut_and_says_so() -> None:
    issue = read("- [x](https://a.example/1) (sponsored)\n" * 500)
    assert len(issue.placements) == MOST_PLACEMENTS
    assert any(str(MOST_PLACEMENTS) in notice for notice in issue.notices)


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("a.html", "<div>"),
        ("a.html", "<p>Sponsored by <a href='https://a.example'>x</a>"),
        ("a.html", "<br>"),
        ("a.html", "<!--[if mso]>"),
        ("a.md", "## Sponsor\n\n[a](https://a.example) is good at things\n\n"),
        ("a.md", "Sponsored\n\ntext [a](https://a.example)\n\n"),
        ("a.md", "> "),
        ("a.md", "<div>\n"),
        ("a.md", "[a]: https://a.example\n"),
        ("a.md", "Sponsored by A B C "),
    ],
)
@pytest.mark.timeout(20)
def test_hostile_repetition_ends_soon(name: str, piece: str) -> None:
    try:
        issue = read_issue(name, (piece * 3_000 + "x").encode())
    except UnreadableIssue:
        return
    assert len(issue.placements) <= MOST_PLACEMENTS


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(PIECES | st.text(max_size=8), max_size=60), is_html=st.booleans())
def test_any_text_is_read_or_refused(pieces: list[str], is_html: bool) -> None:
    try:
        issue = read_issue("a.html" if is_html else "a.md", "".join(pieces).encode("utf-8", "ignore"))
    except UnreadableIssue:
        return
    assert all(0 < each.line_start <= each.line_end for each in issue.placements)
    assert scan_line(issue)["file"] == issue.path_name


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        assert read_issue("a.md", content).path_name == "a.md"
    except UnreadableIssue as refused:
        assert refused.message


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.*")), ids=lambda path: path.name)
def test_an_issue_cut_off_anywhere_is_still_read(path: Path) -> None:
    content = path.read_bytes()
    # Before the body of a page there is nothing to read.
    start = max(200, content.find(b"<body") + 600)
    for end in range(start, len(content), max(1, len(content) // 25)):
        issue = read_issue(path.name, content[:end])
        assert all(each.line_end <= content[:end].count(b"\n") + 1 for each in issue.placements)
