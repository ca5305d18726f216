"""An index of copy by its state: a desk's every page asks how much of it waits to be read.

Revision: 0014, after 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(op.f("ix_creative_state"), "creative", ["state", "booking_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_index(op.f("ix_creative_state"), table_name="creative")
