"""Sharing a report, and taking the link back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.booking.models import Order
from sponsorship.core.tokens import new_token
from sponsorship.reporting.errors import ShareDaysInvalid
from sponsorship.reporting.models import ReportShare
from sponsorship.reporting.rules import SHARE_DAYS


def share_report(session: Session, *, order: Order, days: int, actor: str, now: datetime) -> ReportShare:
    """Make a link that opens the order's report for so many days; raises ShareDaysInvalid for a time that is not offered."""
    if days not in SHARE_DAYS:
        raise ShareDaysInvalid
    share = ReportShare(
        token=new_token(), order_id=order.id, created_by=actor, created_at=now, expires_at=now + timedelta(days=days)
    )
    session.add(share)
    session.flush()
    record_act(
        session, actor=actor, action="report_shared", object_type="order", object_id=order.id,
        newsletter_id=order.newsletter_id, now=now, after={"share": share.id, "until": share.expires_at.isoformat()},
    )  # fmt: skip
    return share


def revoke_share(session: Session, *, share: ReportShare, actor: str, now: datetime) -> None:
    """Take a shared link back; a second time changes nothing."""
    if share.revoked_at is not None:
        return
    share.revoked_at = now
    session.flush()
    record_act(
        session, actor=actor, action="report_unshared", object_type="order", object_id=share.order_id,
        newsletter_id=share.order.newsletter_id, now=now, before={"share": share.id},
    )  # fmt: skip
