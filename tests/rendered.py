"""A plugin: every page of the product is rendered by some test. It asks when all tests ran, in one process or in several."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, template_rendered
from jinja2 import Template

TEMPLATES = Path(__file__).parents[1] / "templates"
LAYERS = {"components", "layouts", "email", "pdf"}  # parts of pages, and what is no page
RENDERED: set[str] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Note every template that any test renders."""
    template_rendered.connect(_note_template)


def _note_template(_app: Flask, template: Template, **_values: Any) -> None:
    RENDERED.add(template.name or "")


def pages() -> set[str]:
    """The names of all templates that are a page of their own."""
    found = (path for path in TEMPLATES.rglob("*.html") if not path.name.startswith("_"))
    return {path.relative_to(TEMPLATES).as_posix() for path in found if path.parent.name not in LAYERS}


class Gatherer:
    """In a run over several processes: adds up what each has rendered."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a process rendered when it ends."""
        RENDERED.update(getattr(node, "workeroutput", {}).get("rendered", ()))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen to the other processes, where there are some."""
    if session.config.pluginmanager.hasplugin("dsession"):
        session.config.pluginmanager.register(Gatherer())


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run of all tests that left a page unrendered; in one process of several, hand over what it rendered."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["rendered"] = sorted(RENDERED)
    elif exitstatus == pytest.ExitCode.OK and _unseen(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which pages were left."""
    if unseen := _unseen(config):
        terminalreporter.section("pages that no test renders", red=True)
        terminalreporter.line(", ".join(unseen))


def _unseen(config: pytest.Config) -> list[str]:
    """The pages that nothing rendered; none where only some of the tests were asked for."""
    chosen = config.option.keyword or config.option.markexpr or config.args != config.getini("testpaths")
    return [] if chosen or config.option.collectonly else sorted(pages() - RENDERED)
