"""Every template compiles, imports only what it uses, stays small, and carries nothing inline."""

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from tests.architecture.house import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
PAGES = [path for path in TEMPLATES if path.parent.name not in ("layouts", "components") and path.suffix == ".html"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles_and_uses_every_macro_that_it_imports(migrated_app: Flask, path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = migrated_app.jinja_env.parse(source)
    migrated_app.jinja_env.compile(source)
    imported = {
        alias[1] if isinstance(alias, tuple) else alias
        for node in tree.find_all(nodes.FromImport)
        for alias in node.names
    }
    used = {node.name for node in tree.find_all(nodes.Name)}
    assert not imported - used, f"{name_of(path)} imports and never uses {imported - used}"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_has_at_most_95_lines_and_nothing_inline(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 95, f"{name_of(path)} is too long"
    if path.parent.name == "email":
        return
    inline = re.findall(r"\sstyle=|\son\w+=|<style|<script(?![^>]*(src=|application/json))", source)
    assert not inline, f"{name_of(path)}: {inline}"


@pytest.mark.parametrize("path", [p for p in TEMPLATES if p.parent.name == "components"], ids=name_of)
def test_a_component_file_holds_only_macros_or_is_included(migrated_app: Flask, path: Path) -> None:
    tree = migrated_app.jinja_env.parse(path.read_text(encoding="utf-8"))
    assert list(tree.find_all(nodes.Macro)) or path.name == "sprite.html"


def test_every_template_belongs_to_code_that_names_it() -> None:
    """A page that no view renders is dead."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "sponsorship").rglob("*.py"))
    code += "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    dead = [name_of(p) for p in TEMPLATES if name_of(p) not in code and name_of(p).rsplit(".", 1)[0] not in code]
    assert not dead
