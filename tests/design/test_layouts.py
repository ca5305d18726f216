"""Each layout is a sound page by itself, with and without a newsletter, a viewer and work that waits."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from tests.design.bench import ROOT, TEMPLATES, environment
from tests.design.markup import Markup, faults_of

NEWSLETTER = SimpleNamespace(name="The Sunday Runbook", slug="runbook")
VIEWER = SimpleNamespace(name="Imogen Hale", email="imogen@runbook.example", initials="IH", role_label="Publisher")
MASTHEAD = SimpleNamespace(
    items=[
        {"key": "revenue", "label": "Revenue", "href": "/revenue", "icon": "report-money"},
        {"key": "review", "label": "Review", "href": "/review", "icon": "eye", "count": 3, "count_label": "waiting"},
    ],
    current="review",
    next_issue_text="No. 812 goes out in 2 days",
)
LAYOUTS = ["publisher", "sponsor", "public", "door", "plain"]


def render(layout: str, **given: Any) -> str:
    block = "card" if layout == "door" else "content"
    source = (
        f'{{% extends "layouts/{layout}.html" %}}{{% block title %}}Revenue{{% endblock %}}'
        f"{{% block {block} %}}<h1>The quarter is sold.</h1>{{% endblock %}}"
    )
    context = {"newsletter": NEWSLETTER, "viewer": VIEWER, "masthead": MASTHEAD} | given
    return environment().from_string(source).render(**context)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("given", [{}, {"newsletter": None, "viewer": None, "banner": "Demo: no money moves."}])
def test_a_layout_is_a_sound_page(layout: str, given: dict[str, Any]) -> None:
    html = render(layout, **given)
    assert faults_of(html) == []
    page = Markup.read(html)
    assert len(page.all("main")) == len(page.all("h1")) == len(page.all("title")) == 1
    assert ("banner" in given) == ("Demo: no money moves." in html)


def test_a_page_is_named_after_its_newsletter_and_else_after_the_product() -> None:
    assert "<title>Revenue · The Sunday Runbook</title>" in render("plain")
    assert "<title>Revenue · Flatplan</title>" in render("plain", newsletter=None)


def test_the_masthead_marks_the_current_page_and_counts_what_waits() -> None:
    html = render("publisher")
    current = [link for link in Markup.read(html).all("a") if link.attributes.get("aria-current") == "page"]
    assert [link.attributes["href"] for link in current] == ["/review"]
    assert '3<span class="vh"> waiting</span>' in html
    assert "No. 812 goes out in 2 days" in html


def test_one_signs_out_by_a_posted_form_with_a_token() -> None:
    html = render("publisher")
    form = re.search(r'<form method="post" action="/accounts.sign_out">(.*?)</form>', html, re.DOTALL)
    assert form and 'name="csrf_token" value="token"' in form.group(1)


def test_what_was_flashed_is_said_in_a_live_region() -> None:
    html = render("plain")
    region = html[html.index('id="toasts" role="status"') :]
    assert "Slot released." in region
    assert 'class="toast toast--error"' in region and "The card was declined." in region


def test_the_error_page_needs_nothing_but_its_words() -> None:
    words = {"status": 404, "title": "There is no such page.", "sentence": "Nothing was changed.", "advice": "Go back."}
    html = environment().get_template("errors/error.html").render(**words)
    assert faults_of(html) == []
    assert all(str(word) in html for word in words.values())


def test_every_file_a_template_asks_for_is_there_and_is_ours() -> None:
    for template in TEMPLATES.rglob("*.html"):
        source = template.read_text()
        for name in re.findall(r"filename='([^']+)'\)", source):
            assert (ROOT / "static" / name).is_file(), f"{template.name}: {name}"
        assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", source), f"{template.name} leads to another server"
    for sheet in re.findall(r"\[(\"base\".*?)\]", (TEMPLATES / "layouts/base.html").read_text())[0].split(", "):
        assert (ROOT / f"static/css/{sheet.strip(chr(34))}.css").is_file()


def test_every_font_a_style_sheet_asks_for_is_there() -> None:
    urls = re.findall(r'url\("([^"]+)"\)', (ROOT / "static/css/base.css").read_text())
    assert len(urls) >= 5
    for url in urls:
        assert (ROOT / "static/css" / url).resolve().is_file(), url


MAIL = """{% from "components/email.html" import email_button, email_quote, email_rows, email_text, email_title %}
{% extends "layouts/email.html" %}{% block subject %}Your copy is due{% endblock %}
{% block content %}{{ email_title("Your copy is due") }}{{ email_text("By Thursday.") }}
{{ email_quote("Another link.") }}{{ email_rows([("Issue", "No. 812")]) }}
{{ email_button("https://ads.example/copy/7", "Write it") }}{% endblock %}
{% block why %}You booked a slot.{% endblock %}"""


def test_an_email_is_balanced_and_shows_the_address_of_its_button() -> None:
    html = environment().from_string(MAIL).render(newsletter=NEWSLETTER)
    page = Markup.read(html)
    assert page.faults == []
    assert [element.attributes.get("role") for element in page.all("table")] == ["presentation"] * 3
    assert html.count("https://ads.example/copy/7") == 2
    assert not page.all("script", "link", "img")


def test_the_plain_text_part_says_who_writes_and_why() -> None:
    blocks = "{% block content %}By Thursday.{% endblock %}{% block why %}You booked.{% endblock %}"
    source = '{% extends "layouts/email.txt" %}' + blocks
    text = environment().from_string(source).render(newsletter=NEWSLETTER)
    assert text.startswith("The Sunday Runbook\n")
    assert "By Thursday." in text and "You booked." in text
