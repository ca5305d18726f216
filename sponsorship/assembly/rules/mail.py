"""A block as mail programs take it: nested tables and inline styles, its own colours, no wider than 600 pixels.

Tables with `role="presentation"` because Outlook for Windows lays out nothing else; a width both as attribute (Outlook) and
as style (all others, which may be narrower); colour and ground said together, so that a dark mail app that leaves one of
them alone leaves both.
"""

WIDEST = 600  # pixels; what mail programs show beside their lists

_TABLE = 'role="presentation" border="0" cellpadding="0" cellspacing="0"'
_GROUND, _INK, _EDGE = "#f4f4f1", "#1b1b1b", "#d5d5ce"
_CELL = (
    f"padding:4px 20px 8px;background-color:{_GROUND};color:{_INK};border-top:1px solid {_EDGE};"
    f"border-bottom:1px solid {_EDGE};font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;text-align:left;"
    "word-break:break-word"
)


def mail_block(content: str) -> str:
    """Return a block's HTML in its frame; `content` is HTML that has been made safe."""
    return (
        f'<table {_TABLE} width="100%" style="border-collapse:collapse"><tr><td align="center" style="padding:0 0 24px">\n'
        f'<table {_TABLE} width="{WIDEST}" style="width:100%;max-width:{WIDEST}px;border-collapse:collapse">'
        f'<tr><td bgcolor="{_GROUND}" style="{_CELL}">\n{content}\n</td></tr></table>\n'
        "</td></tr></table>"
    )
