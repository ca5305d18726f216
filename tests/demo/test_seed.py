"""The demo as the services made it: every state is there, the books add up, and the same day gives the same demo."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from statistics import median

import pytest
from sqlalchemy import func, select

from sponsorship.accounts.models import TeamMember
from sponsorship.accounts.rules import TeamRole
from sponsorship.assembly.models import PlacementProof
from sponsorship.assembly.queries import SlotView, list_slot_views
from sponsorship.assembly.rules.proof import ProofVerdict
from sponsorship.booking.models import Booking, CreditGrant, Displacement, Order
from sponsorship.booking.queries import (
    challenges_of,
    list_promises,
    list_proposals,
    list_requests,
    list_waiting,
)
from sponsorship.booking.rules import (
    BookingKind,
    CreditOrigin,
    OrderState,
    PaymentMethod,
    PriceStep,
    SlotState,
)
from sponsorship.checks.models import Finding
from sponsorship.checks.rules import CheckRule, FindingState, Severity
from sponsorship.core.mail import Mail, MailState
from sponsorship.core.outbox import DeliveryState, OutboxDelivery
from sponsorship.creative.models import Creative
from sponsorship.demo.rules.newsletter import FREQUENCY_LABEL
from sponsorship.demo.rules.sponsors import AGENCY, NEWCOMER
from sponsorship.demo.services.seed import MAIL_IS_NEWS
from sponsorship.inventory.models import Issue, Placement, Slot
from sponsorship.inventory.queries import list_issues, list_price_rules, list_promo_codes
from sponsorship.inventory.rules import IssueState, PriceRuleKind
from sponsorship.payments.models import Invoice, JournalEntry, Receipt
from sponsorship.payments.queries import list_open_invoices, total_money
from sponsorship.payments.rules import EntryKind, InvoiceState, ReceiptSource
from sponsorship.sponsors.queries import list_sponsors
from sponsorship.tracking.models import Click, ClickHour, MailingStatistics, ReaderKey, TrackedLink
from sponsorship.tracking.rules import ExclusionReason
from tests.conftest import empty_database
from tests.demo.conftest import DAY, Demo, seed
from tests.demo.dumps import assert_equal, dump
from tests.payments.ledger_checks import check_books

pytestmark = pytest.mark.timeout(600)  # half a year is seeded on each database, on a machine that others may use too


def views_of(demo: Demo) -> list[SlotView]:
    first, last = DAY - timedelta(weeks=30), DAY + timedelta(weeks=24)
    return list_slot_views(demo.session, demo.newsletter, first, last, demo.now)


def test_every_state_that_a_slot_can_be_in_is_there(demo: Demo) -> None:
    assert {view.state for view in views_of(demo)} == set(SlotState)


def test_half_a_year_of_issues_ran_for_forty_sponsors(demo: Demo) -> None:
    states = Counter(demo.session.scalars(select(Issue.state)))
    assert states[IssueState.SENT] == 26 and states[IssueState.PLANNED] >= 13
    assert len(list_sponsors(demo.session, demo.newsletter.id)) >= 40
    roles = set(demo.session.scalars(select(TeamMember.role)))
    assert roles == {TeamRole.OWNER, TeamRole.FINANCE}


def test_three_issues_are_proved_and_one_placement_is_made_good(demo: Demo) -> None:
    proofs = demo.session.scalars(select(PlacementProof)).all()
    assert len({proof.issue_id for proof in proofs}) == 3
    (wrong,) = (proof for proof in proofs if proof.verdict is not ProofVerdict.AS_SOLD)
    assert wrong.grant_id is not None


def test_the_next_issue_wants_one_of_each_thing_today(demo: Demo) -> None:
    (issue,) = list_issues(demo.session, demo.newsletter.id, DAY, DAY + timedelta(days=6))
    views = [view for view in views_of(demo) if view.issue.id == issue.id]
    assert Counter(view.state for view in views) == {
        SlotState.REVIEW: 1, SlotState.APPROVED: 2, SlotState.MISSING: 1,
    }  # fmt: skip
    assert [view.state for view in views if view.is_unpaid_besides] == [SlotState.APPROVED]
    assert [view.state for view in views if view.is_due_today] == [SlotState.MISSING]


def test_the_books_add_up_and_all_that_ran_is_earned(demo: Demo) -> None:
    check_books(demo.session)
    money = total_money(demo.session, demo.newsletter.id)
    assert money.booked_minor == money.collected_minor + money.outstanding_minor
    ran = demo.session.scalar(
        select(func.sum(Booking.net_minor)).join(Slot).join(Issue).where(Issue.state == IssueState.SENT)
    )
    assert money.recognised_minor == ran > 0
    days = select(JournalEntry.effective_on).where(JournalEntry.kind == EntryKind.RAN)
    assert set(demo.session.scalars(days)) == set(
        demo.session.scalars(select(Issue.publish_on).where(Issue.state == IssueState.SENT))
    )


def test_invoices_are_paid_due_and_late_by_card_and_by_bank(demo: Demo) -> None:
    states = Counter(demo.session.scalars(select(Invoice.state)))
    assert states[InvoiceState.PAID] > 60
    due = [invoice.due_on - DAY for invoice in list_open_invoices(demo.session, demo.newsletter.id)]
    assert sum(days.days < 0 for days in due) == 2 and timedelta(0) in due and max(due).days > 7
    late = list_open_invoices(demo.session, demo.newsletter.id)[0]
    assert late.reminded_at is not None
    assert {invoice.paid_minor for invoice in demo.session.scalars(select(Invoice)) if invoice.open_minor} == {
        0,
        15_000,
    }
    assert set(demo.session.scalars(select(Receipt.source))) == set(ReceiptSource)


def test_orders_of_three_have_their_discount_and_one_hold_lapsed(demo: Demo) -> None:
    orders = list(demo.session.scalars(select(Order)))
    discounts = {
        order.discount_minor * 10 == order.list_minor for order in orders if order.discount_label == FREQUENCY_LABEL
    }
    assert discounts == {True}
    assert Counter(order.state for order in orders if order.state is not OrderState.CONFIRMED) == {
        OrderState.AWAITING_FUNDS: 1, OrderState.LAPSED: 1, OrderState.HELD: 1, OrderState.DRAFT: 1,
    }  # fmt: skip
    assert {order.payment_method for order in orders} == {PaymentMethod.CARD, PaymentMethod.INVOICE, None}


def test_somebody_waits_is_offered_is_promised_is_challenged_asks_and_is_asked(demo: Demo) -> None:
    session, newsletter_id = demo.session, demo.newsletter.id
    assert [(one.company, one.state.value) for one in list_waiting(session, newsletter_id)] == [
        ("Marrowstone", "waiting"), ("Ropewalk", "waiting"), ("Wrackline", "offered"), ("Marrowstone", "waiting"),
        ("Cinderbox", "waiting"),
    ]  # fmt: skip
    promises = list_promises(session, newsletter_id)
    assert Counter(promise.kind.value for promise in promises) == {"offer": 1, "first_refusal": 2, "courtesy": 1}
    (challenge,) = challenges_of(session, [promise.id for promise in promises]).values()
    assert challenge.challenger.company == "Marrowstone"
    assert [order.sponsor.name for order in list_requests(session, newsletter_id) if order.sponsor] == [NEWCOMER.name]
    (proposal,) = list_proposals(session, newsletter_id)
    assert (len(proposal.bookings), proposal.net_minor) == (3, 75_000)


def test_prices_have_rules_a_code_and_a_day_and_a_series_stands_on_them(demo: Demo) -> None:
    session, newsletter_id = demo.session, demo.newsletter.id
    kinds = {rule.kind for rule in list_price_rules(session, newsletter_id)}
    assert kinds == {PriceRuleKind.FREQUENCY, PriceRuleKind.EARLY_BIRD, PriceRuleKind.PACKAGE}
    (code,) = list_promo_codes(session, newsletter_id)
    (series,) = session.scalars(select(Order).where(Order.promo_code_id == code.id))
    assert [line.step for line in series.price_lines] == [PriceStep.FREQUENCY, PriceStep.PROMO]
    weeks = [(b.slot.issue.publish_on - a.slot.issue.publish_on).days // 7 for a, b in pairwise(series.bookings)]
    assert weeks == [3, 4]  # every fourth issue, the first of them moved by a week


def test_credits_a_make_good_an_agency_and_an_issue_that_is_off_are_there(demo: Demo) -> None:
    grants = {grant.origin: grant for grant in demo.session.scalars(select(CreditGrant))}
    assert grants.keys() == {CreditOrigin.GIVEN, CreditOrigin.MADE_GOOD}
    assert all(grant.sponsor.name == "Cinderbox" for grant in grants.values())
    (displaced,) = demo.session.scalars(select(Displacement))
    assert displaced.booking.sponsor.name == "Bramblekey" and displaced.booking.slot.issue.state is IssueState.SKIPPED
    assert [issue.title for issue in demo.session.scalars(select(Issue)) if issue.title] == [
        "The incident review, a special"
    ]
    sponsors = {sponsor.name: sponsor for sponsor in list_sponsors(demo.session, demo.newsletter.id)}
    assert sponsors["Lanternfish"].agency is sponsors[AGENCY] and sponsors["Oncall Almanac"].parent is not None
    assert sponsors["Kestrel CI"].category is not None


def test_the_checks_find_what_repeats_and_nothing_else(demo: Demo) -> None:
    standing = select(Finding).where(Finding.state != FindingState.GONE)  # gone: of a first try that was sent back
    found = [(finding.text.sponsor_name, finding.rule, finding.severity) for finding in demo.session.scalars(standing)]
    assert Counter(found) == {
        ("Cinderbox", CheckRule.SAME_DESTINATION, Severity.LOOK): 1,
        ("Cinderbox", CheckRule.NEAR_COPY, Severity.LOOK): 1,
        ("Spindrift Labs", CheckRule.NEAR_COPY, Severity.LOOK): 1,
        ("Latchkey", CheckRule.SAME_DESTINATION, Severity.STOPS): 1,
        ("Latchkey", CheckRule.SAME_SPONSOR, Severity.LOOK): 2,
    }
    repeats = [
        finding for finding in demo.session.scalars(select(Finding)) if finding.rule is CheckRule.SAME_DESTINATION
    ]
    weeks = {abs((finding.text.publish_on - finding.other.publish_on).days) // 7 for finding in repeats}
    assert weeks == {0, 2}


def test_copy_of_everything_that_ran_was_approved_and_some_of_it_came_twice(demo: Demo) -> None:
    sold = select(func.count(Booking.id)).join(Slot).join(Issue)
    ran = demo.session.scalar(sold.where(Booking.kind == BookingKind.SALE, Issue.state == IssueState.SENT))
    creatives = [c for c in demo.session.scalars(select(Creative)) if c.booking.slot.issue.state is IssueState.SENT]
    assert len(creatives) == ran and all(c.decided_at < c.booking.slot.issue.publish_at for c in creatives)
    assert 4 < sum(creative.version_number == 2 for creative in creatives) < len(creatives) / 2


def test_clicks_of_people_are_counted_and_those_of_programs_kept_with_their_reason(demo: Demo) -> None:
    sums = demo.session.execute(
        select(func.sum(ClickHour.hits), func.sum(ClickHour.human), func.sum(ClickHour.unique))
    ).one()
    hits, people, unique = map(int, sums)
    assert hits == demo.session.scalar(select(func.count(Click.id)))
    assert people == demo.session.scalar(select(func.count(Click.id)).where(Click.reason.is_(None)))
    assert 10_000 < unique < people < hits
    reasons = set(demo.session.scalars(select(Click.reason)))
    assert reasons >= {
        ExclusionReason.BOT,
        ExclusionReason.HEAD_REQUEST,
        ExclusionReason.PREFETCH,
        ExclusionReason.REPEAT,
    }
    latest = demo.session.scalar(select(func.max(Click.at)))
    assert latest is not None and demo.now - timedelta(days=1) < latest <= demo.now


def test_each_placement_draws_its_usual_number_of_clicks(demo: Demo) -> None:
    by_placement: dict[str, list[int]] = {}
    for view in views_of(demo):
        if view.state is SlotState.RAN:
            by_placement.setdefault(view.placement.key, []).append(view.clicks or 0)
    usual = {key: median(clicks) for key, clicks in by_placement.items()}
    assert 270 < usual["primary"] < 330 and 150 < usual["sponsored"] < 200 and 55 < usual["classified"] < 85


def test_every_issue_but_the_latest_days_has_its_mailing_statistics_and_old_readers_are_forgotten(demo: Demo) -> None:
    rows = list(demo.session.scalars(select(MailingStatistics)))
    assert len(rows) == 26
    assert all(
        29_000 - 1_500 < row.delivered < 30_412 and 0.4 < (row.opens or 0) / row.delivered < 0.46 for row in rows
    )
    known = demo.session.scalars(select(Issue.publish_on).join(ReaderKey, ReaderKey.issue_id == Issue.id))
    assert all((DAY - day).days < 14 for day in known)


def test_a_primary_ad_has_two_links_and_only_approved_copy_has_any(demo: Demo) -> None:
    links = select(Placement.key, func.count(TrackedLink.id)).select_from(TrackedLink)
    per_booking = (
        links.join(Booking, Booking.id == TrackedLink.booking_id).join(Slot).join(Placement)
        .group_by(TrackedLink.booking_id, Placement.key)
    )  # fmt: skip
    counts = {(key, count) for key, count in demo.session.execute(per_booking)}
    assert counts == {("primary", 2), ("sponsored", 1), ("classified", 1)}


def test_nothing_waits_in_the_outbox_and_only_news_is_mailed(demo: Demo) -> None:
    assert set(demo.session.scalars(select(OutboxDelivery.state))) == {DeliveryState.DONE}
    mails = list(demo.session.scalars(select(Mail)))
    assert 10 <= len(mails) <= 60
    assert all(demo.now - MAIL_IS_NEWS <= mail.queued_at <= demo.now for mail in mails)
    assert {mail.state for mail in mails} == {MailState.QUEUED}
    assert all(mail.to_address.endswith(".example") for mail in mails)


def test_a_second_seed_changes_nothing_and_says_so(demo: Demo) -> None:
    before = dump(demo.session)
    assert "is here already. Nothing was changed." in seed(demo.app)
    assert_equal(before, dump(demo.session))


def test_the_same_day_gives_the_same_demo(demo: Demo) -> None:
    before = dump(demo.session)
    demo.session.close()
    empty_database(demo.app)
    seed(demo.app)
    assert_equal(before, dump(demo.session))
