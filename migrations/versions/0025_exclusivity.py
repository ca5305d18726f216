"""Category exclusivity is sold: an order knows in which category, and its price has a line for it.

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STEPS = "'credit', 'season', 'package', 'frequency', 'early_bird', 'last_minute', 'promo'"


def upgrade() -> None:
    """Add the category, and let a line be for exclusivity."""
    with op.batch_alter_table("purchase_order") as batch:
        batch.add_column(sa.Column("exclusive_category_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_purchase_order_exclusive_category_id_category"), "category", ["exclusive_category_id"], ["id"]
        )
    _allow_steps(f"{STEPS}, 'exclusive'")


def downgrade() -> None:
    """Take both away; a line for exclusivity becomes one for a package, so that the sum still stands."""
    op.execute("UPDATE order_price_line SET step = 'package' WHERE step = 'exclusive'")
    _allow_steps(STEPS)
    with op.batch_alter_table("purchase_order") as batch:
        batch.drop_constraint(op.f("fk_purchase_order_exclusive_category_id_category"), type_="foreignkey")
        batch.drop_column("exclusive_category_id")


def _allow_steps(words: str) -> None:
    with op.batch_alter_table("order_price_line") as batch:
        batch.drop_constraint(op.f("ck_order_price_line_pricestep"), type_="check")
        batch.create_check_constraint(op.f("ck_order_price_line_pricestep"), f"step IN ({words})")
