"""Requests, proposals and their answers on orders; promises, challenges and the waiting list; who is approved first.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENTS = ("requested_at", "approved_at", "proposed_at", "reminded_at", "accepted_at")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add columns in place, so that SQLite need not copy tables that others refer to, and the three new tables."""
    for name in MOMENTS:
        op.add_column("purchase_order", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "purchase_order", sa.Column("is_first_refusal", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("purchase_order", sa.Column("message", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "ALTER TABLE newsletter ADD COLUMN sponsor_approval VARCHAR(40) NOT NULL DEFAULT 'nobody' "
        "CONSTRAINT ck_newsletter_sponsorapproval CHECK (sponsor_approval IN ('nobody', 'new', 'all'))"
    )
    _create_waiting()
    _create_promise()
    _create_challenge()


def _create_waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=255), nullable=False),
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.Column("company", sa.String(length=255), nullable=False),
        sa.Column("contact_name", sa.String(length=255), nullable=False),
        sa.Column("contact_email", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column(
            "state",
            _words("waitingstate", "waiting", "offered", "taken", "lapsed", "left", "removed", "over"),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["newsletter_id"], ["newsletter.id"], name=op.f("fk_waiting_newsletter_id_newsletter")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_waiting_issue_id_issue")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_waiting_placement_id_placement")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["sponsor.id"], name=op.f("fk_waiting_sponsor_id_sponsor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
        sa.UniqueConstraint("token", name=op.f("uq_waiting_token")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_waiting_line", "waiting", ["newsletter_id", "state", "rank"])
    op.create_index("ix_waiting_contact_email", "waiting", ["contact_email"])


def _create_promise() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=255), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("kind", _words("promisekind", "courtesy", "first_refusal", "offer"), nullable=False),
        sa.Column("waiting_id", sa.Integer(), nullable=True),
        sa.Column("contact_name", sa.String(length=255), nullable=False),
        sa.Column("contact_email", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_promise_booking_id_booking")),
        sa.ForeignKeyConstraint(["waiting_id"], ["waiting.id"], name=op.f("fk_promise_waiting_id_waiting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("token", name=op.f("uq_promise_token")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_promise_booking_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_promise_waiting_id", "promise", ["waiting_id"])


def _create_challenge() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("challenger_id", sa.Integer(), nullable=False),
        sa.Column(
            "state", _words("challengestate", "open", "confirmed", "released", "lapsed", "withdrawn"), nullable=False
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"], name=op.f("fk_challenge_promise_id_promise")),
        sa.ForeignKeyConstraint(["challenger_id"], ["waiting.id"], name=op.f("fk_challenge_challenger_id_waiting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_challenge_promise_id", "challenge", ["promise_id"])
    op.create_index("ix_challenge_challenger_id", "challenge", ["challenger_id"])


def downgrade() -> None:
    """Take all of it away."""
    for table in ("challenge", "promise", "waiting"):
        op.drop_table(table)
    op.drop_column("newsletter", "sponsor_approval")
    for name in ("message", "is_first_refusal", *MOMENTS):
        op.drop_column("purchase_order", name)
