"""Reading the desk's pages in tests."""

from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.test import TestResponse

REVENUE, CALENDAR = "/desk/sunday-runbook/revenue", "/desk/sunday-runbook/calendar"
SPONSORS = "/desk/sunday-runbook/sponsors"


def tree_of(answer: TestResponse) -> LexborHTMLParser:
    """The page that came."""
    assert answer.status_code == 200, answer.status
    return LexborHTMLParser(answer.get_data(as_text=True))


def words(node: LexborHTMLParser | LexborNode | None) -> str:
    """A part's text with blanks as one."""
    assert node is not None
    body = node.body if isinstance(node, LexborHTMLParser) else node
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def texts(tree: LexborHTMLParser, selector: str) -> list[str]:
    """The text of each part that the selector finds."""
    return [words(node) for node in tree.css(selector)]


def rows_of(table: LexborNode | None) -> list[list[str]]:
    """The cells of a table's body."""
    assert table is not None
    return [[words(cell) for cell in row.css("th, td")] for row in table.css("tbody tr")]
