"""Reads about sponsors and the people who act for them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.accounts.models import User
from sponsorship.core.errors import NotFound
from sponsorship.sponsors.models import Category, Contact, SalesPolicy, Sponsor
from sponsorship.sponsors.rules import RivalRule, name_key


def get_sponsor(session: Session, sponsor_id: int) -> Sponsor:
    """Return a sponsor by id; raises NotFound."""
    sponsor = session.get(Sponsor, sponsor_id) if sponsor_id < 2**31 else None
    if sponsor is None:
        raise NotFound
    return sponsor


def find_sponsor(session: Session, newsletter_id: int, name: str) -> Sponsor | None:
    """Return the newsletter's sponsor of that name (legal form, case and accents aside), or None."""
    query = select(Sponsor).where(Sponsor.newsletter_id == newsletter_id, Sponsor.name_key == name_key(name))
    return session.scalars(query).one_or_none()


def find_sponsor_of_address(session: Session, newsletter_id: int, email: str) -> Sponsor | None:
    """Return the newsletter's sponsor that the person with this address (in normal form) acts for first, or None."""
    query = (
        select(Sponsor)
        .join(Contact)
        .join(User, User.id == Contact.user_id)
        .where(Sponsor.newsletter_id == newsletter_id, User.email == email)
    )
    return session.scalars(query.order_by(Contact.id).limit(1)).one_or_none()


def list_sponsors_of_user(session: Session, user_id: int) -> list[Sponsor]:
    """Return the sponsors that a person acts for, over all newsletters."""
    query = select(Sponsor).join(Contact).where(Contact.user_id == user_id).order_by(Contact.id)
    return list(session.scalars(query))


def list_clients(session: Session, agency_id: int) -> list[Sponsor]:
    """Return the sponsors that an agency books for, by name."""
    return list(session.scalars(select(Sponsor).where(Sponsor.agency_id == agency_id).order_by(Sponsor.name)))


def get_client(session: Session, agency: Sponsor | None, client_id: int) -> Sponsor:
    """Return a client of that agency; raises NotFound for anybody else, whoever that is."""
    client = session.get(Sponsor, client_id) if client_id < 2**31 else None
    if client is None or agency is None or client.agency_id != agency.id:
        raise NotFound
    return client


def list_companies_of_user(session: Session, user_id: int) -> list[Sponsor]:
    """Return whose bookings a person sees: the sponsors that they act for, and the clients of those that are agencies."""
    own = list_sponsors_of_user(session, user_id)
    query = select(Sponsor).where(Sponsor.agency_id.in_([sponsor.id for sponsor in own])).order_by(Sponsor.id)
    return list(dict.fromkeys([*own, *session.scalars(query)]))


def list_sponsors(session: Session, newsletter_id: int) -> list[Sponsor]:
    """Return a newsletter's sponsors, by name."""
    return list(session.scalars(select(Sponsor).where(Sponsor.newsletter_id == newsletter_id).order_by(Sponsor.name)))


def policy_of(session: Session, newsletter_id: int) -> SalesPolicy:
    """Return how a newsletter deals with its sponsors; the defaults, not yet stored, where nothing was ever set."""
    stored = session.get(SalesPolicy, newsletter_id)
    if stored is not None:
        return stored
    return SalesPolicy(
        newsletter_id=newsletter_id, sponsors_may_move=True, move_cutoff_days=7, cancel_free_days=21,
        cancel_kept_basis_points=5000, cancel_full_days=7, rivals=RivalRule.ALLOWED, exclusive_basis_points=0,
        cadence_issues=0, open_orders=3, held_slots=26, unpaid_a_day=12,
    )  # fmt: skip


def list_categories(session: Session, newsletter_id: int) -> list[Category]:
    """Return a newsletter's categories, by name."""
    query = select(Category).where(Category.newsletter_id == newsletter_id)
    return list(session.scalars(query.order_by(Category.name)))


def get_category(session: Session, newsletter_id: int, category_id: int) -> Category:
    """Return a category of that newsletter; raises NotFound."""
    category = session.get(Category, category_id) if category_id < 2**31 else None
    if category is None or category.newsletter_id != newsletter_id:
        raise NotFound
    return category
