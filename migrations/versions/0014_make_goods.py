"""Why a make-good is owed, and credits that the publisher takes back.

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CAUSES = (
    "wrong_text", "wrong_link", "broken_link", "not_printed", "wrong_place", "late", "too_few_readers", "other",
)  # fmt: skip
CHANGES = "'granted', 'used', 'returned', 'expired'"


def upgrade() -> None:
    """Add the cause, and let an account say cancelled."""
    cause = sa.Enum(*CAUSES, name="makegoodcause", native_enum=False, create_constraint=False, length=40)
    with op.batch_alter_table("credit_grant") as batch:
        batch.add_column(sa.Column("cause", cause, nullable=True))
        words = ", ".join(f"'{word}'" for word in CAUSES)
        batch.create_check_constraint(op.f("ck_credit_grant_makegoodcause"), f"cause IN ({words})")
    _allow_changes(f"{CHANGES}, 'cancelled'")


def downgrade() -> None:
    """Take the cause away; what was taken back is told as expired."""
    op.execute("UPDATE credit_entry SET change = 'expired' WHERE change = 'cancelled'")
    _allow_changes(CHANGES)
    with op.batch_alter_table("credit_grant") as batch:
        batch.drop_constraint(op.f("ck_credit_grant_makegoodcause"), type_="check")
        batch.drop_column("cause")


def _allow_changes(words: str) -> None:
    with op.batch_alter_table("credit_entry") as batch:
        batch.drop_constraint(op.f("ck_credit_entry_creditchange"), type_="check")
        batch.create_check_constraint(op.f("ck_credit_entry_creditchange"), f"change IN ({words})")
