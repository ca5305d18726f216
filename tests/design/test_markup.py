"""The strict reader finds what it is there to find."""

import pytest

from tests.design.markup import faults_of

FAULTY = {
    "<p>open": "<p> is never closed",
    "<p><b>crossed</p></b>": "</p> closes b",
    '<i id="a"></i><i id="a"></i>': "id 'a' stands 2 times",
    '<p aria-describedby="gone">x</p>': "aria-describedby leads to no id 'gone'",
    '<p style="color:red">x</p>': "<p> has an inline style or script",
    '<p onclick="x()">x</p>': "<p> has an inline style or script",
    "<script>x()</script>": "an inline script",
    "<style>p {}</style>": "an inline style sheet",
    '<input name="company">': "<input id=None name='company'> has no label",
    '<p class="a" class="b">x</p>': "<p> has an attribute twice: ['class', 'class']",
}


@pytest.mark.parametrize(("html", "fault"), FAULTY.items())
def test_a_fault_is_named(html: str, fault: str) -> None:
    assert fault in faults_of(html)


@pytest.mark.parametrize(
    "html",
    [
        '<label for="a">A</label><input id="a">',
        '<label><input type="checkbox"> A</label>',
        '<input aria-label="A"><input type="hidden" name="b">',
        '<script type="application/json" id="a">{}</script><script src="/static/a.js"></script>',
    ],
)
def test_sound_markup_has_no_fault(html: str) -> None:
    assert faults_of(html) == []
