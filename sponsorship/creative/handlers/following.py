"""Copy follows its booking: let go where it was cancelled, compared anew where it moved, kept for a make-good."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.booking.queries import get_order_by_id, list_make_goods_placed
from sponsorship.booking.rules import CLOCK, OCCUPYING
from sponsorship.creative.queries import NO_COPY, copy_limits, creatives_by_booking, current_copy, current_version
from sponsorship.creative.rules import CreativeState, Side, copy_problems
from sponsorship.creative.services import check_copy, request_changes, save_draft, withdraw_copy


def let_copy_go(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """An order was cancelled: what it would have printed is compared with nothing any more."""
    order = get_order_by_id(session, payload["order_id"])
    gone = [booking.id for booking in order.bookings if booking.state not in OCCUPYING]
    for creative in creatives_by_booking(session, gone).values():
        withdraw_copy(session, creative=creative, now=now)


def follow_move(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A booking moved: its copy is compared with its new neighbours, and asked to be changed where it no longer fits."""
    creative = creatives_by_booking(session, [payload["booking_id"]]).get(payload["booking_id"])
    if creative is None or creative.state is CreativeState.DRAFT:
        return
    placement = creative.booking.slot.placement
    problems = copy_problems(current_copy(creative) or NO_COPY, copy_limits(placement))
    if problems and creative.state in (CreativeState.SUBMITTED, CreativeState.APPROVED):
        note = " ".join([f"It runs as {placement.name} now.", *problems.values()])
        request_changes(session, creative=creative, note=note, actor="Flatplan", now=now)
    check_copy(session, creative=creative, now=now)


def copy_make_good(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """A make-good was placed: the copy of the run that went wrong is its first draft, to be corrected and sent anew."""
    order = get_order_by_id(session, payload["order_id"])
    ids = [booking.id for booking in order.bookings if booking.state in OCCUPYING]
    for grant in list_make_goods_placed(session, ids):
        target = grant.used_for
        assert target is not None
        found = creatives_by_booking(session, [target.id, grant.booking_id or 0])
        source = found.get(grant.booking_id or 0)
        version = current_version(source) if source is not None else None
        if version is not None and target.id not in found:
            save_draft(
                session, booking=target, copy=version.copy, actor=CLOCK, side=Side.FLATPLAN, taken_from_id=version.id,
                note="The copy of the run that went wrong.", now=now,
            )  # fmt: skip
