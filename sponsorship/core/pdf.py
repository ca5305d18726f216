"""The one door to typesetting: documents on paper (insertion orders, invoices, tear sheets) as PDF, by Typst.

A document is a template in `templates/pdf/` that imports `style.typ`. It gets its words as one JSON value, so that no text
that somebody typed is ever read as markup.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import typst

from sponsorship.core.config import ROOT

TEMPLATES = ROOT / "templates" / "pdf"
FONTS = ROOT / "static" / "vendor" / "fonts" / "print"
ARCHIVAL: Final = "a-2a"  # PDF/A-2a: fonts embedded, text tagged, readable in ten years


def typeset(template: str, values: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return the PDF of `templates/pdf/<template>.typ` filled with values that JSON can carry: ready-worded text.

    The same values and moment give the same bytes, as PDF/A-2a. Where a text needs a script that our two typefaces lack, it
    is set in what the machine has, and the file is an ordinary PDF: a name is worth more than a standard.
    """
    inputs = {"values": json.dumps(values, ensure_ascii=False)}
    options: dict[str, Any] = {
        "root": TEMPLATES, "sys_inputs": inputs, "format": "pdf", "timestamp": int(made_at.timestamp()),
    }  # fmt: skip
    source = TEMPLATES / f"{template}.typ"
    try:
        page: bytes = typst.compile(source, font_paths=_fonts(False), pdf_standards=[ARCHIVAL], **options)
    except typst.TypstError as refusal:
        if "glyph" not in str(refusal) and "could not be displayed" not in str(refusal):
            raise
        page = typst.compile(source, font_paths=_fonts(True), **options)
    return page


@cache
def _fonts(with_system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=with_system, include_embedded_fonts=with_system, font_paths=[FONTS])
