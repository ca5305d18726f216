"""The printed block: the newsletter's own style, and nothing of the sponsor's that could run, break out or mislead."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from sponsorship.creative.render import (
    block_html,
    block_markdown,
    block_text,
    echo_html,
    echo_markdown,
    echo_text,
    plain_text,
    preview_html,
    shown_address,
)
from sponsorship.creative.rules import Copy
from tests.factories.creative import copy_of

LINK = "https://runbook.example/c/k7Qd_x2"
AD = Copy(
    "Sleep while it is on call", "Watch every process.\n\nOne binary, **no agent**.", "https://a.example", "Try it"
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>go</a>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><input name=q></form>",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "<body onload=alert(1)>",
    "<!--<img src=x onerror=alert(1)>-->",
    "<!-- sponsor:primary --> mine",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php system('id') ?>",
    "</p></div></td></table><script>alert(1)</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<xss style='behavior:url(x.htc)'>",
    "\"><script>alert(1)</script>",
    "'-alert(1)-'",
    "[go](javascript:alert(1))",
    "[go](JAVASCRIPT:alert(1))",
    "[go](java\tscript:alert(1))",
    "[go](&#106;avascript:alert(1))",
    "[go](javascript&colon;alert(1))",
    "[go](data:text/html;base64,PHNjcmlwdD4=)",
    "[go](vbscript:msgbox(1))",
    "[go](file:///etc/passwd)",
    "[go](//evil.example)",
    "[go](https://noor:pw@evil.example)",
    "[go](https://a.example\" onmouseover=\"alert(1))",
    "[go](<https://a.example/ onclick=alert(1)>)",
    "[go](https://a.example 'title\" onclick=alert(1)')",
    "[a]: javascript:alert(1)\n\n[a]",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "wow![x](https://a.example/pixel.gif)",
    "<https://evil.example>",
    "<javascript:alert(1)>",
    "`<script>alert(1)</script>`",
    "```\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "*[<img src=x onerror=alert(1)>](https://a.example)*",
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script>alert(1)\\</script>",
    "# Heading\n\nNews\n====\n\n- one\n- two\n\n1. one\n\n> quoted\n\n***",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "News\n---\n\nmore",
    "---\nlayout: evil\n---",
    "{{ site.secret }} {% include evil %} {{< evil >}} {: onclick='alert(1)'}",
    "*|UNSUB|* %%email%% [[name]] {$email} {#if}",
    "\u202eevil\u202c \ufeff",
]  # fmt: skip
ALLOWED = {"html", "head", "body", "p", "br", "em", "strong", "a"}
# A stranger's processor: HTML let through, tables, strike-through, everything on.
STRANGER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def faults(html: str, tags: set[str] = ALLOWED) -> list[str]:
    """What no reader's mail should meet in a block."""
    found = []
    for node in LexborHTMLParser(html).css("*"):
        if node.tag not in tags:
            found.append(f"<{node.tag}>")
        for name, value in node.attributes.items():
            if name not in ("href", "rel", "style"):
                found.append(f"{node.tag} {name}={value}")
            if name == "href" and not re.match(r"https?://[^@/]+(/|$|\?)", str(value)):
                found.append(f"href={value}")
    return found + (["a comment"] if "<!--" in html else [])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_characters_and_nothing_else(text: str) -> None:
    copy = Copy(text.replace("\n", " "), f"Before {text}\n\n{text}", "https://a.example", text.replace("\n", " "))
    html, source = echo_html(copy, url=LINK), echo_markdown(copy, url=LINK)
    assert faults(html) == faults(str(preview_html(copy))) == faults(STRANGER.render(source)) == []
    block = block_markdown(copy, printed_heading="Sponsor", url=LINK)
    assert faults(STRANGER.render(block)) == ["<h1>"]  # the newsletter's own heading, once
    assert faults(block_html(copy, printed_heading="Sponsor", url=LINK)) == ["<h2>"]
    for printed in (html, block, block_text(copy, printed_heading="Sponsor", url=LINK)):
        assert not any(tag in printed for tag in ("{{", "{%", "*|"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_stranger_reads_the_same_words_in_the_markdown_as_in_the_preview(text: str) -> None:
    copy = Copy("", f"Before {text}\n\n{text}", "", "")
    assert words_of(STRANGER.render(echo_markdown(copy, url=""))) == words_of(str(preview_html(copy)))


def words_of(html: str) -> list[str]:
    body = LexborHTMLParser(html).body
    return body.text(separator="").split() if body else []


TYPED = some.text(alphabet=some.sampled_from("ab1 \n*_[]()<>!#-+=~`|{}&;:/\\.'\"h"), max_size=60)


@given(TYPED)
def test_whatever_is_typed_means_the_same_to_a_stranger(typed: str) -> None:
    copy = Copy("", typed, "", "")
    html = STRANGER.render(echo_markdown(copy, url=""))
    assert faults(html) == []
    assert words_of(html) == words_of(str(preview_html(copy)))


def test_the_block_is_printed_in_the_seeds_style() -> None:
    assert block_markdown(AD, printed_heading="Sponsored", url=LINK) == (
        "Sponsored\n"
        "=========\n"
        "\n"
        "Sleep while it is on call\n"
        "\n"
        "Watch every process.\n"
        "\n"
        "One binary, **no agent**.\n"
        f"<br>[{LINK}]({LINK})"
    )


def test_without_a_heading_of_its_own_the_ad_begins_with_its_body() -> None:
    copy = copy_of(heading="", body="Watch every process.")
    assert block_markdown(copy, printed_heading="Sponsor", url=LINK) == (
        f"Sponsor\n=======\n\nWatch every process.\n<br>[{LINK}]({LINK})"
    )


def test_the_echo_is_the_block_without_the_newsletters_heading() -> None:
    block = block_markdown(AD, printed_heading="Sponsor", url=LINK)
    assert block == "Sponsor\n=======\n\n" + echo_markdown(AD, url=LINK)
    html = block_html(AD, printed_heading="Sponsor", url=LINK)
    assert html.endswith(echo_html(AD, url=LINK)) and html.startswith("<h2 style=")
    text = block_text(AD, printed_heading="Sponsor", url=LINK)
    assert text == "Sponsor\n-------\n\n" + echo_text(AD, url=LINK)


def test_html_for_mail_carries_its_styles_and_the_links_words() -> None:
    html = echo_html(AD, url=LINK)
    assert html.count('<p style="margin:0 0 12px">') == html.count("<p") == 4
    assert f'<a href="{LINK}" rel="nofollow noopener sponsored">Try it</a>' in html
    assert f">{LINK}</a>" in echo_html(copy_of(AD, link_text=""), url=LINK)


def test_plain_text_has_the_words_and_the_addresses() -> None:
    copy = copy_of(AD, body="See *[this](https://a.example/x)*.")
    assert (
        echo_text(copy, url=LINK) == f"Sleep while it is on call\n\nSee this (https://a.example/x).\n\nTry it: {LINK}"
    )
    assert plain_text(copy.body) == "See this."


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "https://a@evil.example", "/c/k7", "https://a b.example"])
def test_what_is_no_link_is_not_printed_as_one(url: str) -> None:
    assert "<br>" not in echo_markdown(AD, url=url)
    assert "href" not in echo_html(AD, url=url)
    assert echo_text(AD, url=url).endswith("no agent.")


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("https://a.example/x?a=1&b=2#c", "https://a.example/x?a=1&b=2#c"),
        ("https://a.example/(x)*[y]", "https://a.example/%28x%29%2A%5By%5D"),
        ("https://a.example/<script>", "https://a.example/%3Cscript%3E"),
        ('https://a.example/"x', "https://a.example/%22x"),
        ("https://a.example/{{x}}", "https://a.example/%7B%7Bx%7D%7D"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
    ],
)
def test_an_address_cannot_break_out_of_its_place(url: str, printed: str) -> None:
    assert echo_markdown(copy_of(AD, heading="", body="x"), url=url) == f"x\n<br>[{printed}]({printed})"
    assert LexborHTMLParser(echo_html(AD, url=url)).css("a")[-1].attributes["href"] == printed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Plain words, 100% of them: a - b + c = d.", "Plain words, 100% of them: a - b + c = d."),
        ("*em* **strong** [l](https://a.example)", "*em* **strong** [l](https://a.example)"),
        ("a line\nand another\\\nand a third", "a line\nand another<br>\nand a third"),
        ("# 1\n- 2\n+ 3\n4. 4\n5) 5", "\\# 1\n\\- 2\n\\+ 3\n4\\. 4\n5\\) 5"),
        ("1.5 GB in 2017", "1.5 GB in 2017"),
        ("snake_case & R&D &amp; <b>", "snake\\_case & R&D &amp;amp; &lt;b&gt;"),
        ("x\n===", "x\n&#61;=="),
        ("wow![x](https://a.example)", "wow&#33;[x](https://a.example)"),
    ],
)
def test_markdown_is_written_anew(typed: str, printed: str) -> None:
    assert echo_markdown(copy_of(AD, heading="", body=typed), url="") == printed


def test_a_printed_heading_is_one_line_with_its_underline() -> None:
    block = block_markdown(AD, printed_heading=" Our\nsponsor ", url=LINK)
    assert block.startswith("Our sponsor\n===========\n\n")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.a.example/", "a.example"),
        ("http://a.example/x/", "a.example/x"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_an_address_is_shown_without_its_furniture(url: str, shown: str) -> None:
    assert shown_address(url) == shown
