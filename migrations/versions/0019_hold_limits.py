"""How much one buyer may hold unpaid is the newsletter's to say, and counts by browser as well as by network address.

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LIMITS = {"open_orders": "3", "held_slots": "26", "unpaid_a_day": "12"}


def upgrade() -> None:
    """Add the limits and the browser's key."""
    with op.batch_alter_table("sales_policy") as table:
        for name, value in LIMITS.items():
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=value))
        table.create_check_constraint(
            op.f("ck_sales_policy_holds"), "open_orders >= 1 AND held_slots >= 1 AND unpaid_a_day >= 1"
        )
    with op.batch_alter_table("sales_policy") as table:
        for name in LIMITS:
            table.alter_column(name, server_default=None)
    op.add_column("purchase_order", sa.Column("browser_key", sa.String(length=255), nullable=True))
    op.create_index(op.f("ix_purchase_order_browser"), "purchase_order", ["browser_key", "state"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_purchase_order_browser"), table_name="purchase_order")
    with op.batch_alter_table("purchase_order") as table:
        table.drop_column("browser_key")
    with op.batch_alter_table("sales_policy") as table:
        table.drop_constraint(op.f("ck_sales_policy_holds"), type_="check")
        for name in LIMITS:
            table.drop_column(name)
