"""What moves to cheaper places gave back; categories, agencies, cadence, refusals; make-goods.

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KIN = (("category_id", "category"), ("agency_id", "sponsor"), ("parent_id", "sponsor"))
RIVALS = sa.String(length=40)
FILLED = (
    ("booking", "credited_minor"), ("booking", "is_exclusive"), ("sponsor", "is_refused"), ("sponsor", "refusal_words"),
    ("sales_policy", "rivals"), ("sales_policy", "exclusive_basis_points"), ("sales_policy", "cadence_issues"),
)  # fmt: skip


def upgrade() -> None:
    """Add the column and the tables."""
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("is_prohibited", sa.Boolean(), nullable=False),
        sa.Column("refusal_words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_category_newsletter_id_newsletter")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("newsletter_id", "name", name=op.f("uq_category_newsletter_id_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("booking") as batch:
        batch.add_column(sa.Column("credited_minor", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("is_exclusive", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("sponsor") as batch:
        for column, target in KIN:
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_sponsor_{column}_{target}"), target, [column], ["id"])
            batch.create_index(op.f(f"ix_sponsor_{column}"), [column])
        batch.add_column(sa.Column("cadence_issues", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("is_refused", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("refusal_words", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("sales_policy") as batch:
        batch.add_column(sa.Column("rivals", RIVALS, nullable=False, server_default="allowed"))
        batch.add_column(sa.Column("exclusive_basis_points", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("cadence_issues", sa.Integer(), nullable=False, server_default="0"))
        batch.create_check_constraint(op.f("ck_sales_policy_cadence"), "cadence_issues BETWEEN 0 AND 52")
        batch.create_check_constraint(op.f("ck_sales_policy_exclusive"), "exclusive_basis_points BETWEEN 0 AND 30000")
        batch.create_check_constraint(op.f("ck_sales_policy_rivalrule"), "rivals IN ('allowed', 'placement', 'issue')")
    for table, column in FILLED:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, server_default=None)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("sales_policy") as batch:
        for name in ("rivalrule", "exclusive", "cadence"):
            batch.drop_constraint(op.f(f"ck_sales_policy_{name}"), type_="check")
        for column in ("rivals", "exclusive_basis_points", "cadence_issues"):
            batch.drop_column(column)
    with op.batch_alter_table("sponsor") as batch:
        for column, target in reversed(KIN):
            batch.drop_index(op.f(f"ix_sponsor_{column}"))
            batch.drop_constraint(op.f(f"fk_sponsor_{column}_{target}"), type_="foreignkey")
            batch.drop_column(column)
        for column in ("cadence_issues", "is_refused", "refusal_words"):
            batch.drop_column(column)
    with op.batch_alter_table("booking") as batch:
        batch.drop_column("is_exclusive")
        batch.drop_column("credited_minor")
    op.drop_table("category")
