"""Whole issues as the publisher gave them, and what is on record of how each placement ran.

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "issue_print",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("purpose", _words("printpurpose", "check", "proof"), nullable=False),
        sa.Column("origin", _words("printorigin", "pasted", "uploaded", "fetched"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(length=255), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_print_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_print")),
        sa.UniqueConstraint("issue_id", "purpose", name=op.f("uq_issue_print_issue_id_purpose")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "placement_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("verdict", _words("proofverdict", "as_sold", "differs", "missing"), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(length=255), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_placement_proof_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["credit_grant.id"], name=op.f("fk_placement_proof_grant_id_credit_grant")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_placement_proof_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_proof")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_placement_proof_booking_id")),
        sqlite_autoincrement=True,
    )
    for column in ("issue_id", "grant_id"):
        op.create_index(op.f(f"ix_placement_proof_{column}"), "placement_proof", [column])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("placement_proof")
    op.drop_table("issue_print")
