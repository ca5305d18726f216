"""Moving a booking: claims on dearer slots, and each newsletter's policy on moving and cancelling.

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the policy's table, and what joins an order over a move's difference to the booking that moves."""
    op.create_table(
        "sales_policy",
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("sponsors_may_move", sa.Boolean(), nullable=False),
        sa.Column("move_cutoff_days", sa.Integer(), nullable=False),
        sa.Column("cancel_free_days", sa.Integer(), nullable=False),
        sa.Column("cancel_kept_basis_points", sa.Integer(), nullable=False),
        sa.Column("cancel_full_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("move_cutoff_days BETWEEN 0 AND 365", name=op.f("ck_sales_policy_move_cutoff")),
        sa.CheckConstraint("cancel_kept_basis_points BETWEEN 0 AND 10000", name=op.f("ck_sales_policy_cancel_kept")),
        sa.CheckConstraint("cancel_full_days BETWEEN 0 AND cancel_free_days", name=op.f("ck_sales_policy_cancel_days")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_sales_policy_newsletter_id_newsletter")
        ),
        sa.PrimaryKeyConstraint("newsletter_id", name=op.f("pk_sales_policy")),
    )
    with op.batch_alter_table("purchase_order") as batch:
        batch.add_column(sa.Column("moves_order_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_purchase_order_moves_order_id_purchase_order"), "purchase_order", ["moves_order_id"], ["id"]
        )
        batch.create_index(op.f("ix_purchase_order_moves_order_id"), ["moves_order_id"])
    with op.batch_alter_table("booking") as batch:
        batch.add_column(sa.Column("moves_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_booking_moves_id_booking"), "booking", ["moves_id"], ["id"])
        batch.create_index(op.f("ix_booking_moves_id"), ["moves_id"])


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("booking") as batch:
        batch.drop_index(op.f("ix_booking_moves_id"))
        batch.drop_constraint(op.f("fk_booking_moves_id_booking"), type_="foreignkey")
        batch.drop_column("moves_id")
    with op.batch_alter_table("purchase_order") as batch:
        batch.drop_index(op.f("ix_purchase_order_moves_order_id"))
        batch.drop_constraint(op.f("fk_purchase_order_moves_order_id_purchase_order"), type_="foreignkey")
        batch.drop_column("moves_order_id")
    op.drop_table("sales_policy")
