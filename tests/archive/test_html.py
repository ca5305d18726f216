"""HTML mail into blocks."""

import pytest

from sponsorship.archive.reader.blocks import Block, BlockKind, Link
from sponsorship.archive.reader.html import read_html, read_titles


def blocks(source: str, label: str = "") -> list[Block]:
    return read_html(source, lambda line: line == label)


def test_text_is_parted_at_elements_of_layout_and_not_at_words() -> None:
    found = blocks("<table><tr><td>One <b>bold</b> word<td><p>Two</p>Three</td></tr></table>")
    assert [block.text for block in found] == ["One bold word", "Two", "Three"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- <p>Sponsor</p> -->",
        "<!--[if mso]><p>Sponsor</p><![endif]-->",
        "<style>p{}</style><script>Sponsor</script>",
        "<div style='display: none'>Sponsor</div>",
        "<div class='preheader'>Sponsor</div>",
        "<p hidden>Sponsor</p>",
        "<form>Sponsor</form>",
    ],
)
def test_what_no_reader_sees_is_left_out(hidden: str) -> None:
    assert [block.text for block in blocks(f"{hidden}<p>Seen</p>")] == ["Seen"]


def test_what_only_one_mail_program_hides_is_seen() -> None:
    assert [block.text for block in blocks("<!--[if !mso]><!--><p>Seen</p><!--<![endif]-->")] == ["Seen"]


def test_lines_are_those_of_the_source() -> None:
    found = blocks("<div>\n<p\n class=x>One</p>\n\n<p>Two\nand\nmore</p></div>\n<p>Three")
    assert [(block.text, block.line_start, block.line_end) for block in found][1:] == [
        ("Two and more", 5, 7),
        ("Three", 8, 8),
    ]


def test_the_line_is_not_lost_inside_another_attribute() -> None:
    (found,) = blocks("<p title='a <b in a title'>One</p>")
    assert found.text == "One"


def test_picture_and_words_of_one_link_are_told_apart() -> None:
    (found,) = blocks(
        '<td><a href="https://t.example"><img alt="T logo"></a><br>\n<a href="https://t.example">Tidewater</a>'
    )
    assert found.links == (Link("https://t.example", "T logo", is_image=True), Link("https://t.example", "Tidewater"))
    assert found.source == "[T logo](https://t.example) [Tidewater](https://t.example)"


def test_two_breaks_part_paragraphs_and_one_does_not() -> None:
    assert [block.text for block in blocks("<p>One<br>two<br><br>three</p>")] == ["One two", "three"]


def test_a_label_before_a_break_stands_alone() -> None:
    assert [block.text for block in blocks("<p>Sponsor<br>Copy<br>more</p>", "Sponsor")] == ["Sponsor", "Copy more"]


def test_headings_lists_and_rules_are_known() -> None:
    found = blocks("<h2>Two</h2><hr><ul><li>Item<li>Other</ul>")
    assert [(block.kind, block.level) for block in found] == [
        (BlockKind.HEADING, 2),
        (BlockKind.RULE, 0),
        (BlockKind.ITEM, 0),
        (BlockKind.ITEM, 0),
    ]


def test_links_to_nowhere_do_not_count() -> None:
    (found,) = blocks('<p><a href="#">a</a> <a href="javascript:x()">b</a> <a href="">c</a> <a>d</a></p>')
    assert found.links == ()


def test_the_head_of_a_page_gives_its_titles() -> None:
    source = '<head><title>Signal Box #77 | Post</title><meta property="og:title" content="Signal Box #77"></head>'
    assert read_titles(source) == ("Signal Box #77", "Signal Box #77 | Post")


@pytest.mark.timeout(20)
def test_mail_nested_without_end_is_read() -> None:
    (found,) = blocks("<div>" * 5_000 + "Deep")
    assert found.text == "Deep"
