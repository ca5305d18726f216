"""Dated list prices, price rules of every kind, promo codes, prepaid credits, an order's price lines, displacements.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = "kind IN ('frequency', 'early_bird', 'last_minute', 'season', 'package')"


def upgrade() -> None:
    """Add the tables, and widen placements, price rules and orders."""
    op.create_table(
        "promo_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("discount_basis_points", sa.Integer(), nullable=False),
        sa.Column("discount_minor", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("most_uses_per_sponsor", sa.Integer(), nullable=True),
        sa.Column("minimum_minor", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("discount_basis_points BETWEEN 0 AND 10000", name=op.f("ck_promo_code_discount")),
        sa.CheckConstraint("discount_minor >= 0 AND minimum_minor >= 0", name=op.f("ck_promo_code_amounts")),
        sa.CheckConstraint("most_uses >= 1 AND most_uses_per_sponsor >= 1", name=op.f("ck_promo_code_uses")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_promo_code_newsletter_id_newsletter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promo_code")),
        sa.UniqueConstraint("newsletter_id", "code", name=op.f("uq_promo_code_newsletter_id_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "placement_price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_placement_price_price")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_placement_price_placement_id_placement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_price")),
        sa.UniqueConstraint("placement_id", "starts_on", name=op.f("uq_placement_price_placement_id_starts_on")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "price_rule_placement",
        sa.Column("price_rule_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_price_rule_placement_placement_id_placement")
        ),
        sa.ForeignKeyConstraint(
            ["price_rule_id"], ["price_rule.id"], name=op.f("fk_price_rule_placement_price_rule_id_price_rule")
        ),
        sa.PrimaryKeyConstraint("price_rule_id", "placement_id", name=op.f("pk_price_rule_placement")),
    )
    op.create_table(
        "promo_code_placement",
        sa.Column("promo_code_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_promo_code_placement_placement_id_placement")
        ),
        sa.ForeignKeyConstraint(
            ["promo_code_id"], ["promo_code.id"], name=op.f("fk_promo_code_placement_promo_code_id_promo_code")
        ),
        sa.PrimaryKeyConstraint("promo_code_id", "placement_id", name=op.f("pk_promo_code_placement")),
    )
    op.create_table(
        "order_price_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "credit",
                "season",
                "package",
                "frequency",
                "early_bird",
                "last_minute",
                "promo",
                name="pricestep",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_order_price_line_order_id_purchase_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_price_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_price_line_order_id_position")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "credit_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "bought",
                "given",
                "displaced",
                "made_good",
                name="creditorigin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("value_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.CheckConstraint("slots BETWEEN 1 AND 100", name=op.f("ck_credit_grant_slots")),
        sa.CheckConstraint("value_minor >= 0", name=op.f("ck_credit_grant_value")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_credit_grant_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_credit_grant_placement_id_placement")
        ),
        sa.ForeignKeyConstraint(["sponsor_id"], ["sponsor.id"], name=op.f("fk_credit_grant_sponsor_id_sponsor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_grant")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("credit_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_grant_sponsor_id"), ["sponsor_id"], unique=False)

    op.create_table(
        "displacement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "issue_skipped",
                "issue_moved",
                "capacity_lowered",
                "placement_retired",
                name="displacementcause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "chosen",
                "resolved",
                name="displacementstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("was_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("offers", sa.JSON(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "keep", "move", "credit", "refund", name="remedy", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("to_slot_id", sa.Integer(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.String(length=255), nullable=False),
        sa.Column("outcome", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_displacement_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_displacement_newsletter_id_newsletter")
        ),
        sa.ForeignKeyConstraint(["to_slot_id"], ["slot.id"], name=op.f("fk_displacement_to_slot_id_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_displacement")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("displacement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_displacement_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index("ix_displacement_newsletter_state", ["newsletter_id", "state"], unique=False)

    op.create_table(
        "credit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "granted",
                "used",
                "returned",
                "expired",
                name="creditchange",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("value_minor", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_credit_entry_booking_id_booking")),
        sa.ForeignKeyConstraint(["grant_id"], ["credit_grant.id"], name=op.f("fk_credit_entry_grant_id_credit_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entry")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("credit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_entry_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_credit_entry_grant_id"), ["grant_id"], unique=False)

    with op.batch_alter_table("placement", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("horizon_weeks", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("fills_with_house", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("house_ad", sa.String(length=255), nullable=False, server_default=""))
        batch_op.create_check_constraint(batch_op.f("ck_placement_horizon"), "horizon_weeks BETWEEN 1 AND 104")

    with op.batch_alter_table("price_rule", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("counts_issues", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("package_price_minor", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_price_rule_pricerulekind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_price_rule_pricerulekind"), KINDS)
        batch_op.create_check_constraint(
            batch_op.f("ck_price_rule_discount"), "discount_basis_points BETWEEN -10000 AND 10000"
        )
        batch_op.create_check_constraint(batch_op.f("ck_price_rule_package_price"), "package_price_minor >= 0")

    with op.batch_alter_table("purchase_order", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("promo_code_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_purchase_order_promo_code_id"), ["promo_code_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_purchase_order_promo_code_id_promo_code"), "promo_code", ["promo_code_id"], ["id"]
        )
    op.execute(
        "INSERT INTO order_price_line (order_id, position, step, label, amount_minor) "
        "SELECT id, 1, 'frequency', discount_label, -discount_minor FROM purchase_order WHERE discount_minor <> 0"
    )


def downgrade() -> None:
    """Take them away; rules that did not exist before are dropped with their kinds."""
    with op.batch_alter_table("purchase_order", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_purchase_order_promo_code_id_promo_code"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_purchase_order_promo_code_id"))
        batch_op.drop_column("promo_code_id")

    op.drop_table("price_rule_placement")
    op.execute("DELETE FROM price_rule WHERE kind <> 'frequency'")
    with op.batch_alter_table("price_rule", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_price_rule_package_price"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_price_rule_discount"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_price_rule_pricerulekind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_price_rule_pricerulekind"), "kind IN ('frequency')")
        batch_op.drop_column("retired_at")
        batch_op.drop_column("package_price_minor")
        batch_op.drop_column("ends_on")
        batch_op.drop_column("starts_on")
        batch_op.drop_column("counts_issues")

    with op.batch_alter_table("placement", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_placement_horizon"), type_="check")
        batch_op.drop_column("house_ad")
        batch_op.drop_column("fills_with_house")
        batch_op.drop_column("horizon_weeks")

    with op.batch_alter_table("credit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_entry_grant_id"))
        batch_op.drop_index(batch_op.f("ix_credit_entry_booking_id"))

    op.drop_table("credit_entry")
    with op.batch_alter_table("displacement", schema=None) as batch_op:
        batch_op.drop_index("ix_displacement_newsletter_state")
        batch_op.drop_index(batch_op.f("ix_displacement_booking_id"))

    op.drop_table("displacement")
    with op.batch_alter_table("credit_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_grant_sponsor_id"))

    op.drop_table("credit_grant")
    op.drop_table("order_price_line")
    op.drop_table("promo_code_placement")
    op.drop_table("placement_price")
    op.drop_table("promo_code")
