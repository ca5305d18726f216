"""Writes about sponsors and their contacts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import make_sure_of_user, record_act
from sponsorship.core.text import clean_line
from sponsorship.sponsors.models import Contact, Sponsor
from sponsorship.sponsors.queries import find_sponsor
from sponsorship.sponsors.rules import name_key


def make_sure_of_sponsor(session: Session, *, newsletter_id: int, name: str, now: datetime) -> Sponsor:
    """Return the newsletter's sponsor of that name, made where there is none."""
    sponsor = find_sponsor(session, newsletter_id, name)
    if sponsor is None:
        line = clean_line(name)
        sponsor = Sponsor(newsletter_id=newsletter_id, name=line, name_key=name_key(line), created_at=now)
        session.add(sponsor)
        session.flush()
    return sponsor


def add_contact(session: Session, *, sponsor: Sponsor, email: str, name: str = "", now: datetime) -> Contact:
    """Make sure that a person acts for a sponsor."""
    user = make_sure_of_user(session, email=email, name=name, now=now)
    query = select(Contact).where(Contact.sponsor_id == sponsor.id, Contact.user_id == user.id)
    contact = session.scalars(query).one_or_none()
    if contact is None:
        contact = Contact(sponsor=sponsor, user=user, created_at=now)
        session.add(contact)
        session.flush()
    return contact


def let_pay_by_invoice(session: Session, *, sponsor: Sponsor, actor: str, now: datetime) -> None:
    """Give a sponsor credit: from now on its orders may be paid by invoice."""
    if sponsor.may_pay_by_invoice:
        return
    sponsor.may_pay_by_invoice = True
    session.flush()
    record_act(
        session, actor=actor, action="credit_given", object_type="sponsor", object_id=sponsor.id,
        newsletter_id=sponsor.newsletter_id, now=now, after={"may_pay_by_invoice": True},
    )  # fmt: skip
