"""An issue's blocks in mailing order, and its preflight, read from both databases."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from sponsorship.assembly.queries import PreparedIssue, get_issue_page, preflight, prepare_issue
from sponsorship.assembly.rules.preflight import PreflightSeverity
from sponsorship.booking.services import block_slot, book_house
from sponsorship.core import outbox
from sponsorship.core.db import db, transaction
from sponsorship.creative.rules import CreativeState
from sponsorship.inventory.models import Issue, Newsletter
from sponsorship.payments.models import Dispute, Receipt, Seller
from sponsorship.payments.rules.reversals import DisputeState
from sponsorship.payments.rules.taxes import TaxMode
from tests.assembly.test_queries import counted_queries
from tests.factories.assembly import (
    COPY,
    PUBLISHER,
    copy_about,
    hold_slot,
    ready_issue,
    ready_slot,
    sell_slot,
    write_copy,
)
from tests.factories.inventory import slot_on

DAY = date(2026, 11, 22)
EARLIER = datetime(2026, 11, 10, 9, tzinfo=UTC)


def address(token: str) -> str:
    """A link as a reader sees it."""
    return f"https://go.example/c/{token}"


def prepared(session: Session, issue: Issue, now: datetime) -> PreparedIssue:
    """The issue as its page shows it."""
    return prepare_issue(session, issue, now, address)


def test_blocks_stand_in_mailing_order_with_the_echo_at_the_foot(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        issue = ready_issue(writing, newsletter, DAY, now=EARLIER)
    blocks = prepared(session, issue, now).blocks
    assert [(block.key, block.name, block.is_ready) for block in blocks] == [
        ("primary", "Primary", True), ("sponsored", "Sponsored", True), ("classified", "Classified A", True),
        ("classified:2", "Classified B", True), ("primary:echo", "Primary, at the foot", True),
    ]  # fmt: skip


def test_a_block_is_printed_in_the_newsletters_format_with_its_tracked_link(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        booking = ready_slot(
            writing, slot_on(writing, newsletter, DAY), now=EARLIER, sponsor_name="Cinderbox", copy=COPY
        )
    issue = prepared(session, booking.slot.issue, now)
    head, foot = (next(block for block in issue.blocks if block.key == key) for key in ("primary", "primary:echo"))
    assert head.link is not None
    assert foot.link is not None
    link, foot_link = address(head.link.token), address(foot.link.token)
    assert link != foot_link
    words = "Know what your containers do\n\nCinderbox watches every call. **Nothing** leaves your cluster."
    assert head.markdown == f"Sponsor\n=======\n\n{words}\n<br>[{link}]({link})"
    assert foot.markdown == f"{words}\n<br>[{foot_link}]({foot_link})"
    assert f'href="{link}"' in head.html
    assert "<strong>Nothing</strong>" in head.html
    assert head.text.endswith(f"Try it on one node: {link}")
    assert COPY.link_url not in head.markdown + head.html + head.text
    assert issue.whole("markdown") == f"{head.markdown}\n\n{foot.markdown}"


def test_only_approved_copy_with_a_link_is_printed(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        for ordinal, (key, state) in enumerate(
            [("primary", CreativeState.SUBMITTED), ("sponsored", CreativeState.CHANGES_REQUESTED),
             ("classified", CreativeState.DRAFT)]
        ):  # fmt: skip
            booking = sell_slot(
                writing, slot_on(writing, newsletter, DAY, key), now=EARLIER, sponsor_name=f"No{ordinal}"
            )
            write_copy(writing, booking, state, now=EARLIER, copy=copy_about(ordinal))
        without_link = sell_slot(writing, slot_on(writing, newsletter, DAY, "classified", 2), now=EARLIER)
        write_copy(writing, without_link, CreativeState.APPROVED, now=EARLIER, copy=copy_about(9))
    issue = prepared(session, booking.slot.issue, now)
    assert set(issue.texts.values()) == {""}
    assert issue.whole("html") == ""
    written = {block.key: block.is_written for block in issue.blocks}
    assert written == {
        "primary": True, "sponsored": True, "classified": False, "classified:2": True, "primary:echo": True,
    }  # fmt: skip
    stops = [line.title for line in issue.lines if line.severity is PreflightSeverity.STOPS]
    assert stops == [
        "Primary is not approved", "Sponsored waits for changes", "No copy for Classified A",
        "No tracked link for Classified B",
    ]  # fmt: skip


def test_approval_makes_the_links_and_the_block(session: Session, newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        booking = sell_slot(writing, slot_on(writing, newsletter, DAY), now=EARLIER)
        write_copy(writing, booking, CreativeState.APPROVED, now=EARLIER)
    issue = booking.slot.issue
    assert not prepared(session, issue, now).blocks[0].is_ready
    session.rollback()
    outbox.deliver_due(now)
    blocks = prepared(session, issue, now).blocks
    assert blocks[0].is_ready
    assert blocks[-1].is_ready


def test_the_preflight_names_debts_duplicates_and_empty_slots(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        peat = slot_on(writing, newsletter, DAY, "classified", 2)
        ready_slot(
            writing, peat, now=EARLIER, sponsor_name="Peat Systems", copy=copy_about(3), due_on=date(2026, 11, 19)
        )
        for key, sponsor in (("primary", "Cinderbox"), ("sponsored", "Mooring")):
            booking = sell_slot(writing, slot_on(writing, newsletter, DAY, key), now=EARLIER, sponsor_name=sponsor)
            write_copy(writing, booking, CreativeState.SUBMITTED, now=EARLIER, copy=COPY)
    lines = preflight(session, peat.issue, now)
    told = [(line.severity.value, line.title) for line in lines if line.severity is not PreflightSeverity.PASSED]
    assert ("stops", "Primary is not approved") in told
    assert ("look", "Classified B runs unpaid") in told
    assert ("look", "Classified A is not sold") in told
    debt = next(line for line in lines if line.title == "Classified B runs unpaid")
    assert debt.sentence == "Peat Systems owes $300, due today. You let this sponsor pay by invoice."
    duplicates = [line for line in lines if line.act and line.act.endpoint == "creative.list_queue"]
    assert len(duplicates) > 2  # two to approve, and at least one finding between them
    assert "No duplicate placement is open" not in [line.title for line in lines]


def test_blocked_and_house_slots_are_nobodys_trouble_and_holds_are_not_sold(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        slot = slot_on(writing, newsletter, DAY)
        block_slot(writing, slot=slot, reason="Reader survey", actor=PUBLISHER, now=EARLIER)
        book_house(writing, slot=slot_on(writing, newsletter, DAY, "sponsored"), actor=PUBLISHER, now=EARLIER)
        until = datetime(2026, 11, 20, 12, tzinfo=UTC)
        hold_slot(writing, slot_on(writing, newsletter, DAY, "classified"), now=EARLIER, until=until)
    told = [(line.title, line.sentence) for line in preflight(session, slot.issue, now)]
    assert told == [
        ("Classified A is only held", "Until Fri 20 Nov 12:00. Nothing is printed for it until it is paid."),
        ("Classified B is not sold", "Sell it, or let a house ad take its place."),
    ]
    page = get_issue_page(session, slot.issue, now, address)
    assert page.facts == ["Sun 22 Nov 2026, 08:00 GMT", "0 of 3 slots sold"]


def test_what_is_disputed_is_not_printed_unless_the_newsletter_lets_it_run(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        issue = ready_issue(writing, newsletter, DAY, now=EARLIER)
        receipt = writing.query(Receipt).order_by(Receipt.id).first()
        assert receipt is not None
        dispute = Dispute(
            provider_id="dp_1", order_id=receipt.order_id, receipt_id=receipt.id, state=DisputeState.OPEN,
            amount_minor=receipt.amount_minor, currency=receipt.currency, reason="fraudulent", opened_at=now,
            is_money_gone=True,
        )  # fmt: skip
        writing.add(dispute)
    found = prepared(session, issue, now)
    held_back = [block.view.slot.name for block in found.blocks if not block.is_ready]
    assert set(held_back) == {view.slot.name for view in found.views if view.is_held_back}
    assert [line.title for line in found.lines if line.severity is PreflightSeverity.STOPS] == [
        f"{held_back[0]} is disputed"
    ]
    with transaction() as writing:
        writing.add(Seller(newsletter_id=newsletter.id, tax_mode=TaxMode.NONE, holds_disputed=False))
    assert all(block.is_ready for block in prepared(session, issue, now).blocks)


def test_an_issue_is_read_in_a_fixed_number_of_queries(newsletter: Newsletter, now: datetime) -> None:
    with transaction() as writing:
        full = ready_issue(writing, newsletter, DAY, now=EARLIER).id
        one = ready_slot(
            writing,
            slot_on(writing, newsletter, date(2026, 12, 20)),
            now=EARLIER,
            sponsor_name="Latchkey",
            copy=copy_about(7),
        ).slot.issue_id

    def queries_for(issue_id: int) -> int:
        db.session.remove()
        issue = db.session.get_one(Issue, issue_id)
        _ = issue.newsletter.name
        with counted_queries() as statements:
            page = get_issue_page(db.session(), issue, now, address)
            _ = (page.headline, page.facts, page.filled, [page.acts(block) for block in page.prepared.blocks])
        return len([statement for statement in statements if statement.lstrip().upper().startswith("SELECT")])

    assert queries_for(full) == queries_for(one) <= 19
