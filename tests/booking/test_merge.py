"""Two sponsors become one: everything follows, nothing is lost, and no rule is broken by it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.booking.errors import HoldsTooMuch, PlacingRefused
from sponsorship.booking.models import Booking, CreditGrant, Order, Waiting
from sponsorship.booking.rules import CreditOrigin
from sponsorship.booking.services import book_manually, grant_credits, merge_sponsors, sponsor_columns
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import DomainError
from sponsorship.inventory.models import Newsletter
from sponsorship.sponsors.models import Category, Contact, SalesPolicy, Sponsor
from sponsorship.sponsors.rules import RivalRule
from tests.factories.booking import confirmed_order, make_sponsor
from tests.factories.demand import wait_for
from tests.factories.inventory import make_newsletter, slot_on

DAY = date(2026, 12, 13)


def two(session: Session, newsletter: Newsletter, now: datetime) -> tuple[Sponsor, Sponsor]:
    """Tidewatch with an order, and Tide Watch Monitoring, which is the same company, with another."""
    kept = make_sponsor(session, newsletter, now=now)
    gone = make_sponsor(session, newsletter, name="Tide Watch Monitoring", email="pat@tidewatch.example", now=now)
    return kept, gone


def merge(kept_id: int, gone_id: int, now: datetime) -> None:
    with transaction() as session:
        kept, gone = session.get_one(Sponsor, kept_id), session.get_one(Sponsor, gone_id)
        merge_sponsors(session, kept=kept, gone=gone, actor="imogen", now=now)


def test_everything_that_named_the_one_names_the_other(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        kept, gone = two(writing, newsletter, now)
        slot = slot_on(writing, newsletter, DAY)
        order = book_manually(writing, newsletter=newsletter, sponsor=gone, slot_ids=[slot.id], actor="imogen", now=now)
        grant_credits(
            writing, sponsor=gone, newsletter=newsletter, slots=2, origin=CreditOrigin.GIVEN, actor="imogen", now=now
        )
        wish = wait_for(writing, slot, now=now)
        wish.sponsor = gone
        child = make_sponsor(writing, newsletter, name="Child", email="c@child.example", now=now)
        child.parent = gone
        gone.street, gone.notes, kept.notes = "Kade 1", "Pays late.", "Old friends."
        writing.flush()
        ids = kept.id, gone.id, order.id, child.id
    merge(ids[0], ids[1], now)
    assert session.get(Sponsor, ids[1]) is None
    left = session.get_one(Sponsor, ids[0])
    assert (left.street, left.notes) == ("Kade 1", "Old friends.\n\nPays late.")
    assert sorted(contact.user.email for contact in left.contacts) == [
        "noor@tidewatch.example",
        "pat@tidewatch.example",
    ]
    assert session.get_one(Order, ids[2]).sponsor_id == session.scalars(db.select(Booking)).one().sponsor_id == ids[0]
    assert session.scalars(db.select(CreditGrant)).one().sponsor_id == ids[0]
    assert session.scalars(db.select(Waiting)).one().sponsor_id == ids[0]
    assert session.get_one(Sponsor, ids[3]).parent_id == ids[0]
    entry = session.scalars(db.select(AuditEntry).where(AuditEntry.action == "merged")).one()
    assert entry.object_id == ids[0] and entry.before["name"] == "Tide Watch Monitoring"
    assert entry.before["notes"] == "Pays late." and entry.after["moved"]["purchase_order"] == 1


def test_no_unique_constraint_but_the_contacts_can_be_in_the_way() -> None:
    """A table that names a sponsor in a unique constraint needs a rule of its own when two become one."""
    names = {
        column.table.name
        for column in sponsor_columns()
        for constraint in column.table.constraints
        if isinstance(constraint, UniqueConstraint) and column.name in constraint.columns
    }
    assert names == {"contact"}


def test_a_person_who_acts_for_both_acts_for_the_one_once(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        kept, gone = two(writing, newsletter, now)
        make_sponsor(writing, newsletter, name=gone.name, email="noor@tidewatch.example", now=now)
        ids = kept.id, gone.id
    merge(*ids, now)
    assert len(session.scalars(db.select(Contact)).all()) == 2


@pytest.mark.parametrize("rule", ["cadence", "rivals", "open orders", "refused", "itself", "another newsletter"])
def test_a_merge_that_would_break_a_rule_says_so_and_changes_nothing(
    session: Session, newsletter: Newsletter, now: datetime, rule: str
) -> None:
    with transaction() as writing:
        kept, gone = two(writing, newsletter, now)
        slots = [slot_on(writing, newsletter, DAY + timedelta(weeks=week)) for week in range(4)]
        if rule == "rivals":
            rival = make_sponsor(writing, newsletter, name="Rival", email="r@rival.example", now=now)
            kept.category = rival.category = Category(newsletter_id=newsletter.id, name="Monitoring")
            other = slot_on(writing, newsletter, DAY, "sponsored")
            book_manually(writing, newsletter=newsletter, sponsor=rival, slot_ids=[other.id], actor="i", now=now)
        if rule in ("cadence", "rivals", "open orders"):
            for number, slot in enumerate(slots if rule == "open orders" else slots[:2]):
                who = gone if number % 2 == 0 else kept
                book_manually(writing, newsletter=newsletter, sponsor=who, slot_ids=[slot.id], actor="i", now=now)
        policy = {"cadence": {"cadence_issues": 1}, "rivals": {"rivals": RivalRule.ISSUE}}.get(rule, {})
        writing.add(SalesPolicy(newsletter_id=newsletter.id, **policy))
        gone.is_refused = rule == "refused"
        if rule == "another newsletter":
            kept = make_sponsor(writing, make_newsletter(writing, now=now, slug="other-letter"), now=now)
        ids = kept.id, kept.id if rule == "itself" else gone.id
    expected = {"cadence": PlacingRefused, "rivals": PlacingRefused, "open orders": HoldsTooMuch}
    with pytest.raises(expected.get(rule, DomainError)):
        merge(*ids, now)
    session.rollback()
    assert session.get(Sponsor, ids[1]) is not None
    assert session.scalars(db.select(AuditEntry).where(AuditEntry.action == "merged")).all() == []


def test_companies_that_stood_above_each_other_do_not_stand_above_themselves(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        kept, gone = two(writing, newsletter, now)
        kept.parent_id, gone.agency_id = gone.id, kept.id
        writing.flush()
        ids = kept.id, gone.id
    merge(*ids, now)
    left = session.get_one(Sponsor, ids[0])
    assert (left.parent_id, left.agency_id) == (None, None)


def test_paid_orders_follow_too(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        kept, gone = two(writing, newsletter, now)
        slot = slot_on(writing, newsletter, DAY)
        order = confirmed_order(
            writing, newsletter, [slot], now=now, company=gone.name, contact_email="pat@tidewatch.example"
        )
        assert order.sponsor_id == gone.id
        ids = kept.id, gone.id
    merge(*ids, now)
    assert session.scalars(db.select(Order)).one().sponsor_id == ids[0]
