"""A chain over the audit trail; what browser a session is in.

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the chain, which the worker fills from the first entry on, and the sessions' browsers, unknown so far."""
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seal_entry_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("user_session") as table:
        table.add_column(sa.Column("browser", sa.String(length=255), server_default="", nullable=False))
    with op.batch_alter_table("user_session") as table:
        table.alter_column("browser", server_default=None)


def downgrade() -> None:
    """Take both away."""
    with op.batch_alter_table("user_session") as table:
        table.drop_column("browser")
    op.drop_table("audit_seal")
