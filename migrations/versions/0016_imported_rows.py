"""What was imported from a spreadsheet, row by row.

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

from sponsorship.core.db import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "imported_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("imported_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_imported_row_newsletter_id_newsletter")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_imported_row_order_id_purchase_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_row")),
        sa.UniqueConstraint("newsletter_id", "key", name=op.f("uq_imported_row_newsletter_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_imported_row_order_id"), "imported_row", ["order_id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("imported_row")
