"""Markdown into blocks: what is a heading, where things begin and end."""

import pytest

from sponsorship.archive.reader.blocks import Block, BlockKind
from sponsorship.archive.reader.markdown import BOLD_LEVEL, read_markdown


def blocks(text: str, label: str = "") -> list[Block]:
    return read_markdown(text, lambda line: line == label)


@pytest.mark.parametrize(
    ("source", "level"),
    [
        ("Sponsor\n=======", 1),
        ("Sponsor\n==", 1),
        ("Sponsor\n=====================", 1),
        ("Sponsor\n-------", 2),
        ("# Sponsor", 1),
        ("#### Sponsor ####", 4),
        ("##Sponsor", 2),
        ("h2. Sponsor", 2),
        ("h3(class). Sponsor", 3),
        ("=======\nSponsor\n=======", 1),
        ("**Sponsor**", BOLD_LEVEL),
        ("__Sponsor__", BOLD_LEVEL),
        ("<h3 id='x'>Sponsor</h3>", 3),
    ],
)
def test_a_heading_is_one_however_it_is_written(source: str, level: int) -> None:
    heading, text = blocks(f"{source}\n\nSome copy.")
    assert (heading.kind, heading.text, heading.level) == (BlockKind.HEADING, "Sponsor", level)
    assert text.text == "Some copy."


def test_a_line_in_capitals_is_a_heading_of_plain_text() -> None:
    assert [block.is_heading for block in blocks("OUR SPONSOR\n\nCopy.")] == [True, False]


@pytest.mark.parametrize("source", ["A sentence that ends.\n---", "[a link](https://a.example)\n---", "- item\n---"])
def test_dashes_under_a_sentence_are_a_rule(source: str) -> None:
    assert [block.kind for block in blocks(source)][-1] is BlockKind.RULE
    assert not any(block.is_heading for block in blocks(source))


@pytest.mark.parametrize("rule", ["---", "* * *", "_____", "----------", "<hr>", "<hr />"])
def test_a_rule_is_one(rule: str) -> None:
    assert [block.kind for block in blocks(f"One\n\n{rule}\n\nTwo")] == [BlockKind.TEXT, BlockKind.RULE, BlockKind.TEXT]


def test_lines_and_gaps_are_counted() -> None:
    found = blocks("One\ntwo\n\n\nThree\n<br>[four](https://four.example)\n")
    assert [(block.line_start, block.line_end, block.gap) for block in found] == [(1, 2, 0), (5, 6, 2)]


def test_comments_are_left_out_and_lines_still_count() -> None:
    found = blocks(
        "One\n\n<!--\n## Sponsor\n\nYour copy here\n-->\n\nTwo\n\n{% comment %}\nThree\n{% endcomment %}\nFour"
    )
    assert [(block.text, block.line_start) for block in found] == [("One", 1), ("Two", 9), ("Four", 14)]


def test_a_fence_hides_what_looks_like_a_heading() -> None:
    assert [block.kind for block in blocks("```\n## Sponsor\n```\n\nText")] == [BlockKind.CODE, BlockKind.TEXT]


def test_items_are_told_apart_without_blank_lines() -> None:
    found = blocks("1) One.\n<br>[a](https://a.example)<br>\nINFO: more\n2) Two\n- three\n- four")
    assert [(block.kind, block.line_start, block.line_end) for block in found] == [
        (BlockKind.ITEM, 1, 3),
        (BlockKind.ITEM, 4, 4),
        (BlockKind.ITEM, 5, 5),
        (BlockKind.ITEM, 6, 6),
    ]
    assert found[0].bare_text.startswith("One.")


def test_a_label_is_parted_from_the_rest_of_its_paragraph() -> None:
    found = blocks("Sponsor\nCopy of it\nand more", label="Sponsor")
    assert [(block.text, block.line_start) for block in found] == [("Sponsor", 1), ("Copy of it and more", 2)]
    found = blocks("Copy of it\nSponsor", label="Sponsor")
    assert [block.text for block in found] == ["Copy of it", "Sponsor"]


def test_html_within_markdown_keeps_its_elements_and_lines() -> None:
    found = blocks('Text\n\n<div class="sponsor-card">\n  <h4>Title</h4>\n\n  <p>Copy</p>\n</div>\nAfter')
    assert [(block.text, block.line_start) for block in found] == [("Text", 1), ("Title", 4), ("Copy", 6), ("After", 8)]
    assert found[1].container is not None
    assert any("sponsor" in each.words for each in found[1].container.lineage())


def test_markdown_within_html_is_read_as_markdown() -> None:
    (found,) = blocks('<div class="ad">\n\n**Gauge** measures [rain](https://gauge.example).\n\n</div>')
    assert (found.text, found.line_start) == ("Gauge measures rain.", 3)
    assert found.container is not None
    assert "ad" in found.container.words


@pytest.mark.parametrize(
    ("opening", "closing"),
    [('{{< sponsor name="x" >}}', "{{< /sponsor >}}"), ("{% sponsor %}", "{% endsponsor %}"), ("::: sponsor", ":::")],
)
def test_a_template_mark_is_an_element_around_its_copy(opening: str, closing: str) -> None:
    found = blocks(f"{opening}\n[Gauge](https://gauge.example) measures rain.\n{closing}\n\nAfter")
    assert [block.text for block in found] == ["Gauge measures rain.", "After"]
    assert found[0].container is not None
    assert "sponsor" in found[0].container.words


def test_a_template_mark_may_hold_the_copy_itself() -> None:
    (found,) = blocks('{{< sponsor title="Gauge measures rain" url="https://gauge.example" >}}')
    assert (found.text, found.links[0].url) == ("Gauge measures rain", "https://gauge.example")


def test_an_element_that_is_never_closed_ends_at_the_blank_line() -> None:
    assert [block.text for block in blocks("<div>\nOne\n\n## Two")] == ["One", "Two"]


def test_a_quote_and_a_table_give_their_text() -> None:
    found = blocks("> quoted\n> twice\n\n| Head |\n|---|\n| Row of it |")
    assert [block.text for block in found] == ["quoted twice", "Head", "Row of it"]
