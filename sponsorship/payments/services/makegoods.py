"""A make-good placed: the slot held, confirmed for nothing, with who placed it and what for."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.booking.models import CreditGrant
from sponsorship.booking.services import hold_make_good, name_slot
from sponsorship.inventory.models import Slot
from sponsorship.payments.models import Invoice
from sponsorship.payments.services.invoices import confirm_free
from sponsorship.payments.services.taxes import decide_tax


def place_make_good(session: Session, *, grant: CreditGrant, slot: Slot, actor: str, now: datetime) -> Invoice:
    """Book a free slot in place of a run that went wrong, for nothing; raises what booking's hold_make_good raises."""
    order = hold_make_good(session, grant=grant, slot=slot, actor=actor, now=now)
    terms = decide_tax(session, order=order, now=now)
    terms.approver = actor
    terms.comp_reason = f"Make-good for {name_slot(grant.booking.slot)}" if grant.booking is not None else "Make-good"
    return confirm_free(session, order=order, now=now)
