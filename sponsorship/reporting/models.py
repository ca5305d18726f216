"""Reports that were shared: a link of its own that ends, and that can be taken back."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sponsorship.booking.models import Order
from sponsorship.core.db import Base


class ReportShare(Base):
    """A link that opens an order's report, and nothing else of it, until it ends or is taken back."""

    __tablename__ = "report_share"
    __table_args__ = (UniqueConstraint("token"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), index=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)
