"""Credit notes, kept money, disputes; who sells and with which tax; what stands on an invoice.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

from migrations.words import change_words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# fmt: off
FEWER_KINDS = (
    "booked", "unbooked", "invoiced", "received", "fee", "ran", "late_money", "credited", "refunded", "refund_failed", "voided",
)
# fmt: on
KINDS = (*FEWER_KINDS, "written_off", "restored", "applied", "disputed", "reinstated", "dispute_lost")


def upgrade() -> None:
    """Add the tables and columns."""
    op.create_table(
        "credit_note_sequence",
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_credit_note_sequence_newsletter_id_newsletter")
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "year", name=op.f("pk_credit_note_sequence")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "seller",
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("city", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=255), nullable=False),
        sa.Column("tax_number", sa.String(length=255), nullable=False),
        sa.Column("bank_details", sa.Text(), nullable=False),
        sa.Column("footer", sa.Text(), nullable=False),
        sa.Column(
            "tax_mode",
            sa.Enum(
                "none", "manual", "stripe_tax", name="taxmode", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reminder_days", sa.JSON(), nullable=False),
        sa.Column("holds_disputed", sa.Boolean(), nullable=False),
        sa.Column("sends_by_stripe", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["newsletter_id"], ["newsletter.id"], name=op.f("fk_seller_newsletter_id_newsletter")),
        sa.PrimaryKeyConstraint("newsletter_id", name=op.f("pk_seller")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tax_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=255), nullable=False),
        sa.Column(
            "buyer",
            sa.Enum(
                "anybody", "business", "consumer", name="buyer", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("is_reverse_charge", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=False),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 5000", name=op.f("ck_tax_rate_rate")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_tax_rate_newsletter_id_newsletter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rate")),
        sa.UniqueConstraint("newsletter_id", "country", "buyer", name=op.f("uq_tax_rate_newsletter_id_country_buyer")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "money_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "refund_failed",
                "refund_from_outside",
                "disputed",
                "dispute_lost",
                "fraud_warning",
                "payment_differs",
                "invoice_differs",
                "pay_back_by_bank",
                name="taskkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_money_task_newsletter_id_newsletter")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_money_task_order_id_purchase_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_task")),
        sa.UniqueConstraint("key", name=op.f("uq_money_task_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("money_task", schema=None) as batch_op:
        batch_op.create_index("ix_money_task_open", ["newsletter_id", "done_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_money_task_order_id"), ["order_id"], unique=False)

    op.create_table(
        "order_terms",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column(
            "tax_mode",
            sa.Enum(
                "none", "manual", "stripe_tax", name="taxmode", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("tax_label", sa.String(length=255), nullable=False),
        sa.Column("tax_basis_points", sa.Integer(), nullable=False),
        sa.Column("tax_note", sa.String(length=255), nullable=False),
        sa.Column("is_reverse_charge", sa.Boolean(), nullable=False),
        sa.Column("tax_by_booking", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(length=255), nullable=False),
        sa.Column("tax_number", sa.String(length=255), nullable=False),
        sa.Column("accepts_other_dates", sa.Boolean(), nullable=False),
        sa.Column("approver", sa.String(length=255), nullable=False),
        sa.Column("comp_reason", sa.String(length=255), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_order_terms_order_id_purchase_order")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_terms")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "credit_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=255), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_by_booking", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("printed", sa.JSON(), nullable=False),
        sa.CheckConstraint("net_minor >= 0 AND tax_minor >= 0", name=op.f("ck_credit_note_amount")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_credit_note_invoice_id_invoice")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_credit_note_newsletter_id_newsletter")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_credit_note_order_id_purchase_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note")),
        sa.UniqueConstraint("key", name=op.f("uq_credit_note_key")),
        sa.UniqueConstraint("newsletter_id", "number", name=op.f("uq_credit_note_newsletter_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("credit_note", schema=None) as batch_op:
        batch_op.create_index("ix_credit_note_order", ["order_id"], unique=False)

    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(length=255), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "inquiry",
                "open",
                "won",
                "lost",
                "closed",
                name="disputestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("is_refundable", sa.Boolean(), nullable=False),
        sa.Column("is_money_gone", sa.Boolean(), nullable=False),
        sa.Column("evidence_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_dispute_order_id_purchase_order")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_dispute_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_dispute_provider_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.create_index("ix_dispute_order", ["order_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispute_receipt_id"), ["receipt_id"], unique=False)

    op.create_table(
        "kept_money",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=255), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("left_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("left_minor >= 0 AND left_minor <= amount_minor", name=op.f("ck_kept_money_left")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_kept_money_newsletter_id_newsletter")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_kept_money_order_id_purchase_order")
        ),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_kept_money_receipt_id_receipt")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["sponsor.id"], name=op.f("fk_kept_money_sponsor_id_sponsor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_money")),
        sa.UniqueConstraint("key", name=op.f("uq_kept_money_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("kept_money", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_money_receipt_id"), ["receipt_id"], unique=False)
        batch_op.create_index("ix_kept_money_sponsor", ["sponsor_id", "currency"], unique=False)

    op.add_column("invoice", sa.Column("credited_minor", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("invoice", sa.Column("printed", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("invoice", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoice", sa.Column("close_reason", sa.String(length=255), nullable=False, server_default=""))
    op.add_column("invoice", sa.Column("provider_id", sa.String(length=255), nullable=True))
    op.add_column("invoice", sa.Column("provider_url", sa.Text(), nullable=True))
    op.create_index("ix_invoice_provider", "invoice", ["provider_id"], unique=True)
    op.add_column("sponsor", sa.Column("credit_limit_minor", sa.BigInteger(), nullable=True))
    op.add_column("refund", sa.Column("is_external", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "ALTER TABLE refund ADD COLUMN credit_note_id INTEGER "
        "CONSTRAINT fk_refund_credit_note_id_credit_note REFERENCES credit_note (id)"
    )
    op.create_index("ix_refund_credit_note_id", "refund", ["credit_note_id"])
    change_words("journal_entry", "kind", "entrykind", before=FEWER_KINDS, after=KINDS)


def downgrade() -> None:
    """Take them away."""
    change_words("journal_entry", "kind", "entrykind", before=KINDS, after=FEWER_KINDS)
    op.drop_index("ix_refund_credit_note_id", "refund")
    with op.batch_alter_table("refund") as batch_op:
        batch_op.drop_column("credit_note_id")
        batch_op.drop_column("is_external")
    op.drop_column("sponsor", "credit_limit_minor")
    op.drop_index("ix_invoice_provider", "invoice")
    for name in ("provider_url", "provider_id", "close_reason", "closed_at", "printed", "credited_minor"):
        op.drop_column("invoice", name)
    with op.batch_alter_table("kept_money", schema=None) as batch_op:
        batch_op.drop_index("ix_kept_money_sponsor")
        batch_op.drop_index(batch_op.f("ix_kept_money_receipt_id"))

    op.drop_table("kept_money")
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispute_receipt_id"))
        batch_op.drop_index("ix_dispute_order")

    op.drop_table("dispute")
    with op.batch_alter_table("credit_note", schema=None) as batch_op:
        batch_op.drop_index("ix_credit_note_order")

    op.drop_table("credit_note")
    op.drop_table("order_terms")
    with op.batch_alter_table("money_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_money_task_order_id"))
        batch_op.drop_index("ix_money_task_open")

    op.drop_table("money_task")
    op.drop_table("tax_rate")
    op.drop_table("seller")
    op.drop_table("credit_note_sequence")
