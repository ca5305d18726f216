"""An index of copy by its state: a desk's every page asks how much of it waits to be read.

Revision: 0015, after 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(op.f("ix_creative_state"), "creative", ["state", "booking_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_index(op.f("ix_creative_state"), table_name="creative")
