"""What was imported, row by row, so that the same file a second time changes nothing."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models import Order
from sponsorship.core.db import Base


class ImportedRow(Base):
    """A row of a spreadsheet that became a booking; `key` names the day, the placement, the sponsor, and the how manieth."""

    __tablename__ = "imported_row"
    __table_args__ = (UniqueConstraint("newsletter_id", "key"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    key: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), index=True)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)
