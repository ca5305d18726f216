"""What the provider says of an invoice that can be paid on its page.

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the provider's word for it, and what its page would take."""
    with op.batch_alter_table("invoice") as batch:
        batch.add_column(sa.Column("provider_status", sa.String(), nullable=True))
        batch.add_column(sa.Column("provider_open_minor", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take both away."""
    with op.batch_alter_table("invoice") as batch:
        batch.drop_column("provider_open_minor")
        batch.drop_column("provider_status")
