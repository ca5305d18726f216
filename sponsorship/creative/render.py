"""A block as it is printed: Markdown in the newsletter's own style, HTML for mail, plain text, and the preview.

What a sponsor writes is data. Its Markdown is read as a small language (paragraphs, *emphasis*, **strong**, links to
http or https) and written anew; whatever else stands in it is printed as the characters that were typed. So no
Markdown processor, template engine or mail app that the block later meets finds anything in it to obey.
"""

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from sponsorship.checks.rules import shown_host
from sponsorship.core.text import clean_line
from sponsorship.core.urls import is_web_url
from sponsorship.creative.rules import Copy

_TAGS = {"p", "br", "em", "strong", "a"}
_HEADING_STYLE = "margin:24px 0 8px;font-size:20px;line-height:1.3"
_STYLES = {"p": {"style": "margin:0 0 12px"}}
_LINK_REL = "nofollow noopener sponsored"

_reader = MarkdownIt("zero", {"html": False, "linkify": False, "typographer": False})
_reader.enable(["emphasis", "link", "escape", "newline"])
_reader.validateLink = is_web_url  # type: ignore[method-assign]

_MARKS = {"em_open": "*", "em_close": "*", "strong_open": "**", "strong_close": "**"}
_SPECIAL = re.compile(r"[\\`*_\[\]<>{|]|&(?=#?\w+;)|~(?=~)|(?<=~)~")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "{": "&#123;", "|": "&#124;", "~": "&#126;"}
_MERGE_TAG = re.compile(r"([{*])(?=[{%#$|])")  # plain text knows no entities: a blank takes the brackets apart
_LINE_START = re.compile(r"([-+#])|([=~:!])|(\d{1,9})([.)])(?=\s|$)")


def block_markdown(copy: Copy, *, printed_heading: str, url: str) -> str:
    """Return the block in Markdown: a setext heading, the copy, and its link on a line of its own after `<br>`.

    The ad's own heading, if any, is the first paragraph. `url` stands both as text and as address; one that is no web
    link is left out. No line break at the end.
    """
    heading = _line(printed_heading)
    return f"{heading}\n{'=' * len(heading)}\n\n{echo_markdown(copy, url=url)}"


def echo_markdown(copy: Copy, *, url: str) -> str:
    """Return what is printed at the foot: the same words and link, without the newsletter's heading."""
    paragraphs = [_line(copy.heading)] if copy.heading.strip() else []
    paragraphs += [
        "\n".join(_guard(line) for line in _written(tokens).split("\n")) for tokens in _paragraphs(copy.body)
    ]
    body, address = "\n\n".join(paragraphs), _address(url)
    return f"{body}\n<br>[{address}]({address})" if address else body


def block_html(copy: Copy, *, printed_heading: str, url: str) -> str:
    """Return the block as simple HTML for mail, styles inline: the newsletter's heading, the copy, its link."""
    return f'<h2 style="{_HEADING_STYLE}">{escape(clean_line(printed_heading))}</h2>\n{echo_html(copy, url=url)}'


def echo_html(copy: Copy, *, url: str) -> str:
    """Return what is printed at the foot as HTML; the link shows its text where the sponsor gave one, else the address."""
    parts = []
    if copy.heading.strip():
        parts.append(f"<p><strong>{escape(clean_line(copy.heading))}</strong></p>")
    parts.append(_reader.render(copy.body))
    if address := _address(url):
        parts.append(f'<p><a href="{escape(address)}">{escape(clean_line(copy.link_text) or address)}</a></p>')
    return _clean("".join(parts), styled=True)


def block_text(copy: Copy, *, printed_heading: str, url: str) -> str:
    """Return the block as plain text: heading, underline, copy with its inline addresses in brackets, link."""
    heading = clean_line(printed_heading)
    return f"{heading}\n{'-' * len(heading)}\n\n{echo_text(copy, url=url)}"


def echo_text(copy: Copy, *, url: str) -> str:
    """Return what is printed at the foot as plain text."""
    parts = [clean_line(copy.heading), plain_text(copy.body, with_addresses=True)]
    if address := _address(url):
        words = clean_line(copy.link_text)
        parts.append(f"{words}: {address}" if words else address)
    return _MERGE_TAG.sub(r"\1 ", "\n\n".join(part for part in parts if part))


def preview_html(copy: Copy) -> Markup:
    """Return the body as safe HTML without styles, for our own pages."""
    return Markup(_clean(_reader.render(copy.body), styled=False))


def plain_text(body: str, *, with_addresses: bool = False) -> str:
    """Return a body's words with the markup off, paragraphs parted by an empty line."""
    texts = []
    for tokens in _paragraphs(body):
        texts.append("".join(_plain(token, with_addresses, address) for token, address in _with_links(tokens)))
    return "\n\n".join(text for text in texts if text)


def inline_links(body: str) -> list[tuple[str, str]]:
    """Return the links within a body as (words, address), in order."""
    found: list[tuple[str, str]] = []
    for tokens in _paragraphs(body):
        opened, words = "", ""
        for token in tokens:
            if token.type == "link_open":
                opened, words = str(token.attrs["href"]), ""
            elif token.type == "link_close":
                found.append((words, opened))
                opened = ""
            elif opened:
                words += token.content
    return found


def shown_address(url: str) -> str:
    """Return a link as a reader is shown it, without scheme, "www." and a closing slash; what is no link stays as it is.

    A host whose letters mix scripts is shown as punycode.
    """
    typed = urlsplit(url).hostname if is_web_url(url) else None
    if typed and typed != (shown := shown_host(url)) and "xn--" in shown:
        url = re.sub(re.escape(typed), shown, url, count=1, flags=re.IGNORECASE)
    return re.sub(r"^https?://(www\.)?", "", url.strip(), flags=re.IGNORECASE).rstrip("/")


def _clean(html: str, *, styled: bool) -> str:
    """The second fence: whatever the first let through, only these tags and http links leave, and no merge tag."""
    cleaned: str = nh3.clean(
        html, tags=_TAGS, attributes={"a": {"href"}, "*": set()}, url_schemes={"http", "https"}, link_rel=_LINK_REL,
        set_tag_attribute_values=_STYLES if styled else None,
    )  # fmt: skip
    return cleaned.strip().replace("{", "&#123;").replace("*|", "&#42;|")


def _address(url: str) -> str:
    """A link that can stand in Markdown, HTML and text alike: everything that means something there is escaped."""
    if not is_web_url(url):
        return ""
    return quote(_reader.normalizeLink(url), safe=":/?#@!$&'+,;=%~-._").replace("&#", "%26#")


def _paragraphs(body: str) -> Iterator[list[Token]]:
    for token in _reader.parse(body):
        if token.type == "inline":
            yield token.children or []


def _with_links(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    """Each token with the address that it closes, which stands on the token that opened the link."""
    address = ""
    for token in tokens:
        if token.type == "link_open":
            address = _address(str(token.attrs["href"]))
        yield token, address


def _written(tokens: list[Token]) -> str:
    """One paragraph, written anew in Markdown."""
    written: list[str] = []
    for token, address in _with_links(tokens):
        if token.type == "link_open":
            if written and written[-1].endswith("!"):  # or it would be an image
                written[-1] = written[-1][:-1] + "&#33;"
            written.append("[")
        elif token.type == "link_close":
            written.append(f"]({address})")
        elif token.type == "hardbreak":
            written.append("<br>\n")
        elif token.type == "softbreak":
            written.append("\n")
        else:
            written.append(_MARKS.get(token.type) or _escaped(token.content))
    return "".join(written)


def _plain(token: Token, with_addresses: bool, address: str) -> str:
    if token.type in ("hardbreak", "softbreak"):
        return "\n"
    if token.type == "link_close":
        return f" ({address})" if with_addresses else ""
    return token.content if token.type == "text" else ""


def _line(text: str) -> str:
    return _guard(_escaped(clean_line(text)))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0]) or "\\" + found[0], text)


def _guard(line: str) -> str:
    """A line that cannot be taken for a heading, a list, a rule, a table or a container."""
    line = line.strip()
    found = _LINE_START.match(line)
    if found is None:
        return line
    if found[1]:
        return "\\" + line
    if found[2]:
        return f"&#{ord(found[2])};{line[1:]}"
    return f"{found[3]}\\{found[4]}{line[found.end() :]}"


def trap_html(url: str) -> str:
    """A link that takes no room, is not read aloud and cannot be reached by keyboard: only programs follow it."""
    hidden = "display:none;font-size:0;line-height:0;max-height:0;overflow:hidden"
    return f'<a href="{escape(url)}" rel="nofollow" aria-hidden="true" tabindex="-1" style="{hidden}"></a>'
