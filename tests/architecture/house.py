"""The house's plan as tables, and how its files are read; the tests beside this file hold the code to it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "sponsorship"

# A package imports only packages that stand before it. storefront and desk stand side by side.
ORDER = (
    "core", "accounts", "inventory", "sponsors", "booking", "payments", "checks", "creative", "tracking", "archive", "assembly",
    "reporting", "storefront", "desk", "demo",
)  # fmt: skip
SIDE_BY_SIDE = {("desk", "storefront")}

# What stands in a feature, lowest first: a file imports only what stands below it in its own package.
LAYERS = (
    ("rules",), ("errors",), ("models",), ("queries",), ("services",), ("flows",), ("handlers", "tasks"),
    ("views", "portal", "cli"),
)  # fmt: skip
ADAPTERS = {
    "payments": {"gateway", "stripe_gateway"},
    "reporting": {"charts"},
    "creative": {"render"},
    "tracking": {"fastlane", "gateway"},
    "archive": {"reader"},
    "inventory": {"rhythm"},
    "checks": {"similarity", "probe"},
}
OPEN_TO_OTHERS = {"rules", "errors", "models", "queries", "services"}
FLASK_MAY = {"forms", "views", "portal", "cli"}
FLASK_IN_CORE = {"care", "logs", "web", "db", "cli"}
ONE_DOOR = {
    "stripe": {
        "payments/stripe_gateway/__init__",
        "payments/stripe_gateway/calling",
        "payments/stripe_gateway/invoices",
    },
    "plotly": {"reporting/charts/figures"},
    "smtplib": {"core/mail"},
    "xlsxwriter": {"core/sheets"},
    "typst": {"core/pdf"},
}


@cache
def product_files() -> tuple[Path, ...]:
    """Every Python file of the product."""
    return tuple(sorted(PRODUCT.rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def place_of(path: Path) -> tuple[str, str]:
    """The package and the room of a file: ("booking", "services") for booking/services/hold.py; "" for the root's."""
    parts = path.relative_to(PRODUCT).with_suffix("").parts
    if len(parts) == 1:
        return "", parts[0]
    return parts[0], parts[1]


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Each imported module by its full name, with its line; `from a import b` gives "a.b"."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module or ''}.{alias.name}", node.lineno) for alias in node.names)


def is_typing_only(path: Path, line: int) -> bool:
    """Whether a line stands under `if TYPE_CHECKING:`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return node.lineno < line <= (node.end_lineno or node.lineno)
    return False


def shown(path: Path) -> str:
    """A file as the failure message names it."""
    return str(path.relative_to(ROOT))
