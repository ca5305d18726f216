"""A refund that the provider could not make may be paid by bank, by a person.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column in place."""
    op.add_column("refund", sa.Column("is_by_hand", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("refund", "is_by_hand")
