"""Which files are text, and what they are written in."""

import pytest

from sponsorship.archive.errors import UnreadableIssue
from sponsorship.archive.reader.decode import LARGEST_BYTES, decode_issue, tell_medium
from sponsorship.archive.rules import Medium


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Café\r\nnoir\r".encode(), "Café\nnoir\n"),
        ("\ufeffCafé".encode(), "Café"),
        ("Café".encode("utf-16"), "\ufeffCafé"),
        ("“Café” – 5 €".encode("cp1252"), "“Café” – 5 €"),
    ],
)
def test_text_is_decoded_with_line_ends_of_one_kind(content: bytes, text: str) -> None:
    assert decode_issue(content).lstrip("\ufeff") == text.lstrip("\ufeff")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \n\t \n", "empty"),
        ("\ufeff \n".encode(), "empty"),
        (b"%PDF-1.7 ...", "not text"),
        (b"PK\x03\x04word/document.xml", "not text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        (b"text\x00text", "not text"),
        (bytes(range(1, 32)) * 20, "not text"),
        (b"x" * (LARGEST_BYTES + 1), "larger than"),
        (b"\xff\xfe\x00", "broken"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableIssue, match=reason):
        decode_issue(content)


@pytest.mark.parametrize(
    ("name", "text", "medium"),
    [
        ("a/041.md", "<p>Hello", Medium.MARKDOWN),
        ("041.markdown", "Hello", Medium.MARKDOWN),
        ("letter.TXT", "Hello", Medium.MARKDOWN),
        ("letter", "Hello", Medium.MARKDOWN),
        ("letter.2019", "Hello", Medium.MARKDOWN),
        ("issue.html", "Hello", Medium.HTML),
        ("issue.HTM", "Hello", Medium.HTML),
        ("letter.txt", "<!DOCTYPE html><p>Hello", Medium.HTML),
        ("letter.md", "  <html><body>Hello", Medium.HTML),
    ],
)
def test_the_medium_is_told_by_ending_and_opening(name: str, text: str, medium: Medium) -> None:
    assert tell_medium(name, text) is medium


@pytest.mark.parametrize("name", ["picture.png", "feed.json", "letter.docx"])
def test_a_file_of_another_kind_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(UnreadableIssue, match="neither"):
        tell_medium(name, "Hello")
