"""Reads about the demo: whether it is there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.demo.rules.newsletter import PUBLISHER_ADDRESS, SLUG
from sponsorship.inventory.models import Newsletter


def find_demo(session: Session) -> Newsletter | None:
    """Return the demo's newsletter, told by its slug and its publisher, or None."""
    query = select(Newsletter).where(Newsletter.slug == SLUG, Newsletter.contact_email == PUBLISHER_ADDRESS)
    return session.scalars(query).one_or_none()
