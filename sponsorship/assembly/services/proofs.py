"""Putting on record what ran, and owing another run for what did not run as sold."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.assembly.errors import PrintInvalid
from sponsorship.assembly.models import PlacementProof
from sponsorship.assembly.queries import CheckedBlock, find_print, get_print_check, list_proofs
from sponsorship.assembly.rules.proof import PrintPurpose, cause_of, may_be_proved, verdict_of
from sponsorship.booking.models import Booking
from sponsorship.booking.queries import list_make_goods_of
from sponsorship.booking.services import owe_make_good
from sponsorship.core import outbox
from sponsorship.core.db import lock_rows
from sponsorship.inventory.models import Issue


def record_proof(
    session: Session, *, issue: Issue, owed: Collection[int], actor: str, now: datetime
) -> list[PlacementProof]:
    """Put on record how each sold placement of a sent issue ran, by what was given as sent; a second time replaces it.

    A placement that did not run as sold gets a make-good where its booking is among `owed` and none stands for it yet.
    Publishes "issue.proved". Raises PrintInvalid where nothing was given.
    """
    lock_rows(session, Issue, [issue.id])
    given = find_print(session, issue, PrintPurpose.PROOF)
    if given is None:
        raise PrintInvalid("Give the issue as it was sent first.")
    check = get_print_check(session, issue, given, now)
    views = list({id(one.block.view): one.block.view for one in check.blocks}.values())
    kept = list_proofs(session, [view.booking.id for view in views if view.booking])
    proofs = []
    for view in views:
        booking = view.booking
        if booking is None or not may_be_proved(booking.kind, booking.state):
            continue
        proof = kept.get(booking.id) or PlacementProof(issue_id=issue.id, booking_id=booking.id)
        session.add(proof)
        _record(proof, check.of_slot(view), actor, now)
        session.flush()
        if booking.id in owed:
            _owe(session, proof, booking, check.of_slot(view), actor, now)
        proofs.append(proof)
    record_act(
        session, actor=actor, action="proved", object_type="issue", object_id=issue.id, newsletter_id=issue.newsletter_id,
        now=now, after={str(proof.booking_id): proof.verdict.value for proof in proofs},
    )  # fmt: skip
    outbox.publish(session, "issue.proved", now=now, issue_id=issue.id)
    return proofs


def _record(proof: PlacementProof, blocks: Sequence[CheckedBlock], actor: str, now: datetime) -> None:
    checks = [one.check for one in blocks]
    proof.verdict = verdict_of(checks)
    proof.printed = next((one.sighting.text for one in checks if one.sighting), "")
    proof.faults = [f"{one.block.name}: {fault.told}" for one in blocks for fault in one.check.faults]
    proof.recorded_by, proof.recorded_at = actor, now


def _owe(
    session: Session,
    proof: PlacementProof,
    booking: Booking,
    blocks: Sequence[CheckedBlock],
    actor: str,
    now: datetime,
) -> None:
    cause = cause_of([one.check for one in blocks])
    standing = [grant for grant in list_make_goods_of(session, [booking.id]) if not grant.is_cancelled]
    if cause is None:
        return
    grant = standing[0] if standing else owe_make_good(
        session, booking=booking, cause=cause, placement=booking.slot.placement, expires_on=None,
        note_text=" ".join(proof.faults), actor=actor, now=now,
    )  # fmt: skip
    proof.grant_id = grant.id
    session.flush()
