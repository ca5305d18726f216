"""A newsletter in the middle of its season, made through the services: slots in every state, money paid, due and late."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.booking.services import block_slot, book_house, hold_courtesy, run_bookings
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.services import mark_issue_sent
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.rules import Hit
from sponsorship.tracking.services import make_links, record_clicks
from tests.factories.assembly import copy_about, hold_slot, sell_slot, write_copy
from tests.factories.inventory import issue_on, slot_on

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
SCANNER = "Barracuda Sentinel (EE)"


def furnish(session: Session, newsletter: Newsletter, *, now: datetime) -> None:
    """Sell, hold, block and fill slots of November and December 2026, seen from Thursday 19 November.

    15 Nov ran (Primary paid, Sponsored 4 days late, Classified A a house ad, B unsold); 22 Nov is sold out with copy missing,
    in review and approved; 29 Nov and 6 Dec are open but for a paid Primary and a hold; 13 Dec has a block.
    """
    past, next_one, later, december = date(2026, 11, 15), date(2026, 11, 22), date(2026, 11, 29), date(2026, 12, 6)
    before = now - timedelta(days=20)

    ran = sell_slot(session, slot_on(session, newsletter, past), now=before, sponsor_name="Tidewatch")
    sell_slot(
        session, slot_on(session, newsletter, past, "sponsored"), now=before, sponsor_name="Tallyhook", due_on=past
    )
    book_house(session, slot=slot_on(session, newsletter, past, "classified", 1), actor="Imogen Hale", now=before)
    make_links(session, booking=ran, destination="https://tidewatch.example/start", now=before)

    review = sell_slot(session, slot_on(session, newsletter, next_one), now=before, sponsor_name="Cinderbox")
    write_copy(session, review, CreativeState.SUBMITTED, now=now - timedelta(days=1), copy=copy_about(1))
    approved = sell_slot(
        session, slot_on(session, newsletter, next_one, "sponsored"), now=before, sponsor_name="Mooring"
    )
    write_copy(session, approved, CreativeState.APPROVED, now=now - timedelta(days=2), copy=copy_about(2))
    sell_slot(
        session, slot_on(session, newsletter, next_one, "classified", 1), now=before, sponsor_name="Brightmoor Conf"
    )
    unpaid = sell_slot(
        session, slot_on(session, newsletter, next_one, "classified", 2), now=before, sponsor_name="Peat Systems",
        due_on=now.date(),
    )  # fmt: skip
    write_copy(session, unpaid, CreativeState.APPROVED, now=now - timedelta(days=2), copy=copy_about(3))

    sell_slot(session, slot_on(session, newsletter, later), now=before, sponsor_name="Tidewatch")
    hold_slot(session, slot_on(session, newsletter, later, "sponsored"), now=now, sponsor_name="Ferrywork",
              until=now + timedelta(hours=12))  # fmt: skip
    sell_slot(
        session, slot_on(session, newsletter, december), now=before, sponsor_name="Tallyhook", due_on=date(2026, 11, 29)
    )
    hold_courtesy(
        session, slot=slot_on(session, newsletter, december, "sponsored"), sponsor=None, until=now + timedelta(days=2),
        actor="Imogen Hale", now=now,
    )  # fmt: skip
    block_slot(
        session, slot=slot_on(session, newsletter, date(2026, 12, 13), "classified", 1), reason="Reader survey",
        actor="Imogen Hale", now=now,
    )  # fmt: skip
    send(session, newsletter, past)


def send(session: Session, newsletter: Newsletter, day: date) -> None:
    """The issue of that day went out at its time, and what was booked in it ran."""
    issue = issue_on(session, newsletter, day)
    mark_issue_sent(session, issue=issue, now=issue.publish_at)
    run_bookings(session, issue=issue, now=issue.publish_at)


def click(
    session: Session, link: TrackedLink, *, people: int, scanners: int = 0, start: datetime, first: int = 0
) -> None:
    """So many people one after the other, a minute apart, counted from `first`; and so many scanners in the first minute."""
    hits = [
        Hit(
            link_id=link.id,
            at=start + timedelta(minutes=n, seconds=10),
            address=f"198.51.{(first + n) // 250}.{(first + n) % 250 + 1}",
            user_agent=PHONE,
        )
        for n in range(people)
    ]
    hits += [
        Hit(
            link_id=link.id,
            at=start + timedelta(seconds=n % 60),
            address=f"203.0.113.{n % 250 + 1}",
            user_agent=SCANNER,
        )
        for n in range(scanners)
    ]
    record_clicks(session, hits=hits)
