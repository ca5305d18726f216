"""Every macro gives sound markup: balanced, labelled, no id twice, and nothing that a strict CSP would refuse."""

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from tests.design.bench import COMPONENTS, ROOT, SAMPLES, STATES, TEMPLATES, environment, macros_of, render_sample
from tests.design.markup import Markup, faults_of

SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', (TEMPLATES / "components/sprite.html").read_text()))
OUTSIDE = {"revenue", "galley"}


# What the other macros of forms.html are made of: drawn by every sample of theirs.
INNER = {"forms.label_of", "forms.note_of", "forms.input_of", "forms.error_items"}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("form", ["plain", "refused"])
def test_a_macro_gives_sound_markup(sample: str, form: str) -> None:
    html = render_sample(sample, form)
    assert html.strip()
    assert faults_of(html, known_ids=OUTSIDE) == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_macro_draws_only_icons_that_the_page_carries(sample: str) -> None:
    used = {str(use.attributes["href"])[1:] for use in Markup.read(render_sample(sample)).all("use")}
    assert used <= SYMBOLS


def test_every_macro_has_a_sample() -> None:
    macros = {f"{file.stem}.{name}" for file in COMPONENTS if file.stem != "email" for name in macros_of(file.stem)}
    assert macros == set(SAMPLES) | INNER


@pytest.mark.parametrize("file", [file for file in COMPONENTS if file.stem != "sprite"], ids=lambda file: file.stem)
def test_the_comment_at_the_head_of_a_file_names_its_macros(file: Path) -> None:
    source = file.read_text()
    head = source[: source.index("-#}")]
    assert [name for name in macros_of(file.stem) if name not in head and f"forms.{name}" not in INNER] == []


def test_an_icon_named_anywhere_in_the_templates_is_in_the_sprite() -> None:
    named = {
        name
        for file in TEMPLATES.rglob("*.html")
        for call in re.findall(r"\bicon\((.*?)\)", file.read_text())
        for name in re.findall(r"[\"']([a-z0-9-]+)[\"']", call)
    }
    assert {f"i-{name}" for name in named} - SYMBOLS - {
        f"i-{word}" for word in ("error", "warn", "done", "now")
    } == set()


def test_a_field_is_tied_to_its_hint_and_when_refused_to_its_error() -> None:
    plain = Markup.read(render_sample("forms.field")).all("input")
    refused = Markup.read(render_sample("forms.field", "refused")).all("input")
    assert plain[1].attributes["aria-describedby"] == "email-hint"
    assert "aria-invalid" not in plain[0].attributes
    assert refused[0].attributes["aria-describedby"] == "company-error"
    assert refused[0].attributes["aria-invalid"] == "true"
    assert refused[0].attributes["autocomplete"] == "organization"


def test_a_measured_field_says_its_limit_to_the_script_and_to_the_reader() -> None:
    html = render_sample("forms.measured")
    body = Markup.read(html).all("textarea")[1].attributes
    assert (body["data-limit"], body["data-unit"], body["data-measure"]) == ("400", "characters", "body-measure")
    assert body["aria-describedby"] == "body-measure body-hint"
    assert "up to 400 characters" in html


def test_the_summary_of_errors_leads_to_each_field_and_is_absent_without_errors() -> None:
    page = Markup.read(render_sample("forms.error_summary", "refused"))
    summary = next(element for element in page.elements if element.attributes.get("id") == "errors")
    ids = {element.attributes.get("id") for element in page.elements}
    links = [str(link.attributes["href"])[1:] for link in page.all("a")]
    assert summary.attributes["role"] == "alert" and summary.attributes["tabindex"] == "-1"
    assert links == ["company", "body", "pay", "terms", "address-street", "links-0", "links-1"]
    assert set(links) <= ids
    assert "7 things to fix" in render_sample("forms.error_summary", "refused")
    assert 'id="errors"' not in render_sample("forms.error_summary")


def test_a_figure_cannot_close_the_script_that_carries_it() -> None:
    html = render_sample("charts.chart")
    assert html.count("</script>") == 1
    assert "\\u003c/script>" in html


def test_each_state_has_a_colour_in_text_in_the_calendar_and_on_the_flatplan() -> None:
    sheets = "".join((ROOT / f"static/css/{name}.css").read_text() for name in ("components", "pages"))
    for key in STATES:
        for prefix in ("state--", "slot--", "fp--"):
            assert re.search(rf"\.{prefix}{key}\b", sheets), f".{prefix}{key} has no rule"


def test_a_misspelt_variable_is_an_error_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ newletter.name }}").render()
