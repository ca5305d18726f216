"""Months of the ledger can be closed, and what checking the books finds is kept.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CLOSED = (
    "NEW.effective_on <= (SELECT closed_through FROM ledger_close WHERE newsletter_id = NEW.newsletter_id "
    "ORDER BY id DESC LIMIT 1)"
)


def upgrade() -> None:
    """Add the two tables, and a trigger that refuses entries of a closed month."""
    op.create_table(
        "ledger_close",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("closed_through", sa.Date(), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_ledger_close_newsletter_id_newsletter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_close")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ledger_close_newsletter", "ledger_close", ["newsletter_id", "id"])
    op.create_table(
        "books_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_books_finding_newsletter_id_newsletter")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_books_finding_order_id_purchase_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_finding")),
        sa.UniqueConstraint("key", name=op.f("uq_books_finding_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_books_finding_open", "books_finding", ["cleared_at", "newsletter_id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER tr_journal_entry_closed BEFORE INSERT ON journal_entry WHEN {CLOSED} "
            "BEGIN SELECT RAISE(ABORT, 'the month is closed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_closed_month() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {CLOSED} THEN RAISE EXCEPTION 'the month is closed'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER tr_journal_entry_closed BEFORE INSERT ON journal_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_closed_month()"
    )


def downgrade() -> None:
    """Take them away."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER tr_journal_entry_closed")
    else:
        op.execute("DROP TRIGGER tr_journal_entry_closed ON journal_entry")
        op.execute("DROP FUNCTION refuse_closed_month()")
    op.drop_table("books_finding")
    op.drop_table("ledger_close")
