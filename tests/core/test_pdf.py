"""What is printed: the same bytes for the same words, our own typefaces, no text taken for markup."""

import re
import zlib
from datetime import UTC, datetime

import pytest

from sponsorship.core.pdf import typeset

WHEN = datetime(2026, 11, 24, 12, tzinfo=UTC)
VALUES = {
    "title": "Insertion order IO-2026-0147", "publisher": "Imogen Hale", "newsletter": "The Sunday Runbook",
    "number": "IO-2026-0147", "facts": ["24 Nov 2026"],
    "parties": [{"label": "Sponsor", "lines": ["Tidewatch Ltd", "Keizersgracht 12"]}],
    "columns": ["Issue", "Placement", "Date", "Copy due", "Net"],
    "rows": [["No. 812", "Primary", "Sun 22 Nov 2026", "Thu 19 Nov, 18:00 GMT", "$1,650.00"]],
    "sums": [["List price", "$1,650.00"]], "total": ["Total", "$1,650.00"], "payment": ["By card."], "notes": [],
    "terms_title": "Terms, version 1", "terms": ["Copy by the Thursday before."],
}  # fmt: skip


def test_the_same_words_give_the_same_archival_file() -> None:
    first, second = (typeset("insertion_order", VALUES, made_at=WHEN) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-1.7") and b"pdfaid:part" in first
    assert {b"Archivo-Regular", b"Besley-Bold"} <= fonts_of(first)


def test_what_somebody_typed_is_never_markup() -> None:
    typed = "#panic() *not bold* $x$ [oops] \\u{41} @nobody <label> https://example.com // no comment"
    values = VALUES | {"parties": [{"label": "Sponsor", "lines": [typed]}], "terms": [typed]}
    assert typeset("insertion_order", values, made_at=WHEN).startswith(b"%PDF")


@pytest.mark.parametrize("name", ["Zażółć gęślą", "Ægir Þór ehf.", "Øresund & Søn", "Ünsal Çelik"])
def test_latin_names_are_set_in_our_own_typefaces(name: str) -> None:
    values = VALUES | {"parties": [{"label": "Sponsor", "lines": [name]}]}
    assert b"pdfaid:part" in typeset("insertion_order", values, made_at=WHEN)


def test_a_name_in_another_script_is_printed_without_the_standard() -> None:
    values = VALUES | {"parties": [{"label": "Sponsor", "lines": ["株式会社タイドウォッチ"]}]}
    page = typeset("insertion_order", values, made_at=WHEN)
    assert page.startswith(b"%PDF") and b"pdfaid:part" not in page


def fonts_of(page: bytes) -> set[bytes]:
    """The names of the fonts in a PDF, their subset's tag aside; they stand in compressed object streams."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", page, re.DOTALL)
    text = page + b"".join(unpacked(stream) for stream in streams)
    return set(re.findall(rb"/FontName\s*/[A-Z]{6}\+([A-Za-z-]+)", text))


def unpacked(stream: bytes) -> bytes:
    """A stream's bytes, where it is a compressed one."""
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""
