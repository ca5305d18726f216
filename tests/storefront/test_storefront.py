"""The public page: rate card, open dates, the slip, and what the public must not learn."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sqlalchemy import event
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.booking.services import block_slot, book_house, hold_courtesy, run_bookings
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import AudienceShare, Newsletter
from sponsorship.inventory.queries import get_newsletter
from sponsorship.inventory.rules import PlacementKind, RhythmChange
from sponsorship.inventory.services import add_placement, add_rhythm_exception, mark_issue_sent
from sponsorship.tracking.models import ClickHour, TrackedLink
from sponsorship.tracking.rules import LinkPosition
from tests.factories.booking import confirmed_order, hold_order
from tests.factories.inventory import issue_on, make_newsletter, slot_on
from tests.page_checks import CheckedClient

PAGE, PRICE = "/newsletters/sunday-runbook", "/newsletters/sunday-runbook/price"
DAY = date(2026, 12, 13)
WEEK = timedelta(weeks=1)


@pytest.fixture(autouse=True)
def at_nine_forty(now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


def fetch(client: CheckedClient, path: str = PAGE) -> LexborHTMLParser:
    answer = client.get(path)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def cells(tree: LexborHTMLParser, day: str) -> list[LexborNode]:
    row = next(row for row in tree.css("table.dates tr") if (head := row.css_first("th b")) and head.text() == day)
    return row.css("td")


def words(node: LexborNode) -> str:
    """What stands in a cell, without the way to the waiting list."""
    return " ".join(node.text().split()).partition("Tell me")[0].strip()


def test_the_rate_card_shows_each_placement_with_its_price_and_limits(
    client: CheckedClient, newsletter: Newsletter
) -> None:
    tree = fetch(client)
    assert [node.text() for node in tree.css(".rate__name")] == ["Primary", "Sponsored", "Classified"]
    assert [node.text() for node in tree.css(".rate__price")] == ["$1,650", "$850", "$300"]
    assert "Heading 8 words" in words(tree.css(".rate__spec div")[0]).replace("Heading8", "Heading 8")
    assert len(tree.css("svg.specimen rect.is-on")) == 2 + 1 + 2  # the primary with its echo, both classifieds


def test_the_cart_starts_empty_and_works_without_a_script(client: CheckedClient, newsletter: Newsletter) -> None:
    tree = fetch(client)
    assert not tree.css("input.pick__box[checked]")
    assert "Nothing circled yet." in words(tree.css_first("#order"))
    button = tree.css_first("#order noscript button")
    assert button is not None, "without a script there is a button even while the slip is empty"
    assert button.attributes["form"] == tree.css_first("form#order-form").attributes["id"]


def test_each_open_price_is_a_checkbox_that_names_a_slot(
    client: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    primary, sponsored, classified = cells(fetch(client), "Sun 13 Dec")
    for cell, key in ((primary, "primary"), (sponsored, "sponsored"), (classified, "classified")):
        box = cell.css_first("input[type=checkbox][name=slot]")
        assert box.attributes["value"] == str(slot_on(session, newsletter, DAY, key).id)
    assert words(classified).endswith("2 left")


def test_what_is_taken_is_shown_as_held_sold_or_not_there_and_never_by_whom(
    client: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        hold_order(writing, newsletter, [slot_on(session, newsletter, DAY)], now=now)
        confirmed_order(writing, newsletter, [slot_on(session, newsletter, DAY, "sponsored")], now=now)
        confirmed_order(
            writing, newsletter, [slot_on(session, newsletter, DAY, "classified")], now=now, company="Quietfox"
        )
        hold_courtesy(
            writing, slot=slot_on(session, newsletter, DAY + WEEK), sponsor=None,
            until=datetime.combine(date(2026, 11, 20), time(12), now.tzinfo), actor="imogen", now=now,
        )  # fmt: skip
        block_slot(
            writing, slot=slot_on(session, newsletter, DAY + WEEK, "sponsored"), reason="Secret", actor="i", now=now
        )
        book_house(writing, slot=slot_on(session, newsletter, DAY + WEEK, "classified"), actor="imogen", now=now)
        book_house(writing, slot=slot_on(session, newsletter, DAY + WEEK, "classified", 2), actor="imogen", now=now)
    tree = fetch(client)
    assert [words(cell) for cell in cells(tree, "Sun 13 Dec")][:2] == ["Held to 10:00", "$850 Sold"]
    assert words(cells(tree, "Sun 13 Dec")[2]).endswith("1 left")
    assert [words(cell) for cell in cells(tree, "Sun 20 Dec")] == [
        "Held to Fri 12:00", "None this issue", "None this issue",
    ]  # fmt: skip
    html = tree.html or ""
    assert not [name for name in ("Tidewatch", "Quietfox", "noor@", "Secret") if name in html]


def test_an_issue_too_near_says_so_and_past_issues_are_not_shown(
    client: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    assert not [node for node in fetch(client).css("th b") if node.text() == "Sun 15 Nov"]
    near = slot_on(session, newsletter, date(2026, 11, 22))
    with time_machine.travel(near.deadlines.bookable_until, tick=False):
        tree = fetch(client)
    assert [words(cell) for cell in cells(tree, "Sun 22 Nov")] == ["Too late to book"] * 3
    with time_machine.travel(near.issue.publish_at, tick=False):
        assert not [node for node in fetch(client).css("th b") if node.text() == "Sun 22 Nov"]


def test_a_week_off_is_a_line_of_its_own(client: CheckedClient, session: Session, now: datetime) -> None:
    with transaction() as writing:
        newsletter = make_newsletter(writing, now=now, slug="other", name="Other")
        add_rhythm_exception(writing, newsletter=newsletter, on_day=date(2026, 12, 27), change=RhythmChange.SKIPPED)
        session.delete(gone := issue_on(writing, newsletter, date(2026, 12, 27)))
        for slot in gone.slots:
            session.delete(slot)
    row = cells(fetch(client, "/newsletters/other"), "Sun 27 Dec")
    assert [words(cell) for cell in row] == ["No issue. Back on Sun 3 Jan."]


def test_later_issues_are_folded_away_until_one_of_them_is_picked(
    client: CheckedClient, session: Session, newsletter: Newsletter
) -> None:
    tree = fetch(client)
    fold = tree.css_first("details.dates__more")
    assert words(fold.css_first("summary")) == "Show February 2027"
    assert "open" not in fold.attributes
    late = slot_on(session, newsletter, date(2027, 2, 28))
    tree = fetch(client, f"{PAGE}?slot={late.id}")
    assert "open" in tree.css_first("details.dates__more").attributes


def test_picks_in_the_address_are_ticked_and_priced_and_those_gone_are_named(
    client: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    slots = [slot_on(session, newsletter, DAY + week * WEEK) for week in range(4)]
    with transaction() as writing:
        hold_order(writing, newsletter, slots[:1], now=now)
    query = "&".join(f"slot={slot.id}" for slot in slots)
    tree = fetch(client, f"{PAGE}?{query}&slot=999999&slot=x&slot=")
    ticked = [node.attributes["value"] for node in tree.css("input.pick__box[checked]")]
    assert ticked == [str(slot.id) for slot in slots[1:]]
    slip = tree.css_first("#order")
    assert (slip.attributes["data-total"], slip.attributes["data-count"]) == ("$4,455", "3 slots")
    assert "Gone to somebody else" in words(slip)
    assert "Run of three, 10% off" in words(slip)


def test_the_price_of_what_is_ticked_is_a_fragment_worked_out_by_the_server(
    client: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        other = make_newsletter(writing, now=now, slug="other", name="Other")
    one, two = slot_on(session, newsletter, DAY), slot_on(session, newsletter, DAY, "classified", 2)
    foreign = slot_on(session, other, DAY)
    answer = client.get(f"{PRICE}?slot={two.id}&slot={one.id}&slot={one.id}&slot={foreign.id}")
    slip = LexborHTMLParser(answer.text).css_first("aside#order")
    assert "<html" not in answer.text
    assert (slip.attributes["data-total"], slip.attributes["data-count"]) == ("$1,950", "2 slots")
    names = [node.text() for node in slip.css(".order__line b")]
    assert names == ["Primary", "Classified B"]
    empty = LexborHTMLParser(client.get(PRICE).text).css_first("aside#order")
    assert (empty.attributes["data-total"] or "", empty.attributes["data-count"]) == ("", "0 slots")


def test_the_media_kit_shows_readers_and_terms(client: CheckedClient, newsletter: Newsletter) -> None:
    with transaction() as writing:
        newsletter.terms = "Can I see my copy?\nYes.\n\nNo tokens."
        writing.add_all(
            AudienceShare(newsletter_id=newsletter.id, position=position, label=label, share_percent=share)
            for position, (label, share) in enumerate([("Platform and SRE", 60), ("Others & more", 40)])
        )
    tree = fetch(client)
    assert "30,412" in words(tree.css_first("h1"))
    assert [words(row) for row in tree.css("table.bars tbody tr")] == ["Platform and SRE60%", "Others & more40%"]
    assert [words(node) for node in tree.css(".faq summary")] == ["Can I see my copy?"]
    assert "No tokens." in words(tree.css_first(".faq"))


def test_what_a_placement_usually_brings_is_shown_once_it_ran_four_times(
    client: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    assert "Median clicks" not in (fetch(client).html or "")
    start = datetime(2026, 10, 20, tzinfo=now.tzinfo)
    with transaction() as writing:
        for position in range(4):
            slot = slot_on(session, newsletter, DAY + position * WEEK)
            order = confirmed_order(writing, newsletter, [slot], now=start)
            mark_issue_sent(writing, issue=slot.issue, now=slot.issue.publish_at)
            run_bookings(writing, issue=slot.issue, now=slot.issue.publish_at)
            count_clicks(writing, order.bookings[0].id, slot.issue_id, 100 * (position + 1), now)
    with time_machine.travel(datetime(2027, 1, 11, tzinfo=now.tzinfo), tick=False):
        spec = words(fetch(client).css_first(".rate__spec"))
    assert "Median clicks250" in spec
    assert "Usual range175 to 325" in spec


def count_clicks(session: Session, booking_id: int, issue_id: int, human: int, now: datetime) -> None:
    """An hour's worth of people's clicks on one booking's link."""
    link = TrackedLink(
        token=f"t{booking_id}", booking_id=booking_id, issue_id=issue_id, position=LinkPosition.HEAD,
        destination="https://tidewatch.example", created_at=now,
    )  # fmt: skip
    session.add(link)
    session.flush()
    session.add(ClickHour(link_id=link.id, hour=now, hits=human + 50, human=human, unique=human))


def test_the_start_page_is_the_only_newsletters_storefront_or_a_list(
    client: CheckedClient, newsletter: Newsletter, now: datetime
) -> None:
    assert fetch(client, "/").css_first("form#order-form") is not None
    with transaction() as writing:
        make_newsletter(writing, now=now, slug="other", name="The Other One")
    tree = fetch(client, "/")
    assert [node.text() for node in tree.css("main h2 a")] == ["The Other One", "The Sunday Runbook"]
    assert tree.css_first("main h2 a").attributes["href"] == "/newsletters/other"


def test_an_empty_desk_says_so(client: CheckedClient) -> None:
    assert "Nothing is for sale here yet." in client.get("/").text


def test_a_newsletter_without_issues_placements_or_words_still_has_a_page(client: CheckedClient, now: datetime) -> None:
    with transaction() as writing:
        make_newsletter(writing, now=now, slug="bare", name="Bare", rhythm_start=date(2030, 1, 6), readers=None,
                        open_rate_basis_points=None, terms="", contact_email="")  # fmt: skip
    with time_machine.travel(datetime(2027, 6, 1, tzinfo=now.tzinfo), tick=False):
        assert "No issue is planned yet." in words(fetch(client, "/newsletters/bare").css_first("main"))


@pytest.mark.parametrize("path", ["/newsletters/nowhere", "/newsletters/nowhere/price"])
def test_an_unknown_newsletter_is_nothing(client: CheckedClient, newsletter: Newsletter, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_page_takes_as_many_queries_for_a_quarter_as_for_a_month(
    client: CheckedClient, session: Session, newsletter: Newsletter, now: datetime
) -> None:
    def count() -> int:
        session.rollback()
        session.expunge_all()
        seen: list[str] = []
        note = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        client.get(PAGE)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    client.get(PAGE)
    with time_machine.travel(datetime(2027, 2, 10, tzinfo=now.tzinfo), tick=False):
        few = count()
    with transaction() as writing:
        for week in range(6):
            own = get_newsletter(writing, "sunday-runbook")
            confirmed_order(writing, own, [slot_on(writing, own, DAY + week * WEEK)], now=now)
    many = count()
    assert many <= few + 4, f"{many} queries for a quarter, {few} for a month"
    assert many <= 20


def test_somebody_signed_in_finds_their_bookings_from_here(
    client: CheckedClient, newsletter: Newsletter, sign_in: Callable[..., User]
) -> None:
    assert "Sponsor sign-in" in client.get(PAGE).text
    sign_in(client, "noor@tidewatch.example")
    assert "Your bookings" in client.get(PAGE).text


def test_names_that_look_like_markup_stay_names(client: CheckedClient, now: datetime) -> None:
    with transaction() as writing:
        newsletter = make_newsletter(writing, now=now, name="<b>Bold</b>", introduction="<script>x</script>")
        add_placement(
            writing, newsletter=newsletter, key="odd", name="<i>Odd</i>", kind=PlacementKind.PARTNER, price_minor=1,
            printed_heading="Partner", heading_limit=1, body_limit=1, lead_days=1, lead_time=time(0), copy_due_days=1,
            copy_due_time=time(0),
        )  # fmt: skip
    html = client.get(PAGE).text
    assert "&lt;b&gt;Bold" in html
    assert "&lt;script&gt;x" in html
    assert "&lt;i&gt;Odd" in html
    assert "<script>x" not in html
