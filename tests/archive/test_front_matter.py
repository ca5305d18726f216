"""The keys above an issue, with the oddities of real life."""

import pytest

from sponsorship.archive.reader.front_matter import read_front_matter


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("title: THE LOG ISSUE \\#88 - 14th May 2023 ", "title", "THE LOG ISSUE #88 - 14th May 2023"),
        ("title: 'Ida''s log'", "title", "Ida's log"),
        ("date: 2023-05-14T09:30:00+01:00", "date", "2023-05-14T09:30:00+01:00"),
        ("date: '2022-11-06'", "date", "2022-11-06"),
        ("slug: 095", "slug", "095"),
        ("idx: 0o17", "idx", "0o17"),
        ("draft: no", "draft", "no"),
        ("Title: Mixed", "title", "Mixed"),
        ("when: !!timestamp 2023-05-14", "when", "2023-05-14"),
        ("thing: !ruby/object:Post whatever", "thing", "whatever"),
        ("empty:", "empty", ""),
    ],
)
def test_a_value_stays_what_was_written(line: str, key: str, value: str) -> None:
    assert read_front_matter(f"---\n{line}\n---\nText").keys[key] == value


@pytest.mark.parametrize(
    "broken", ["title: Issue 5: the one with a colon", "title: @home", "title: 'unclosed", "title: %wave", "title: [a"]
)
def test_a_broken_line_costs_only_itself(broken: str) -> None:
    found = read_front_matter(f"---\n{broken}\nidx: 7\n---\nText")
    assert found.keys["idx"] == "7"
    assert found.notices


def test_lists_and_mappings_are_kept_and_their_lines_known() -> None:
    found = read_front_matter(
        "---\ntitle: A\nsponsors:\n  - name: B\n    url: https://b.example\ntags: [x, y]\n---\nText"
    )
    assert found.keys["sponsors"] == [{"name": "B", "url": "https://b.example"}]
    assert found.keys["tags"] == ["x", "y"]
    assert found.key_lines["sponsors"] == (3, 5)
    assert found.lines == 7


def test_toml_is_read_too() -> None:
    found = read_front_matter('+++\ntitle = "Weather Eye 14"\ndate = 2022-06-01T08:00:00Z\n+++\nText')
    assert found.keys["title"] == "Weather Eye 14"
    assert str(found.keys["date"]).startswith("2022-06-01")


@pytest.mark.parametrize(
    "text", ["No keys here", "Text\n---\nmore", "----\ntitle: x\n----\n", "---\nJust a sentence\n---\nText"]
)
def test_text_without_keys_has_none(text: str) -> None:
    found = read_front_matter(text)
    assert (dict(found.keys), found.lines) == ({}, 0)


def test_unclosed_keys_are_left_in_the_text_and_said() -> None:
    found = read_front_matter("---\ntitle: x\n\nText without an end")
    assert found.lines == 0
    assert found.notices


def test_aliases_do_not_multiply() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for one, other in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{other}: &{other} [{', '.join([f'*{one}'] * 10)}]\n"
    assert "i" in read_front_matter(f"---\n{bomb}---\nText").keys
