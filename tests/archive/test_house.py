"""The publisher's own filler under a sponsor's heading."""

from tests.archive.reading import brief, read

NEWS = "\n\n## News\n\n[A bolt](https://moon.example.org/bolt) was found.\n"


def test_an_offer_of_space_is_a_house_ad_of_the_newsletter() -> None:
    issue = read(
        f"# Weekly Thimble 8\n\n## Sponsor\n\nWant to see your ad here? [Write](https://forms.example.org/x).{NEWS}"
    )
    assert brief(issue) == [("house", "Weekly Thimble", "https://forms.example.org/x")]
    assert issue.placements[0].house


def test_the_publishers_own_page_is_a_house_ad() -> None:
    own = "[Our book](https://thimble.example/book) is out, and it is about thimbles."
    issue = read(f"## Sponsor\n\n{own}{NEWS}\n\nWrite to [the editor](mailto:ed@thimble.example).")
    assert [each.house for each in issue.placements] == [True]


def test_an_account_at_the_foot_tells_the_publisher() -> None:
    foot = "\n\n".join(f"Line {number}." for number in range(30))
    source = f"<h2>Partners</h2><p><a href='https://redkiln.example'>Red Kiln</a> casts.</p><h2>News</h2><p>{foot}</p>"
    icons = "<p>Bye</p><p><a href='https://twitter.com/red_kiln'><img alt='t'></a></p>"
    assert [each.house for each in read(source + icons, "a/issue.html").placements] == [True]
    assert [each.house for each in read(source, "a/issue.html").placements] == [False]


def test_the_editors_own_work_is_a_house_ad() -> None:
    issue = read(f"## Sponsored\n\nI've written the last part of my series: https://idlehands.example/4{NEWS}")
    assert [each.house for each in issue.placements] == [True]


def test_praise_by_the_editor_is_not() -> None:
    issue = read(f"## Sponsored\n\nThe Ratchet is one of my favourite letters: https://theratchet.example{NEWS}")
    assert [each.house for each in issue.placements] == [False]


def test_an_offer_of_space_at_the_end_of_an_ad_is_left_out_of_it() -> None:
    offer = "Want to sponsor us too? [Write](https://forms.example.org/x)."
    issue = read(f"## Sponsor\n\n[Tidewater](https://tidewater.example) maps.\n\n{offer}{NEWS}")
    assert brief(issue) == [("primary", "Tidewater", "https://tidewater.example")]
    assert issue.placements[0].body == "Tidewater maps."


def test_an_offer_of_space_without_a_sponsors_heading_is_nothing() -> None:
    assert read(f"# Hello{NEWS}\n## Sponsor us\n\nSee our [media kit](https://thimble.example/kit).").placements == ()
