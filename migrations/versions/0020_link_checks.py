"""What came of following the links in copy.

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

VERDICTS = (
    "waiting", "fine", "guarded", "elsewhere", "broken", "failing", "certificate", "unreachable", "refused", "looping",
    "made_up",
)  # fmt: skip


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "link_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url_hash", sa.String(length=255), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(*VERDICTS, name="linkverdict", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=255), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_check")),
        sa.UniqueConstraint("url_hash", name=op.f("uq_link_check_url_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_check_due", "link_check", ["due_at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_link_check_due", table_name="link_check")
    op.drop_table("link_check")
