"""Filling a draft: the block between its markers, everything else byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sponsorship.assembly.rules.draft import (
    MARKER,
    DraftCheck,
    block_key,
    check_draft,
    editorial_links,
    fill_draft,
    marker,
)

BLOCKS = {
    "primary": "Sponsor\n=======\n\nKnow what your containers do.\n<br>[x](https://x.example)",
    "primary:echo": "Know what your containers do.",
    "classified": "",
    "classified:2": "Runners by the second.",
}

FILLED: list[tuple[str, str, str]] = [
    ("a marker on its own line", "Hello\n<!-- sponsor:classified:2 -->\nBye\n",
     "Hello\n<!-- sponsor:classified:2 -->\n\nRunners by the second.\n\n<!-- /sponsor:classified:2 -->\nBye\n"),
    ("filled before, with other words", "<!-- sponsor:classified:2 -->\n\nOld words.\n\n<!-- /sponsor:classified:2 -->\nBye",
     "<!-- sponsor:classified:2 -->\n\nRunners by the second.\n\n<!-- /sponsor:classified:2 -->\nBye"),
    ("lines end as in Windows", "Hello\r\n<!-- sponsor:classified:2 -->\r\nBye",
     "Hello\r\n<!-- sponsor:classified:2 -->\r\n\r\nRunners by the second.\r\n\r\n<!-- /sponsor:classified:2 -->\r\nBye"),
    ("no line end at all", "<!-- sponsor:classified:2 -->",
     "<!-- sponsor:classified:2 -->\n\nRunners by the second.\n\n<!-- /sponsor:classified:2 -->"),
    ("within a line", "a <!-- sponsor:classified:2 --> b",
     "a <!-- sponsor:classified:2 -->\n\nRunners by the second.\n\n<!-- /sponsor:classified:2 --> b"),
    ("without blanks, as written", "<!--sponsor:classified:2-->\n",
     "<!--sponsor:classified:2-->\n\nRunners by the second.\n\n<!-- /sponsor:classified:2 -->\n"),
    ("what has no copy empties its place", "<!-- sponsor:classified -->\nStale\n<!-- /sponsor:classified -->\n",
     "<!-- sponsor:classified -->\n<!-- /sponsor:classified -->\n"),
    ("the first of several may be numbered", "<!-- sponsor:classified:1 -->\n",
     "<!-- sponsor:classified:1 -->\n<!-- /sponsor:classified:1 -->\n"),
    ("an end without a beginning is text", "<!-- /sponsor:primary -->\n", "<!-- /sponsor:primary -->\n"),
    ("an unknown key is text", "<!-- sponsor:secondary -->\nHi\n<!-- /sponsor:secondary -->",
     "<!-- sponsor:secondary -->\nHi\n<!-- /sponsor:secondary -->"),
    ("another comment is text", "<!-- sponsors: ask Imogen -->\n<!-- sponsor:primary\n-->",
     "<!-- sponsors: ask Imogen -->\n<!-- sponsor:primary\n-->"),
    ("an end of something else does not end it", "<!-- sponsor:classified --> mine <!-- /sponsor:primary -->",
     "<!-- sponsor:classified -->\n<!-- /sponsor:classified --> mine <!-- /sponsor:primary -->"),
    ("words before another marker are the editor's",
     "<!-- sponsor:classified -->\nmine\n<!-- sponsor:classified:2 -->\n<!-- /sponsor:classified -->",
     "<!-- sponsor:classified -->\n<!-- /sponsor:classified -->\nmine\n"
     "<!-- sponsor:classified:2 -->\n\nRunners by the second.\n\n<!-- /sponsor:classified:2 -->\n<!-- /sponsor:classified -->"),
    ("nothing to fill", "Just words.\r\nNo marker", "Just words.\r\nNo marker"),
    ("nothing", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("draft", "whole"), [row[1:] for row in FILLED], ids=[row[0] for row in FILLED])
def test_a_draft_is_filled_between_its_markers(draft: str, whole: str) -> None:
    assert fill_draft(draft, BLOCKS) == whole
    assert fill_draft(whole, BLOCKS) == whole


# Drafts as they may come: words, line ends of every kind, markers in any order, whole or half, known or not.
words = st.text(st.characters(exclude_characters="<>", codec="utf-8"), max_size=12)
pieces = st.one_of(
    words,
    st.sampled_from(["\n", "\r\n", "\r", "\n\n", " ", "<!--", "-->", "sponsor:", "<", "/"]),
    st.sampled_from(["primary", "primary:echo", "classified", "classified:1", "classified:2", "other"]).flatmap(
        lambda key: st.sampled_from([f"<!-- sponsor:{key} -->", f"<!-- /sponsor:{key} -->", f"<!--sponsor:{key}-->"])
    ),
)
drafts = st.lists(pieces, max_size=14).map("".join)
copies = st.one_of(
    words, st.sampled_from(["<!-- /sponsor:primary -->", "<!-- sponsor:other -->", "a\r\nb\rc\n", " x "])
)
blocks = st.fixed_dictionaries(dict.fromkeys(BLOCKS, copies))


@given(drafts, blocks)
def test_filling_twice_changes_nothing(draft: str, texts: dict[str, str]) -> None:
    once = fill_draft(draft, texts)
    assert fill_draft(once, texts) == once


@given(drafts, blocks, blocks)
def test_filling_with_new_copy_leaves_nothing_of_the_old(draft: str, old: dict[str, str], new: dict[str, str]) -> None:
    assert fill_draft(fill_draft(draft, old), new) == fill_draft(draft, new)


@given(st.lists(st.tuples(words, st.sampled_from(sorted(BLOCKS)), st.booleans()), max_size=6), words, blocks)
def test_text_outside_the_markers_is_never_touched(
    parts: list[tuple[str, str, bool]], tail: str, texts: dict[str, str]
) -> None:
    draft = "".join(
        f"{text}{marker(key)}{'stale' if is_filled else ''}{f'<!-- /sponsor:{key} -->' if is_filled else ''}"
        for text, key, is_filled in parts
    )
    whole = fill_draft(draft + tail, texts)
    outside = []
    for text, key, _ in parts:
        opening, closing = f"{text}{marker(key)}", f"<!-- /sponsor:{key} -->"
        assert whole.startswith(opening)
        end = whole.index(closing) + len(closing)
        outside.append(whole[: len(text)])
        whole = whole[end:]
    assert [*outside, whole] == [*(text for text, _, _ in parts), tail]


@given(drafts)
def test_a_draft_without_known_markers_comes_back_as_it_went(draft: str) -> None:
    assert fill_draft(draft, {}) == draft


def test_a_block_cannot_bring_a_marker_of_its_own() -> None:
    draft = "<!-- sponsor:primary -->\nmine"
    whole = fill_draft(draft, {"primary": "a <!-- /sponsor:primary --> b <!-- sponsor:classified -->"})
    assert [mark[0] for mark in MARKER.finditer(whole)] == ["<!-- sponsor:primary -->", "<!-- /sponsor:primary -->"]
    assert whole.endswith("\nmine")


def test_the_check_says_what_has_no_place_what_has_two_and_what_nobody_knows() -> None:
    draft = " ".join(marker(key) for key in ("primary", "primary", "classified:1", "x", "x"))
    assert check_draft(draft, list(BLOCKS)) == DraftCheck(
        missing=("primary:echo", "classified:2"), repeated=("primary",), unknown=("x",)
    )


@pytest.mark.parametrize(
    ("key", "ordinal", "is_echo", "block"),
    [("primary", 1, False, "primary"), ("primary", 1, True, "primary:echo"), ("classified", 2, False, "classified:2"),
     ("partner", 3, True, "partner:3:echo")],
)  # fmt: skip
def test_keys_are_as_an_editor_writes_them(key: str, ordinal: int, is_echo: bool, block: str) -> None:
    assert block_key(key, ordinal, is_echo=is_echo) == block
    assert MARKER.fullmatch(marker(block))


@pytest.mark.parametrize(
    ("markdown", "links"),
    [
        ("See [the release](https://a.example/2).", [("the release", "https://a.example/2")]),
        ("Bare https://a.example/x, and again <https://a.example/x>.", [("", "https://a.example/x")]),
        ("[ref]: https://a.example/ref\n\n[words][ref]", [("", "https://a.example/ref")]),
        ('<a class="x" href="https://a.example/h">Here</a>', [("Here", "https://a.example/h")]),
        ("[a](https://a.example) [b](http://b.example)", [("a", "https://a.example"), ("b", "http://b.example")]),
        ("[mail](mailto:a@a.example) [rel](/x)", []),
        ("<!-- sponsor:primary -->\n[ad](https://ad.example)\n<!-- /sponsor:primary -->\n[own](https://own.example)", [("own", "https://own.example")]),
        ("<!-- sponsor:primary -->\n[own](https://own.example)", [("own", "https://own.example")]),
        ("", []),
    ],
)  # fmt: skip
def test_the_links_of_the_editors_own_text_are_read_without_the_blocks(
    markdown: str, links: list[tuple[str, str]]
) -> None:
    assert editorial_links(markdown) == links
