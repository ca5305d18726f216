"""One sponsor in full, and the page on which it is merged into another."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.accounts.rules import TeamRole
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import Category, Sponsor
from sponsorship.sponsors.queries import find_sponsor
from tests.desk.pages import SPONSORS, texts, tree_of, words
from tests.factories.booking import make_sponsor
from tests.factories.inventory import make_newsletter
from tests.page_checks import CheckedClient


def page_of(session: Session, newsletter: Newsletter, name: str) -> str:
    found = find_sponsor(session, newsletter.id, name)
    assert found is not None
    session.rollback()
    return f"{SPONSORS}/{found.id}"


def test_a_sponsor_is_shown_with_all_that_is_known_of_it(
    desk: CheckedClient, session: Session, season: Newsletter
) -> None:
    with transaction() as writing:
        sponsor = find_sponsor(writing, season.id, "Tallyhook")
        assert sponsor is not None
        sponsor.category = Category(newsletter_id=season.id, name="Tools")
        sponsor.notes, sponsor.is_refused, sponsor.refusal_words = "Asks late.", True, "Not again."
        find_sponsor(writing, season.id, "Mooring").agency = sponsor  # type: ignore[union-attr]
    tree = tree_of(desk.get(page_of(session, season, "Tallyhook")))
    text = words(tree)
    for said in ("$2,500", "is owed.", "Tools", "Asks late.", "Not again.", "Books for Mooring", "What happened"):
        assert said in text, said
    assert texts(tree, "table.ledger caption")[0] == "Slots to come"
    assert "You do not sell to Tallyhook." in words(tree.css_first("h1"))


def test_another_newsletters_sponsor_is_not_there(
    desk: CheckedClient, session: Session, season: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        foreign = make_sponsor(writing, make_newsletter(writing, now=now, slug="other-letter"), now=now).id
    for page in (f"{SPONSORS}/{foreign}", f"{SPONSORS}/{foreign}/merge", f"{SPONSORS}/999999"):
        assert desk.get(page).status_code == 404
    own = page_of(session, season, "Mooring")
    assert desk.post_form(f"{own}/merge", {"into": foreign}, page=own).status_code == 404


def test_what_would_follow_is_shown_before_two_are_merged(
    desk: CheckedClient, session: Session, season: Newsletter
) -> None:
    gone, kept = page_of(session, season, "Tallyhook"), page_of(session, season, "Mooring")
    into = kept.rsplit("/", 1)[1]
    page = desk.get(f"{gone}/merge?into={into}")
    assert {line.split()[0] for line in texts(tree_of(page), ".leaders div")} >= {
        "Orders",
        "Bookings",
        "Invoices",
        "Contacts",
    }
    answer = desk.post_form(f"{gone}/merge", {"into": into}, page=f"{gone}/merge?into={into}")
    assert answer.status_code == 303 and answer.location.endswith(kept)
    assert "Tallyhook is Mooring from now on." in words(tree_of(desk.get(kept)))
    assert "Tallyhook was merged into it." in words(tree_of(desk.get(kept)))
    assert desk.get(gone).status_code == 404


def test_a_rule_in_the_way_is_said_and_both_stay(desk: CheckedClient, session: Session, season: Newsletter) -> None:
    gone, kept = page_of(session, season, "Tallyhook"), page_of(session, season, "Mooring")
    with transaction() as writing:
        find_sponsor(writing, season.id, "Mooring").is_refused = True  # type: ignore[union-attr]
    into = kept.rsplit("/", 1)[1]
    answer = desk.post_form(f"{gone}/merge", {"into": into}, page=f"{gone}/merge?into={into}")
    assert "Nothing was merged. You do not sell to Mooring" in words(tree_of(desk.get(answer.location)))
    session.rollback()
    assert session.scalar(db.select(db.func.count(Sponsor.id)).where(Sponsor.name == "Tallyhook")) == 1


@pytest.mark.parametrize("role", [TeamRole.SALES, TeamRole.VIEWER])
def test_only_who_may_set_things_up_merges(
    client: CheckedClient, session: Session, season: Newsletter, sign_in: Callable[..., User], role: TeamRole
) -> None:
    sign_in(client, "x@sundayrunbook.example", newsletter=season, role=role)
    page = page_of(session, season, "Mooring")
    assert client.get(page).status_code == 200 and client.get(f"{page}/merge").status_code == 403
