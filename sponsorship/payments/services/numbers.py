"""Numbers without gaps: taken under the lock of their newsletter's year, given back by a rollback, never twice."""

from typing import cast

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sponsorship.inventory.models import Newsletter
from sponsorship.payments.models import CreditNoteSequence, InvoiceSequence

Sequence = InvoiceSequence | CreditNoteSequence


def next_number(session: Session, model: type[Sequence], newsletter: Newsletter, year: int) -> int:
    """Take the next number of a newsletter's year."""
    sequence = _lock(session, model, newsletter.id, year)
    if sequence is None:
        try:
            with session.begin_nested():
                session.add(model(newsletter_id=newsletter.id, year=year, last_number=0))
        except IntegrityError:
            pass  # another process made the year's row in the same moment
        sequence = _lock(session, model, newsletter.id, year)
    assert sequence is not None
    sequence.last_number += 1
    session.flush()
    return sequence.last_number


def pass_number(session: Session, model: type[Sequence], newsletter: Newsletter, year: int, number: int) -> None:
    """Have the numbers of a newsletter's year go on behind one that was given elsewhere."""
    next_number(session, model, newsletter, year)  # makes the year's row, and locks it
    sequence = _lock(session, model, newsletter.id, year)
    assert sequence is not None
    sequence.last_number = max(sequence.last_number - 1, number)
    session.flush()


def _lock(session: Session, model: type[Sequence], newsletter_id: int, year: int) -> Sequence | None:
    query = select(model).where(model.newsletter_id == newsletter_id, model.year == year)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return cast(Sequence | None, session.scalars(locked).one_or_none())
