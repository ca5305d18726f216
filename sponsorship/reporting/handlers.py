"""What reporting does when something happened elsewhere: what ran is shown to who paid for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from sponsorship.assembly.queries import get_proof
from sponsorship.core import clock
from sponsorship.core.outbox import Handler
from sponsorship.reporting import services


def mail_tear_sheets(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """An issue's placements are on record: their sponsors get the tear sheets."""
    services.mail_tear_sheets(session, issue_id=payload["issue_id"], now=now)


HANDLERS: dict[str, Sequence[Handler]] = {"issue.proved": [mail_tear_sheets]}


def attach_tear_sheet(session: Session, booking_id: int) -> tuple[str, bytes]:
    """A tear sheet as a mail carries it."""
    proof = get_proof(session, booking_id)
    number = proof.booking.slot.issue.number
    return f"tear-sheet-{number}.pdf", services.tear_sheet_pdf(session, proof=proof, now=clock.now())


ATTACHERS = {"tear_sheet": attach_tear_sheet}
