"""Links with which a copywriter may write one ad.

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "writer_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("token_hash", sa.String(length=255), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_writer_link_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writer_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_writer_link_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_writer_link_booking_id"), "writer_link", ["booking_id"])


def downgrade() -> None:
    """Take it away: the links open nothing any more."""
    op.drop_index(op.f("ix_writer_link_booking_id"), table_name="writer_link")
    op.drop_table("writer_link")
