"""Copy: who wrote a version and what the sponsor said to it, comments, reminders, the rule for late copy, the lock.

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SIDES = ("sponsor", "writer", "publisher", "flatplan")
CONSENTS = ("asked", "given", "declined", "withdrawn")
KINDS = ("reminder", "overdue", "reused", "released", "house")
POLICIES = ("remind", "last_approved", "release", "house")


def upgrade() -> None:
    """Add the columns, then the tables."""
    with op.batch_alter_table("creative", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("unlocked_at", sa.DateTime(timezone=True), nullable=True))
    _widen_versions()
    op.create_table(
        "copy_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("creative_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("side", _words("side", SIDES), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["creative_id"], ["creative.id"], name=op.f("fk_copy_comment_creative_id_creative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_comment")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_copy_comment_creative_id"), "copy_comment", ["creative_id"])
    op.create_table(
        "copy_chase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("kind", _words("chasekind", KINDS), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_copy_chase_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_chase")),
        sa.UniqueConstraint("booking_id", "on_day", name=op.f("uq_copy_chase_booking_id_on_day")),
        sqlite_autoincrement=True,
    )
    _add_settings()


def downgrade() -> None:
    """Take them away; an edit of the publisher's stays as a version, without what was said to it."""
    op.drop_table("copy_settings")
    op.drop_table("copy_chase")
    op.drop_index(op.f("ix_copy_comment_creative_id"), table_name="copy_comment")
    op.drop_table("copy_comment")
    with op.batch_alter_table("creative_version", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint(op.f("fk_creative_version_taken_from_id_creative_version"), type_="foreignkey")
        batch.drop_index(op.f("ix_creative_version_taken_from_id"))
        batch.drop_constraint(op.f("ck_creative_version_side"), type_="check")
        batch.drop_constraint(op.f("ck_creative_version_consent"), type_="check")
        for name in ("taken_from_id", "consent_at", "consent_note", "consent_by", "consent", "note", "side"):
            batch.drop_column(name)
    with op.batch_alter_table("creative", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_column("unlocked_at")


def _widen_versions() -> None:
    with op.batch_alter_table("creative_version", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("side", _bare("side", SIDES), nullable=False, server_default="sponsor"))
        batch.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("consent", _bare("consent", CONSENTS), nullable=True))
        batch.add_column(sa.Column("consent_by", sa.String(length=255), nullable=True))
        batch.add_column(sa.Column("consent_note", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("taken_from_id", sa.Integer(), nullable=True))
        batch.create_check_constraint(op.f("ck_creative_version_side"), _among("side", SIDES))
        batch.create_check_constraint(op.f("ck_creative_version_consent"), _among("consent", CONSENTS))
        batch.create_index(op.f("ix_creative_version_taken_from_id"), ["taken_from_id"])
        batch.create_foreign_key(
            op.f("fk_creative_version_taken_from_id_creative_version"), "creative_version", ["taken_from_id"], ["id"]
        )


def _add_settings() -> None:
    op.create_table(
        "copy_settings",
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("reminder_days", sa.JSON(), nullable=False),
        sa.Column("late_policy", _words("latepolicy", POLICIES), nullable=False),
        sa.Column("late_hours", sa.Integer(), nullable=False),
        sa.Column("adds_utm", sa.Boolean(), nullable=False),
        sa.Column("utm_source", sa.String(length=255), nullable=False),
        sa.Column("utm_medium", sa.String(length=255), nullable=False),
        sa.Column("utm_campaign", sa.String(length=255), nullable=False),
        sa.CheckConstraint("late_hours BETWEEN 0 AND 168", name=op.f("ck_copy_settings_late_hours")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_copy_settings_newsletter_id_newsletter")
        ),
        sa.PrimaryKeyConstraint("newsletter_id", name=op.f("pk_copy_settings")),
        sqlite_autoincrement=True,
    )


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _bare(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=False, length=40)


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
