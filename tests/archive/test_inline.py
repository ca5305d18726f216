"""Markdown within a line: its words and its links."""

import pytest

from sponsorship.archive.reader.blocks import Link, one_line
from sponsorship.archive.reader.inline import read_inline

REFERENCES = {"ref": "https://ref.example"}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**Bold** and *slanted* and _both_", "Bold and slanted and both"),
        ("snake_case stays, 2*3*4 does not matter", "snake_case stays, 234 does not matter"),
        ("\\# no heading, \\*no stars\\*", "# no heading, *no stars*"),
        ("Fish &amp; chips", "Fish & chips"),
        ("`code` and ``more``", "code and more"),
        ("one<br>two", "one two"),
        ("![picture](a.png) words", "words"),
        ("{{page.idx}} words {:.class}", "words"),
        ("Hello *|FNAME|*", "Hello"),
        ("<b>bold</b> <span class='x'>span</span>", "bold span"),
        ("unclosed [bracket and (paren", "unclosed [bracket and (paren"),
    ],
)
def test_markup_is_taken_off(source: str, text: str) -> None:
    assert one_line(read_inline(source).text) == text


@pytest.mark.parametrize(
    ("source", "url", "text"),
    [
        ("[text](https://a.example/b)", "https://a.example/b", "text"),
        ('[text](https://a.example "title")', "https://a.example", "text"),
        ("[**[Workshop] Splicing**](https://a.example)", "https://a.example", "[Workshop] Splicing"),
        ("[text](https://a.example/x_(y))", "https://a.example/x_(y)", "text"),
        ("[text](https://a.exam\nple/b)", "https://a.example/b", "text"),
        ("[text][ref]", "https://ref.example", "text"),
        ("[ref][]", "https://ref.example", "ref"),
        ("[Ref]", "https://ref.example", "Ref"),
        ("<https://a.example>", "https://a.example", "https://a.example"),
        ("See https://a.example/b.", "https://a.example/b", "https://a.example/b"),
        ("(https://a.example/b)", "https://a.example/b", "https://a.example/b"),
        ('"text":https://a.example/b', "https://a.example/b", "text"),
        ("`text <https://a.example/b>`__", "https://a.example/b", "text"),
        ('<a class="x" href="https://a.example?b=1&amp;c=2">text</a>', "https://a.example?b=1&c=2", "text"),
    ],
)
def test_a_link_is_found_however_it_is_written(source: str, url: str, text: str) -> None:
    assert read_inline(source, REFERENCES).links == (Link(url, text),)


@pytest.mark.parametrize(
    "source",
    ["[![Tidewater](t.png)](https://t.example)", '<a href="https://t.example"><img src="t.png" alt="Tidewater"></a>'],
)
def test_a_linked_picture_is_a_link_without_words(source: str) -> None:
    inline = read_inline(source)
    assert one_line(inline.text) == ""
    assert inline.links == (Link("https://t.example", "Tidewater", is_image=True),)


def test_what_is_set_off_is_told() -> None:
    assert read_inline("**Title** of it. *SPONSORED* <small>ad</small>").runs == ("Title", "SPONSORED", "ad")


@pytest.mark.parametrize("piece", ["[", "*_", '<a "', "[a](", "`", "{{", "![a]", "[x]((", "*a "])
@pytest.mark.timeout(5)
def test_hostile_text_takes_no_time(piece: str) -> None:
    assert read_inline(piece * 10_000) is not None
