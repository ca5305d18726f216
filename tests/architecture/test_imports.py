"""The arrows of the house point one way."""

import ast
from pathlib import Path

import pytest

from tests.architecture.house import (
    ADAPTERS,
    FLASK_IN_CORE,
    FLASK_MAY,
    LAYERS,
    ONE_DOOR,
    OPEN_TO_OTHERS,
    ORDER,
    PRODUCT,
    SIDE_BY_SIDE,
    imports_of,
    place_of,
    product_files,
    shown,
    tree_of,
)

FEATURES = [path for path in product_files() if place_of(path)[0] in ORDER]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def ours(path: Path) -> list[tuple[str, str, int]]:
    """The package, room and line of each import of our own code."""
    found = []
    for name, line in imports_of(path):
        parts = name.split(".")
        if parts[0] == "sponsorship" and len(parts) > 1:
            found.append((parts[1], parts[2] if len(parts) > 2 else "", line))
    return found


@pytest.mark.parametrize("path", FEATURES, ids=shown)
def test_a_package_imports_only_packages_before_it(path: Path) -> None:
    package, room = place_of(path)
    wrong = [
        f"line {line}: {other}"
        for other, _, line in ours(path)
        if other != package and (ORDER.index(other) > ORDER.index(package) or (package, other) in SIDE_BY_SIDE)
    ]
    assert not wrong, f"{shown(path)} ({room}) imports against the order: {wrong}"


@pytest.mark.parametrize("path", FEATURES, ids=shown)
def test_of_another_package_only_the_open_rooms_are_used(path: Path) -> None:
    package, _ = place_of(path)
    wrong = []
    for other, room, line in ours(path):
        if other in (package, "core") or room == "":
            continue
        if room not in OPEN_TO_OTHERS | ADAPTERS.get(other, set()) and package != "demo":
            wrong.append(f"line {line}: {other}.{room}")
    assert not wrong, f"{shown(path)} uses closed rooms: {wrong}"


@pytest.mark.parametrize("path", [p for p in FEATURES if place_of(p)[0] != "core"], ids=shown)
def test_inside_a_package_a_file_imports_only_what_stands_below_it(path: Path) -> None:
    package, room = place_of(path)
    if room == "__init__":
        return
    wrong = []
    for other, its_room, line in ours(path):
        if other != package or its_room in ("", room) or (room == "views" and its_room == "portal"):
            continue
        adapters = ADAPTERS.get(package, set())
        if room == "forms":
            allowed = its_room == "rules"
        elif room in adapters:
            allowed = its_room in {"rules", "errors"} | adapters
        elif its_room in adapters:
            allowed = room in LEVEL and LEVEL[room] >= LEVEL["queries"]
        elif its_room == "forms":
            allowed = room in ("views", "portal")
        else:
            allowed = its_room in LEVEL and room in LEVEL and LEVEL[its_room] < LEVEL[room]
        if not allowed:
            wrong.append(f"line {line}: {its_room}")
    assert not wrong, f"{shown(path)} imports against the layers: {wrong}"


@pytest.mark.parametrize("path", FEATURES, ids=shown)
def test_a_feature_has_no_rooms_but_the_named_ones(path: Path) -> None:
    package, room = place_of(path)
    if package != "core":
        named = {"__init__", "forms"} | set(LEVEL) | ADAPTERS.get(package, set())
        assert room in named, f"{shown(path)}: a feature has no {room}"


@pytest.mark.parametrize("path", FEATURES, ids=shown)
def test_flask_stays_at_the_edge(path: Path) -> None:
    package, room = place_of(path)
    if room in (FLASK_IN_CORE if package == "core" else FLASK_MAY):
        return
    wrong = [
        n
        for n, _ in imports_of(path)
        if n.split(".")[0] in ("flask", "flask_wtf", "wtforms", "flask_migrate", "werkzeug")
    ]
    assert not wrong, f"{shown(path)} imports {wrong}"


@pytest.mark.parametrize("outsider", sorted(ONE_DOOR))
def test_each_outsider_has_one_door(outsider: str) -> None:
    doors = ONE_DOOR[outsider]
    wrong = [
        shown(path)
        for path in product_files()
        if "standin" not in path.parts
        and any(name.split(".")[0] == outsider for name, _ in imports_of(path))
        and path.relative_to(PRODUCT).with_suffix("").as_posix() not in doors
    ]
    assert not wrong


@pytest.mark.parametrize("path", [p for p in FEATURES if place_of(p)[1] == "rules"], ids=shown)
def test_rules_need_the_standard_library_and_other_rules_only(path: Path) -> None:
    pure_core = {"errors", "money", "text", "format", "urls", "flatplan"}
    for other, room, line in ours(path):
        assert room in ({"rules"} if other != "core" else pure_core), (
            f"{shown(path)} line {line} imports {other}.{room}"
        )
    for name, line in imports_of(path):
        assert name.split(".")[0] not in ("sqlalchemy", "requests", "time"), f"{shown(path)} line {line}: {name}"
    clock_calls = [
        n for n in ast.walk(tree_of(path)) if isinstance(n, ast.Attribute) and n.attr in ("now", "today", "utcnow")
    ]
    assert not clock_calls, f"{shown(path)} asks the clock"


@pytest.mark.parametrize("path", product_files(), ids=shown)
def test_nothing_is_imported_inside_a_function_or_relatively(path: Path) -> None:
    inner = [
        node.lineno
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    relative = [n.lineno for n in ast.walk(tree_of(path)) if isinstance(n, ast.ImportFrom) and n.level]
    assert not inner and not relative, f"{shown(path)}: lines {inner + relative}"


def test_the_stand_in_knows_no_feature_and_none_knows_it() -> None:
    for path in product_files():
        inside = place_of(path)[0] == "standin"
        for other, _, line in ours(path):
            assert (other == "standin") == inside, f"{shown(path)} line {line} imports {other}"


def test_only_the_edges_open_a_transaction() -> None:
    """Services never commit: transaction() is for views, flows, handlers' runners, tasks and commands."""
    edges = {"views", "portal", "flows", "tasks", "cli"}
    wrong = []
    for path in FEATURES:
        package, room = place_of(path)
        opens = any(name == "sponsorship.core.db.transaction" for name, _ in imports_of(path))
        if opens and package != "core" and room not in edges and package != "demo":
            wrong.append(shown(path))
    assert not wrong
    commits = [
        shown(path)
        for path in FEATURES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "commit" and shown(path) != "sponsorship/core/db.py"
    ]
    assert not commits
