"""Whole issues: every fixture read as a reader of the newsletter would."""

import json

import pytest

from sponsorship.archive.reader import scan_line
from sponsorship.archive.rules import ReadIssue
from tests.archive.reading import brief, lines, read, read_fixture

# For each fixture: slot, sponsor, link without its tracking, first and last line, heading.
EXPECTED: dict[str, list[tuple[str, str | None, str, int, int, str]]] = {
    "the-harbour-log/2023-05-14-88.md": [
        ("primary", "Tidewater", "https://tidewater.example/harbour-log", 11, 12, "Sponsor"),
        ("secondary", None, "https://ow.ly/q88walls", 18, 21, "Sponsored"),
        ("partner", "BHA", "https://bit.ly/bha-tides", 38, 40, "BHA - British Harbourmasters Association"),
        ("partner", "BHA", "https://bit.ly/bha-week", 43, 44, "BHA - British Harbourmasters Association"),
        ("footer-repeat", "Tidewater", "https://tidewater.example/harbour-log", 55, 56, ""),
    ],
    "the-harbour-log/2019-03-03-12.textile": [
        ("primary", "Pilotage", "https://pilotage.example/", 12, 14, "Sponsor"),
    ],
    "lighthouse-notes/041.md": [
        ("primary", "Fresnel Works", "https://fresnelworks.example/forgive", 11, 12, ""),
        ("secondary", None, "https://tinyurl.com/splice41", 14, 15, ""),
    ],
    "gears-weekly/2021-09-06-gears-weekly-30.md": [
        ("primary", "Torquay", "https://torquay.example/harmonic", 22, 24, "Sponsored"),
        ("secondary", "Rollings", "https://rollings.example/almanac", 26, 28, "Sponsored"),
        ("house", "Idlehands", "https://idlehands.example/scrap-4", 30, 32, "Sponsored"),
    ],
    "gears-weekly/2022-02-07-gears-weekly-52.md": [
        ("primary", "Millbrook", "https://millbrook.example/", 22, 22, "Sponsored"),
        ("secondary", "The Ratchet", "https://theratchet.example/letter", 28, 32, "Sponsored"),
    ],
    "signal-box/2024-01-15-77.html": [
        ("primary", "Leverframe", "https://leverframe.example", 5, 5, "This issue is kindly sponsored by"),
        ("secondary", "Leverframe", "https://leverframe.example/blog/locking", 5, 5, ""),
    ],
    "copper-mail/05-02-2018.html": [
        (
            "primary",
            "HotHands",
            "https://market.flangeworld.example/kit",
            46,
            57,
            "Wonderful Sponsors of the Newsletter",
        ),
        ("secondary", "Verdigris", "https://www.verdigris.example/", 66, 71, "Wonderful Sponsors of the Newsletter"),
        (
            "house",
            "Copper Mail",
            "https://coppermail.example/sponsor.pdf",
            82,
            87,
            "Wonderful Sponsors of the Newsletter",
        ),
        ("house", "Red Kiln", "https://redkiln.example", 120, 125, "Friends of the Newsletter"),
        ("partner", "Patina", "https://patina.example", 134, 139, "Friends of the Newsletter"),
    ],
    "other/named-headings.md": [
        ("primary", "Sculler", "https://sculler.example/plans", 7, 12, "This week's sponsor: Sculler"),
        ("secondary", "Boatglue", "https://boatglue.example/trial", 20, 22, ""),
        ("secondary", "Thole & Pin", "https://tholeandpin.example/", 30, 30, "Also sponsored by"),
    ],
    "other/message-from.md": [
        (
            "primary",
            "Pagerless",
            "https://pagerless.example/night-shift",
            7,
            9,
            "A message from our sponsor, Pagerless",
        ),
    ],
    "other/tail-marker.md": [
        ("primary", "Flow Gate", "https://flowgate.example/guide", 7, 11, ""),
        ("secondary", "Valvehouse", "https://valvehouse.example/sale", 18, 18, ""),
    ],
    "other/label-below.md": [("primary", "Proofbox", "https://proofbox.example/loaf", 7, 7, "")],
    "other/plain-text.txt": [
        ("primary", "Left-Hand", "https://lefthand.example/spanner", 6, 7, "SPONSOR"),
        ("classified", "Vice", "https://vice.example/sale", 16, 16, "CLASSIFIED ADS"),
        ("classified", "Anvil", "https://anvil.example/sale", 17, 17, "CLASSIFIED ADS"),
    ],
    "other/keys.md": [
        ("primary", "Inkwell Bank", "https://inkwell.example/business", 6, 8, ""),
        ("secondary", "Blotter", "https://blotter.example", 9, 10, ""),
    ],
    "other/shortcodes.md": [
        ("primary", "Gauge", "https://gauge.example/order", 10, 10, ""),
        ("secondary", "Pci", "https://pci.example/rolls", 18, 18, ""),
    ],
    "other/overlines.rst": [("primary", "Pagemark", "https://pagemark.example/join", 11, 13, "From our sponsor")],
    "other/editorial-only.md": [],
    "other/tags.html": [
        ("primary", "Hush Mutes", "https://mutes.example/quiet", 4, 4, ""),
        ("secondary", "Gleam", "https://polish.example/brass", 6, 6, ""),
    ],
    "other/house-under-heading.md": [("house", "Weekly Thimble", "https://thimble.example/book", 5, 5, "Sponsor")],
    "other/one-line-labels.md": [
        ("primary", "Orrery", "https://orrery.example/", 3, 3, ""),
        ("secondary", "Perigee", "https://perigee.example/cloth", 9, 9, "Together with Perigee"),
    ],
}


def found(issue: ReadIssue) -> list[tuple[str, str | None, str, int, int, str]]:
    return [
        (each.slot.value, each.sponsor, (each.url or "").split("?")[0], each.line_start, each.line_end, each.heading)
        for each in issue.placements
    ]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_placement_of_an_issue_is_found(name: str) -> None:
    assert found(read_fixture(name)) == EXPECTED[name]


def test_the_seed_format_is_read_with_its_echo_and_its_partner() -> None:
    issue = read_fixture("the-harbour-log/2023-05-14-88.md")
    assert [(pair.first, pair.second, pair.words) for pair in issue.duplicates] == [
        (0, 4, "footer-repeat+same-copy+same-destination+same-sponsor"),
        (2, 3, "same-sponsor"),
    ]
    assert issue.placements[1].body.startswith("Quay walls, inspected from the air\n\nA drone")


def test_the_copy_is_kept_as_text_and_as_markdown_without_its_mark() -> None:
    (ad, _) = read_fixture("lighthouse-notes/041.md").placements
    assert ad.body.startswith("Lenses that forgive Fresnel Works grinds lenses")
    assert ad.body.endswith("Start here.")
    assert ad.body_source.startswith("[**Lenses that forgive**](https://fresnelworks.example/forgive?")
    assert not ad.body_source.endswith("*SPONSORED*")


def test_copy_of_html_mail_is_kept_as_markdown() -> None:
    (_, ad) = read_fixture("signal-box/2024-01-15-77.html").placements
    assert ad.body_source.startswith("## [Locking tables without tears](https://leverframe.example/blog/locking?")
    assert ad.urls == ("https://leverframe.example/blog/locking?utm_campaign=post",)


def test_first_words_leave_out_numbers_and_marks() -> None:
    assert read_fixture("gears-weekly/2021-09-06-gears-weekly-30.md").placements[0].first_words == (
        "Harmonic Drives for Small Workshops. Torquay INFO: Torquay make reducers"
    )
    assert read_fixture("gears-weekly/2022-02-07-gears-weekly-52.md").placements[0].first_words == "Millbrook Castings"


def test_a_scan_prints_what_was_found_as_json() -> None:
    line = json.loads(json.dumps(scan_line(read_fixture("the-harbour-log/2023-05-14-88.md"))))
    assert {key: line[key] for key in ("file", "newsletter", "issue_no", "date")} == {
        "file": "the-harbour-log/2023-05-14-88.md",
        "newsletter": "The Harbour Log",
        "issue_no": 88,
        "date": "2023-05-14",
    }
    assert line["placements"][1] == {
        "slot": "secondary",
        "sponsor": None,
        "heading": "Sponsored",
        "first_words": "Quay walls, inspected from the air A drone, a patient",
        "url": "https://ow.ly/q88walls",
        "line_start": 18,
        "line_end": 21,
        "house": False,
        "confidence": 0.95,
    }
    assert line["duplicates"] == [
        [0, 4, "footer-repeat+same-copy+same-destination+same-sponsor"],
        [2, 3, "same-sponsor"],
    ]


def test_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    text = "---\ntitle: Log 5\n---\n\nSponsor\n=======\n\nTidewater maps. https://tidewater.example\n"
    plain, windows = read(text), read("\ufeff" + text.replace("\n", "\r\n"))
    assert lines(plain) == lines(windows) == [(8, 8)]
    assert windows.issue_no == 5


NEWS = "\n\n## News\n\n[A queue](https://queues.example.org) is a line.\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The title of an ad carries the mark, the copy follows it.
        (
            "* * *\n\n### [Review in half the time (Sponsor)](https://rabbitly.example/x)\n\n"
            "[![](i.png)](https://rabbitly.example/x)\n\nReviews take long.\n\n"
            "**[Rabbitly](https://rabbitly.example/x)** reads along.\n\n* * *\n\n### What is a queue\n\nA line.",
            [("primary", "Rabbitly", "https://rabbitly.example/x")],
        ),
        # A picture alone under a label in bold; what follows is the editor's.
        (
            "Hello!\n\n**Sponsored by:**\n\n[![Anvilry](a.png)](https://anvilry.example)\n\n"
            "We read [a book](https://book.example.org) this week.",
            [("primary", "Anvilry", "https://anvilry.example")],
        ),
        # A line that thanks a sponsor whose ad is printed below is no ad of its own.
        (
            "Together with [Anvilry](https://anvilry.example)\n\nHello.\n\n## Sponsor\n\n"
            f"Anvils by post: [order](https://anvilry.example/order){NEWS}",
            [("primary", "Anvilry", "https://anvilry.example/order")],
        ),
        # Links within one ad to pages of one firm, and a list of several firms.
        (
            f"## Our sponsor\n\n- [Anvils](https://anvilry.example/a)\n- [Hammers](https://anvilry.example/h){NEWS}",
            [("primary", "Anvilry", "https://anvilry.example/a")],
        ),
        (
            f"## Sponsors\n\n- [Anvilry](https://anvilry.example)\n- [Boltery](https://boltery.example){NEWS}",
            [("primary", "Anvilry", "https://anvilry.example"), ("secondary", "Boltery", "https://boltery.example")],
        ),
        # A sentence says it, without a heading.
        (
            f"Hi! This week's newsletter is sponsored by [Anvilry](https://anvilry.example). I use theirs.{NEWS}",
            [("primary", "Anvilry", "https://anvilry.example")],
        ),
        # A scheme left out, an address broken over two lines, an address of an example shipped.
        (
            f"## Sponsor\n\n[Anvils](www.anvilry.example/a) by post.{NEWS}",
            [("primary", "Anvilry", "www.anvilry.example/a")],
        ),
        (
            f"## Sponsor\n\n[Anvils](https://anvilry.example/a\nnvils) by post.{NEWS}",
            [("primary", "Anvilry", "https://anvilry.example/anvils")],
        ),
        # A label of higher rank than the title of the ad, and one of lower.
        (
            f"SPONSORED\n\n## Anvils that fly\n\n[Get one](https://anvilry.example).{NEWS}",
            [("primary", "Anvilry", "https://anvilry.example")],
        ),
        (
            "### Sponsored\n\n### [Anvils](https://anvilry.example)\n\nThey float.\n\n### [Queues](https://q.example.org)\n\nX.",
            [("primary", "Anvilry", "https://anvilry.example")],
        ),
        # A picture and a title in bold under one heading are one ad; so is a title within it.
        (
            "### 🙏 This week's sponsor\n\n[![Anvilry](a.png)](https://anvilry.example)\n\n**Anvils that float**\n\n"
            f"Buy [them](https://anvilry.example/buy).{NEWS}",
            [("primary", "Anvilry", "https://anvilry.example")],
        ),
        # The label links to the sponsor, the copy through a shortener.
        (
            "Sponsored by [Anvilry](https://anvilry.example)\n\nAnvilry floats now. [See](https://bit.ly/float).\n\n"
            "News follow: https://x.example.org",
            [("primary", "Anvilry", "https://bit.ly/float")],
        ),
        # A sentence as a label between rules.
        (
            "Hello.\n\n---\n\n💡 *Today's issue is sponsored by **Anvilry**.*\n\nIt floats.\n\n"
            "👉 [Try](https://anvilry.example)\n\n---\n\nRest [y](https://y.example.org).",
            [("primary", "Anvilry", "https://anvilry.example")],
        ),
        # Copy that is only told by the element around it is found, as a question.
        (
            f'<div class="ad-block">\n\n[Anvils](https://anvilry.example) by post.\n\n</div>{NEWS}',
            [("primary", "Anvilry", "https://anvilry.example")],
        ),
    ],
)
def test_habits_of_newsletters_never_seen(text: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert brief(read(text)) == expected


def test_html_without_headings_is_read_up_to_the_next_link_elsewhere() -> None:
    source = """<div><h1>Daily Fret</h1><p><a href="https://n.example.org/1">First story</a></p><p>SPONSOR</p>
    <p><strong>Anvilry</strong> makes anvils.</p><p><a href="https://anvilry.example/">Get yours</a></p>
    <p><a href="https://n.example.org/2">Second story</a></p><p><a href="https://m.example.org/3">Third</a></p></div>"""
    issue = read(source, "fret/issue.html")
    assert brief(issue) == [("primary", "Anvilry", "https://anvilry.example/")]
    assert issue.placements[0].body == "Anvilry makes anvils.\n\nGet yours"


def test_a_guess_is_put_as_a_question() -> None:
    wrapped = read(f'<div class="ad-block">\n\n[Anvils](https://anvilry.example) by post.\n\n</div>{NEWS}')
    headed = read(f"## Sponsor\n\n[Anvils](https://anvilry.example) by post.{NEWS}")
    assert [each.is_question for each in wrapped.placements] == [True]
    assert [each.is_question for each in headed.placements] == [False]
