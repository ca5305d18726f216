"""Writes about sponsors and their contacts."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.services import make_sure_of_user, record_act
from sponsorship.core.errors import DomainError
from sponsorship.core.text import clean_line
from sponsorship.sponsors.models import Category, Contact, SalesPolicy, Sponsor
from sponsorship.sponsors.queries import find_sponsor, list_categories, policy_of
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


def set_credit(
    session: Session, *, sponsor: Sponsor, may_pay_by_invoice: bool, credit_limit_minor: int | None, actor: str,
    now: datetime,
) -> None:  # fmt: skip
    """Say whether a sponsor may pay by invoice, and how much it may owe at a time (minor units with tax; None: no limit)."""
    before = {"may_pay_by_invoice": sponsor.may_pay_by_invoice, "credit_limit_minor": sponsor.credit_limit_minor}
    after = {"may_pay_by_invoice": may_pay_by_invoice, "credit_limit_minor": credit_limit_minor}
    if before == after:
        return
    sponsor.may_pay_by_invoice, sponsor.credit_limit_minor = may_pay_by_invoice, credit_limit_minor
    session.flush()
    record_act(
        session, actor=actor, action="credit_set", object_type="sponsor", object_id=sponsor.id,
        newsletter_id=sponsor.newsletter_id, now=now, before=before, after=after,
    )  # fmt: skip


def set_policy(session: Session, *, newsletter_id: int, actor: str, now: datetime, **values: Any) -> SalesPolicy:
    """Set how a newsletter deals with its sponsors from now on; what is booked already stays."""
    policy = policy_of(session, newsletter_id)
    before = {name: getattr(policy, name) for name in values}
    for name, value in values.items():
        setattr(policy, name, value)
    session.add(policy)
    session.flush()
    record_act(
        session, actor=actor, action="sales_policy_set", object_type="newsletter", object_id=newsletter_id,
        newsletter_id=newsletter_id, now=now, before=before, after=values,
    )  # fmt: skip
    return policy


def add_category(
    session: Session, *, newsletter_id: int, name: str, parent: Category | None, is_prohibited: bool, refusal_words: str,
    actor: str, now: datetime,
) -> Category:  # fmt: skip
    """Add a category, at the top or under another; raises DomainError where the newsletter has one of that name."""
    line = clean_line(name)
    if any(known.name.casefold() == line.casefold() for known in list_categories(session, newsletter_id)):
        raise DomainError(f"There is a category “{line}” already.")
    category = Category(
        newsletter_id=newsletter_id, name=line, parent=parent, is_prohibited=is_prohibited,
        refusal_words=clean_line(refusal_words),
    )  # fmt: skip
    session.add(category)
    session.flush()
    record_act(
        session, actor=actor, action="added", object_type="category", object_id=category.id, newsletter_id=newsletter_id,
        now=now, after={"name": line, "is_prohibited": is_prohibited},
    )  # fmt: skip
    return category


def set_sponsor_terms(session: Session, *, sponsor: Sponsor, actor: str, now: datetime, **values: Any) -> Sponsor:
    """Set what holds for one sponsor: category, agency, parent, cadence, whether it is sold to, notes.

    Raises DomainError where a company would stand above itself.
    """
    parent_id, seen = values.get("parent_id"), {sponsor.id}
    while parent_id is not None:
        if parent_id in seen:
            raise DomainError("A company cannot belong to itself, or to one that belongs to it.")
        seen.add(parent_id)
        parent_id = session.get_one(Sponsor, parent_id).parent_id
    if values.get("agency_id") == sponsor.id:
        raise DomainError("A company is not its own agency.")
    before = {name: getattr(sponsor, name) for name in values}
    for name, value in values.items():
        setattr(sponsor, name, value)
    session.flush()
    record_act(
        session, actor=actor, action="terms_set", object_type="sponsor", object_id=sponsor.id,
        newsletter_id=sponsor.newsletter_id, now=now, before=before, after=values,
    )  # fmt: skip
    return sponsor


OWN = ("website", "domain", "street", "city", "country", "vat_number", "category_id", "agency_id", "parent_id")
KNOWN = (
    *OWN,
    "name",
    "notes",
    "may_pay_by_invoice",
    "credit_limit_minor",
    "cadence_issues",
    "is_refused",
    "refusal_words",
)


def absorb_sponsor(session: Session, *, kept: Sponsor, gone: Sponsor) -> dict[str, Any]:
    """Take over what `kept` leaves empty, the notes, and the contacts of `gone`; returns all that was known of `gone`.

    Who stood above either is not one of the two afterwards. The caller moves what else refers to `gone`, and deletes it.
    """
    before = {"id": gone.id} | {name: getattr(gone, name) for name in KNOWN}
    for name in OWN:
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    kept.agency_id, kept.parent_id = (
        above if above not in (kept.id, gone.id) else None for above in (kept.agency_id, kept.parent_id)
    )
    kept.notes = "\n\n".join(note for note in (kept.notes, gone.notes) if note)
    known = {contact.user_id for contact in kept.contacts}
    for contact in list(gone.contacts):
        if contact.user_id in known:
            session.delete(contact)
    session.flush()
    session.expire(gone, ["contacts"])
    return before
