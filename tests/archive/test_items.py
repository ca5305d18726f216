"""Copy below a label, parted into ads."""

import pytest

from sponsorship.archive.reader.items import part_items
from sponsorship.archive.reader.markdown import read_markdown

A, B = "[Anvils](https://anvils.example)", "[Bolts](https://bolts.example)"


@pytest.mark.parametrize(
    ("source", "plural", "starts"),
    [
        (f"{A} are heavy.", False, [1]),
        (f"{A} are heavy.\n\nThey float all the same.", False, [1]),
        (f"Heavy as they are,\n\n{A} float.", False, [1]),
        (f"{A} are heavy.\n\n{A} float.", True, [1]),
        (f"{A} are heavy.\n\n{B} are light.", True, [1, 3]),
        (f"{A} are heavy.\n\nWe join them with {B}.", False, [1]),
        (f"{A} are heavy.\n\n\n{B} are light.", False, [1, 4]),
        (f"{A} are heavy.\n\n\nAnd that is all.", False, [1]),
        (f"{A} are heavy.\n\n---\n\n{B} are light.", False, [1, 5]),
        (f"#### One\n\n{A}\n\n#### Two\n\n{B}", False, [1, 5]),
        (f"1) {A}.\n2) {B}.", False, [1, 2]),
        (f"1) {A}.\n2) [Anvils again](https://anvils.example/b).", False, [1, 2]),
        (f"- {A}\n- {B}", True, [1, 2]),
        (f"{A} are heavy:\n\n- black\n- red", False, [1]),
        (f"- {A}\n- [Anvils in red](https://anvils.example/red)", False, [1]),
        (f"{A} are heavy.\n\nBolts are light.\n\n{B}", True, [1, 3]),
    ],
)
def test_a_new_ad_begins_where_a_reader_sees_one(source: str, plural: bool, starts: list[int]) -> None:
    items = part_items(read_markdown(source, lambda line: False), plural=plural)
    assert [item[0].line_start for item in items] == starts
