"""Bytes to text, and what the text is written in."""

import codecs
import re
from pathlib import PurePosixPath

from sponsorship.archive.errors import UnreadableIssue
from sponsorship.archive.rules import Medium

LARGEST_BYTES = 4_000_000

_MARKDOWN_ENDINGS = {".md", ".markdown", ".mdown", ".mkd", ".mdx", ".txt", ".text", ".textile", ".rst", ""}
_HTML_ENDINGS = {".html", ".htm", ".xhtml"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HTML_OPENING = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table)\b", re.IGNORECASE | re.DOTALL
)
_DOCUMENT_MARKS = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"{\\rtf")


def decode_issue(content: bytes) -> str:
    """Return the text of a file with line ends as "\\n".

    Raises UnreadableIssue where the file is empty, too large, or not text.
    """
    if len(content) > LARGEST_BYTES:
        raise UnreadableIssue(f"The file is larger than {LARGEST_BYTES // 1_000_000} MB, which no newsletter issue is.")
    if not content.strip():
        raise UnreadableIssue("The file is empty.")
    if content.startswith(_DOCUMENT_MARKS):
        raise UnreadableIssue("The file is not text: save the issue as Markdown or HTML.")
    text = _decode(content).replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    if not text.strip("\ufeff \t\n"):
        raise UnreadableIssue("The file is empty.")
    strange = sum(1 for character in text if ord(character) < 32 and character not in "\t\n\x0b\x1b")
    if strange > len(text) / 1000:
        raise UnreadableIssue("The file is not text: it has control characters in it.")
    return text


def tell_medium(path_name: str, text: str) -> Medium:
    """Tell Markdown from HTML, by the file's ending and, where that does not say, by how the text begins.

    Raises UnreadableIssue for a file that by its name is something else.
    """
    ending = PurePosixPath(path_name.replace("\\", "/")).suffix.lower()
    if ending in _HTML_ENDINGS:
        return Medium.HTML
    # "2014.08.31" and "issue.12" have no ending, whatever stands behind the last dot.
    if ending not in _MARKDOWN_ENDINGS and not ending[1:].isdigit():
        raise UnreadableIssue(f"A file that ends in {ending} is read neither as Markdown nor as HTML.")
    return Medium.HTML if _HTML_OPENING.match(text) else Medium.MARKDOWN


def _decode(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) if encoding == "utf-8" else 0 :].decode(encoding)
            except UnicodeDecodeError:
                raise UnreadableIssue("The file is not text: its encoding is broken.") from None
    if b"\x00" in content:
        raise UnreadableIssue("The file is not text: it has control characters in it.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # Old issues were saved in the encoding of Windows; what that leaves undefined becomes a mark of its own.
        return content.decode("cp1252", errors="replace")
