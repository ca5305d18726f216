"""Reads about copywriters' links."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core.errors import NotFound
from sponsorship.core.tokens import hash_token
from sponsorship.creative.models import WriterLink


def open_writer_link(session: Session, token: str, now: datetime) -> WriterLink:
    """Return the link that a token stands for; raises NotFound for one that is unknown, over, or was taken back."""
    link = session.scalars(select(WriterLink).where(WriterLink.token_hash == hash_token(token))).one_or_none()
    if link is None or not link.is_open(now):
        raise NotFound
    return link


def list_writer_links(session: Session, booking_id: int) -> list[WriterLink]:
    """Return a booking's links, latest first."""
    query = select(WriterLink).where(WriterLink.booking_id == booking_id).order_by(WriterLink.id.desc())
    return list(session.scalars(query))


def get_writer_link(session: Session, booking_id: int, link_id: int) -> WriterLink:
    """Return one of a booking's links; raises NotFound."""
    link = session.get(WriterLink, link_id) if link_id < 2**31 else None
    if link is None or link.booking_id != booking_id:
        raise NotFound
    return link
