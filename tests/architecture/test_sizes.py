"""Small and said: no file over 400 lines, no function over 50, every public function of the domain typed and explained."""

import ast
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, place_of, product_files, shown, tree_of

SAID = {
    "rules",
    "queries",
    "services",
    "flows",
    "gateway",
    "stripe_gateway",
    "charts",
    "render",
    "reader",
    "rhythm",
    "similarity",
    "probe",
}
BESIDE = [path for folder in ("torture", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]
PYTHON = [*product_files(), *sorted((ROOT / "tests").rglob("*.py")), *BESIDE]


def functions(path: Path) -> list[ast.FunctionDef]:
    """Every function of a file, methods included."""
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)]


def reachable_functions(path: Path) -> list[ast.FunctionDef]:
    """The functions of a file that others can call: of the module and of its classes, not those inside functions."""
    homes = [tree_of(path), *(node for node in tree_of(path).body if isinstance(node, ast.ClassDef))]
    return [node for home in homes for node in home.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("path", PYTHON, ids=shown)
def test_no_file_is_over_400_lines_and_no_function_over_50(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{shown(path)} has {lines} lines: split it by noun"
    long = [
        f"{f.name} ({f.end_lineno - f.lineno + 1})"
        for f in functions(path)
        if f.end_lineno and f.end_lineno - f.lineno >= 50
    ]
    assert not long, f"{shown(path)}: {long}"


@pytest.mark.parametrize("path", [p for p in product_files() if place_of(p)[1] in SAID], ids=shown)
def test_public_functions_have_types_and_a_sentence(path: Path) -> None:
    for function in reachable_functions(path):
        if function.name.startswith("_"):
            continue
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        untyped = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
        assert not untyped and function.returns is not None, f"{shown(path)}: {function.name} lacks types {untyped}"
        assert ast.get_docstring(function), f"{shown(path)}: {function.name} says nothing"


@pytest.mark.parametrize("path", [*product_files(), *BESIDE], ids=shown)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree_of(path)), f"{shown(path)} has no docstring"


@pytest.mark.parametrize("path", [p for p in product_files() if place_of(p)[1] in ("views", "portal")], ids=shown)
def test_a_view_has_at_most_25_lines(path: Path) -> None:
    for function in functions(path):
        is_view = any("blueprint" in ast.dump(decorator) for decorator in function.decorator_list)
        body = function.body[1:] if ast.get_docstring(function) else function.body
        length = (function.end_lineno or 0) - body[0].lineno + 1 if body else 0
        assert not is_view or length <= 25, f"{shown(path)}: {function.name} has {length} lines"
