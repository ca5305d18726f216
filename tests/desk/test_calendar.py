"""The slot calendar and its docket, with and without a script."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sqlalchemy.orm import Session

from sponsorship.accounts.rules import TeamRole
from sponsorship.booking.queries import occupants_of
from sponsorship.booking.rules import BookingKind
from sponsorship.booking.services import block_slot
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.rules import RhythmChange
from sponsorship.inventory.services import add_rhythm_exception
from tests.desk.pages import CALENDAR, texts, tree_of, words
from tests.factories.assembly import sell_slot
from tests.factories.inventory import make_newsletter, slot_on
from tests.page_checks import CheckedClient
from tests.queries import counted_queries

NEXT, OPEN_DAY = date(2026, 11, 22), date(2026, 12, 20)
FRAGMENT = {"HX-Request": "true"}


def docket_path(session: Session, newsletter: Newsletter, day: date, key: str = "primary", ordinal: int = 1) -> str:
    return f"/desk/sunday-runbook/slots/{slot_on(session, newsletter, day, key, ordinal).id}"


def row_of(tree: LexborHTMLParser, day: str) -> LexborNode:
    rows = [row for row in tree.css("table.slots tbody tr") if row.css_first("th") is not None]
    return next(row for row in rows if words(row.css_first("th")).startswith(day))


def cells(row: LexborNode) -> list[str]:
    return [words(cell.css_first(".slot__line")) for cell in row.css("td")]


def acts(tree: LexborHTMLParser) -> list[str]:
    """The docket's acts in order: what each button or opening says."""
    found = tree.css_first(".docket__acts")
    return (
        []
        if found is None
        else [words(node) for node in found.css("[data-act] > a, [data-act] summary, [data-act] > form > button")]
    )


def test_rows_are_issues_and_columns_are_placements(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(CALENDAR))
    assert texts(tree, "thead th") == [
        "Issue", "Primary $1,650", "Sponsored $850", "Classified A $300", "Classified B $300",
    ]  # fmt: skip
    assert cells(row_of(tree, "15 Nov")) == ["Ran", "Ran Unpaid", "House ad", "Not sold"]
    assert cells(row_of(tree, "22 Nov")) == ["In review", "Approved", "Copy missing", "Approved Unpaid"]
    assert cells(row_of(tree, "29 Nov")) == ["Paid", "Held", "Open $300", "Open $300"]
    assert cells(row_of(tree, "13 Dec")) == ["Open $1,650", "Open $850", "Blocked", "Open $300"]
    assert words(row_of(tree, "22 Nov").css_first("th")) == "22 Nov No. 812 $3,100"
    assert words(row_of(tree, "13 Dec").css_first("th")) == "13 Dec No. 815 Nothing sold"


def test_it_opens_two_issues_before_today_and_marks_the_day(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(CALENDAR))
    days = [words(node) for node in tree.css("tbody th b")]
    assert days[:3] == ["8 Nov", "15 Nov", "22 Nov"] and len(days) == 14
    assert words(tree.css_first(".slots__today")) == "Today, Thu 19 Nov"
    assert words(tree.css_first("h1")).startswith("Copy for one slot is due today. 39 slots are open until 7 Feb,")
    assert "is-now" in (row_of(tree, "22 Nov").css(".slot")[2].attributes["class"] or "")


def test_chips_count_the_states_and_unpaid_counts_twice(desk: CheckedClient, season: Newsletter) -> None:
    chips = dict(text.rsplit(" ", 1) for text in texts(tree_of(desk.get(CALENDAR)), ".chip"))
    assert chips == {
        "Open": "39", "Held": "2", "Unpaid": "3", "Paid": "1", "Copy missing": "1", "In review": "1", "Approved": "2",
        "Ran": "2", "Not sold": "5", "Blocked": "1", "House ad": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "bright"),
    [
        ("state=missing", ["Brightmoor Conf"]),
        ("state=unpaid", ["Tallyhook", "Peat Systems", "Tallyhook"]),
        ("state=missing&state=review", ["Cinderbox", "Brightmoor Conf"]),
        ("find=tallyh", ["Tallyhook", "Tallyhook"]),
        ("find=nobody", []),
    ],
)
def test_filters_work_without_a_script(desk: CheckedClient, season: Newsletter, query: str, bright: list[str]) -> None:
    tree = tree_of(desk.get(f"{CALENDAR}?{query}"))
    lit = [slot for slot in tree.css(".slot") if "is-dim" not in (slot.attributes["class"] or "")]
    assert [slot.attributes["data-name"] for slot in lit] == bright
    nothing = tree.css_first("#nomatch")
    assert nothing is not None and ("hidden" in nothing.attributes) == bool(bright)
    chosen = [box.attributes["value"] for box in tree.css(".chip input[checked]")]
    assert chosen == [part.split("=")[1] for part in query.split("&") if part.startswith("state")]


def test_one_turns_pages_and_comes_back(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(CALENDAR))
    links = {link.attributes.get("aria-label") or words(link): link.attributes["href"] for link in tree.css(".seg a")}
    assert set(links) == {"Earlier", "Today", "Later"}
    later = tree_of(desk.get(links["Later"] or ""))
    assert words(later.css("tbody th b")[0]) == "31 Jan"
    assert "Later" not in [link.attributes.get("aria-label") for link in later.css(".seg a")]
    earlier = tree_of(desk.get(links["Earlier"] or ""))
    assert words(earlier.css("tbody th b")[0]) == "1 Nov"


def test_a_date_that_is_none_is_refused_in_a_sentence(desk: CheckedClient, season: Newsletter) -> None:
    answer = desk.get(f"{CALENDAR}?from=next+week")
    assert answer.status_code == 422
    assert "“next week” is not a date. Write Sun 22 Nov 2026 as 2026-11-22." in answer.get_data(as_text=True)
    assert tree_of(desk.get(f"{CALENDAR}?from=2031-01-01")).css_first("table.slots") is not None


def test_a_day_without_an_issue_stands_in_its_place(desk: CheckedClient, season: Newsletter, now: datetime) -> None:
    with transaction() as session:
        add_rhythm_exception(
            session, newsletter=season, on_day=date(2026, 12, 26), change=RhythmChange.SKIPPED, reason="Holidays"
        )
    tree = tree_of(desk.get(CALENDAR))
    days = [words(node) for node in tree.css("tbody th b")]
    assert days[days.index("20 Dec") : days.index("27 Dec") + 1] == ["20 Dec", "26 Dec", "27 Dec"]
    assert words(tree.css_first(".slots__off td")) == "No issue: Holidays"


def test_the_most_pressing_slot_is_open_beside_the_table(desk: CheckedClient, season: Newsletter) -> None:
    tree = tree_of(desk.get(CALENDAR))
    assert words(tree.css_first("#docket h2")) == "Brightmoor Conf"
    current = tree.css_first(".slot[aria-current]")
    assert current is not None and current.attributes["data-name"] == "Brightmoor Conf"


def test_another_slot_is_opened_by_its_address(desk: CheckedClient, session: Session, season: Newsletter) -> None:
    slot_id = slot_on(session, season, NEXT).id
    assert words(tree_of(desk.get(f"{CALENDAR}?slot={slot_id}")).css_first("#docket h2")) == "Cinderbox"
    assert tree_of(desk.get(f"{CALENDAR}?slot=999999")).css_first("#docket h2") is None


def test_the_docket_is_a_fragment_for_the_script_and_a_page_without(
    desk: CheckedClient, session: Session, season: Newsletter
) -> None:
    path = docket_path(session, season, NEXT)
    fragment = desk.get(path, headers=FRAGMENT).get_data(as_text=True)
    assert "<html" not in fragment and fragment.lstrip().startswith('<div class="slip docket">')
    page = tree_of(desk.get(path))
    assert words(page.css_first("h1")) == "Primary, No. 812."
    assert words(page.css_first(".docket h2")) == "Cinderbox"


@pytest.mark.parametrize(
    ("day", "key", "ordinal", "title", "offered"),
    [
        (date(2026, 11, 15), "primary", 1, "Tidewatch", ["Open the report", "Open the order"]),
        (date(2026, 11, 15), "sponsored", 1, "Tallyhook",
         ["Send a reminder", "Mark paid", "Open the report", "Open the order"]),
        (date(2026, 11, 15), "classified", 1, "House ad", []),
        (date(2026, 11, 15), "classified", 2, "Not sold", []),
        (NEXT, "primary", 1, "Cinderbox", ["Read the copy", "Open the order", "Move to another date"]),
        (NEXT, "sponsored", 1, "Mooring", ["Open the issue", "Open the order", "Move to another date"]),
        (NEXT, "classified", 1, "Brightmoor Conf", ["Ask for the copy", "Write it", "Open the order", "Move to another date"]),
        (date(2026, 11, 29), "sponsored", 1, "Ferrywork", ["Open the order", "Release the slot"]),
        (date(2026, 12, 6), "primary", 1, "Tallyhook",
         ["Send a reminder", "Mark paid", "Open the order", "Move to another date"]),
        (date(2026, 12, 6), "sponsored", 1, "A buyer", ["Another buyer is ready", "Release the slot"]),
        (date(2026, 12, 13), "classified", 1, "Not for sale", ["Put it back on sale"]),
        (OPEN_DAY, "primary", 1, "Open slot", ["Book it", "Hold", "Block", "Fill it with a house ad"]),
    ],
)  # fmt: skip
def test_the_docket_offers_the_next_thing_first(
    desk: CheckedClient, session: Session, season: Newsletter, day: date, key: str, ordinal: int, title: str,
    offered: list[str],
) -> None:  # fmt: skip
    tree = tree_of(desk.get(docket_path(session, season, day, key, ordinal), headers=FRAGMENT))
    assert words(tree.css_first("h2")) == title
    assert acts(tree) == offered


def test_the_docket_shows_the_way_and_what_is_owed(desk: CheckedClient, session: Session, season: Newsletter) -> None:
    tree = tree_of(desk.get(docket_path(session, season, date(2026, 12, 6)), headers=FRAGMENT))
    assert texts(tree, ".steps li") == [
        "Booked , done 30 Oct",
        "Payment due 29 Nov",
        "Copy due 3 Dec",
        "Approval",
        "Runs 6 Dec",
    ]
    assert texts(tree, ".leaders div") == [
        "Net price $1,650", "Invoice 2026-0002, 4 days late $850", "Invoice 2026-0008 $1,650",
    ]  # fmt: skip
    assert "ads@tallyhook.example" in words(tree)


def test_asking_for_copy_is_a_mail_with_the_link(desk: CheckedClient, session: Session, season: Newsletter) -> None:
    tree = tree_of(desk.get(docket_path(session, season, NEXT, "classified"), headers=FRAGMENT))
    link = tree.css_first('a[href^="mailto:"][href*="subject"]')
    assert link is not None
    mail = unquote(link.attributes["href"] or "")
    assert mail.startswith(
        "mailto:ads@brightmoor.example?subject=Your copy for The Sunday Runbook, Sun 22 Nov 2026&body="
    )
    assert "/copy/" in mail and "due Thu 19 Nov, 18:00 GMT" in mail


def act_form(tree: LexborHTMLParser, ending: str) -> LexborNode:
    return next(form for form in tree.css("form") if (form.attributes["action"] or "").endswith(ending))


def fields_of(form: LexborNode) -> dict[str, str]:
    return {
        node.attributes["name"] or "": node.attributes.get("value") or ""
        for node in form.css("input[name]")
        if node.attributes["name"] != "csrf_token"
    }


@pytest.mark.parametrize(
    ("ending", "typed", "kind"),
    [
        ("/block", {"reason": "Reader survey"}, BookingKind.BLOCK),
        ("/hold", {"sponsor": "Ferrywork"}, BookingKind.COURTESY),
        ("/book", {"sponsor": "New Co", "contact_name": "Ada", "contact_email": "ada@new.example"}, BookingKind.SALE),
    ],
)
def test_the_dockets_forms_fit_the_acts_they_post_to(
    desk: CheckedClient, session: Session, season: Newsletter, ending: str, typed: dict[str, str], kind: BookingKind
) -> None:
    path = docket_path(session, season, OPEN_DAY)
    form = act_form(tree_of(desk.get(path)), ending)
    fields = fields_of(form)
    assert set(typed) <= set(fields)
    answer = desk.post_form(form.attributes["action"] or "", fields | typed, page=path)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    slot_id = slot_on(session, season, OPEN_DAY).id
    assert answer.headers["Location"].endswith(f"/calendar?slot={slot_id}")
    assert occupants_of(session, [slot_id])[slot_id].kind is kind


def test_a_script_hears_that_slots_have_changed(desk: CheckedClient, session: Session, season: Newsletter) -> None:
    path = docket_path(session, season, date(2026, 12, 13), "classified")
    form = act_form(tree_of(desk.get(path)), "/unblock")
    assert form.attributes["hx-post"] == form.attributes["action"] and form.attributes["hx-swap"] == "none"
    answer = desk.post_form(form.attributes["action"] or "", fields_of(form), page=path, headers=FRAGMENT)
    assert answer.status_code == 204
    assert set(json.loads(answer.headers["HX-Trigger"])) == {"slotsChanged", "toast"}


def test_a_held_slot_is_released_from_its_docket(desk: CheckedClient, session: Session, season: Newsletter) -> None:
    path = docket_path(session, season, date(2026, 12, 6), "sponsored")
    form = act_form(tree_of(desk.get(path)), "/release")
    assert desk.post_form(form.attributes["action"] or "", fields_of(form), page=path).status_code == 303
    assert acts(tree_of(desk.get(path)))[0] == "Book it"


def test_a_role_is_offered_what_it_covers(
    client: CheckedClient, clock: None, session: Session, season: Newsletter, sign_in: Callable[..., Any]
) -> None:
    sign_in(client, "reader@sundayrunbook.example", newsletter=season, role=TeamRole.VIEWER)
    assert acts(tree_of(client.get(docket_path(session, season, OPEN_DAY)))) == []
    owed = docket_path(session, season, date(2026, 11, 15), "sponsored")
    assert acts(tree_of(client.get(owed))) == ["Open the report", "Open the order"]


def test_a_slot_of_another_newsletter_is_not_found(
    desk: CheckedClient, session: Session, season: Newsletter, now: datetime, sign_in: Callable[..., Any]
) -> None:
    with transaction() as own:
        other = make_newsletter(own, now=now, slug="other-letter")
        slot_id = slot_on(own, other, OPEN_DAY).id
    assert desk.get(f"/desk/sunday-runbook/slots/{slot_id}").status_code == 404
    sign_in(desk, "imogen@sundayrunbook.example", newsletter=other)
    assert desk.get(f"/desk/sunday-runbook/slots/{slot_id}").status_code == 404  # hers, at another address
    assert desk.get(f"/desk/other-letter/slots/{slot_id}").status_code == 200
    assert desk.get("/desk/sunday-runbook/slots/99999999999").status_code == 404


def test_the_calendar_takes_a_fixed_number_of_queries(desk: CheckedClient, season: Newsletter, now: datetime) -> None:
    def count(address: str = CALENDAR) -> int:
        with counted_queries() as statements:
            assert desk.get(address).status_code == 200
        return len(statements)

    few = count()
    with transaction() as session:
        for week in range(6):
            day = date(2026, 12, 20) + timedelta(weeks=week)
            sell_slot(session, slot_on(session, season, day), now=now, sponsor_name=f"New {week}")
            block_slot(session, slot=slot_on(session, season, day, "sponsored"), reason="x", actor="Imogen", now=now)
    assert count() == few <= 12
    assert count(f"{CALENDAR}?span=year") == few
