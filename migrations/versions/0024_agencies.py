"""An agency buys for its client: an order knows both.

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the agency."""
    with op.batch_alter_table("purchase_order") as batch:
        batch.add_column(sa.Column("agency_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_purchase_order_agency_id_sponsor"), "sponsor", ["agency_id"], ["id"])
        batch.create_index(op.f("ix_purchase_order_agency_id"), ["agency_id"])


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("purchase_order") as batch:
        batch.drop_index(op.f("ix_purchase_order_agency_id"))
        batch.drop_constraint(op.f("fk_purchase_order_agency_id_sponsor"), type_="foreignkey")
        batch.drop_column("agency_id")
