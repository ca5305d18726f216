"""An index of copy by its words; rules for duplicates that a newsletter can set; links of an issue's own text.

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

from migrations.words import change_words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FEWER_RULES = ("same_sponsor", "same_destination", "same_copy", "near_copy")
RULES = (
    "same_slot", "same_sponsor", "same_destination", "same_copy", "near_copy", "others_copy", "old_link", "editorial_link",
)  # fmt: skip
FEWER_SOURCES = ("creative", "archive")
SOURCES = (*FEWER_SOURCES, "editorial")


def upgrade() -> None:
    """Add the tables, the words, and what the database takes as a rule and as a source."""
    op.add_column("corpus_text", sa.Column("words", sa.Text(), nullable=True))
    op.create_index(
        op.f("ix_corpus_text_unindexed"), "corpus_text", ["id"], unique=False,
        sqlite_where=sa.text("words IS NULL"), postgresql_where=sa.text("words IS NULL"),
    )  # fmt: skip
    op.create_table(
        "copy_band",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["text_id"], ["corpus_text.id"], name=op.f("fk_copy_band_text_id_corpus_text")),
        sa.PrimaryKeyConstraint("band", "text_id", name=op.f("pk_copy_band")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_copy_band_text"), "copy_band", ["text_id"], unique=False)
    op.create_table(
        "check_setting",
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(*RULES, name="checkrule", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("issues", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.CheckConstraint("issues BETWEEN 0 AND 52", name=op.f("ck_check_setting_issues")),
        sa.CheckConstraint("days BETWEEN 0 AND 365", name=op.f("ck_check_setting_days")),
        sa.CheckConstraint("likeness BETWEEN 40 AND 95", name=op.f("ck_check_setting_likeness")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_check_setting_newsletter_id_newsletter")
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "rule", name=op.f("pk_check_setting")),
    )
    change_words("finding", "rule", "checkrule", before=FEWER_RULES, after=RULES)
    change_words("corpus_text", "source", "copysource", before=FEWER_SOURCES, after=SOURCES)


def downgrade() -> None:
    """Take them away, with the findings and links that only they can hold."""
    new = ", ".join(f"'{rule}'" for rule in RULES if rule not in FEWER_RULES)
    op.execute(f"DELETE FROM finding WHERE rule IN ({new})")
    op.execute("DELETE FROM corpus_text WHERE source = 'editorial'")
    change_words("finding", "rule", "checkrule", before=RULES, after=FEWER_RULES)
    change_words("corpus_text", "source", "copysource", before=SOURCES, after=FEWER_SOURCES)
    op.drop_table("check_setting")
    op.drop_table("copy_band")
    op.drop_index(op.f("ix_corpus_text_unindexed"), table_name="corpus_text")
    op.drop_column("corpus_text", "words")
