"""Clicks from the spool: verdicts with reasons per hour, traps, repointed links, settings, statistics from elsewhere.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FEWER_REASONS = ("bot", "head_request", "prefetch", "burst", "repeat", "team", "before_publication")
REASONS = (
    "honeypot", "bot", "head_request", "prefetch", "team", "before_publication", "too_soon", "after_end", "burst", "repeat", "rate",
)  # fmt: skip
COUNTED = sa.text("reason IS NULL")
TRAP = sa.text("position = 'trap'")
OWNER = "(booking_id IS NULL) = (position = 'trap')"


def _in(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _change_checks(batch_op: BatchOperations, old: dict[str, str], new: dict[str, str]) -> None:
    """Replace checks of a table."""
    for name in old:
        batch_op.drop_constraint(op.f(name), type_="check")
    for name, text in new.items():
        batch_op.create_check_constraint(op.f(name), text)


BEFORE = {"ck_click_exclusionreason": _in("reason", FEWER_REASONS)}
AFTER = {"ck_click_exclusionreason": _in("reason", REASONS)}
HEAD_FOOT = {"ck_tracked_link_linkposition": _in("position", ("head", "foot"))}
WITH_TRAP = {"ck_tracked_link_linkposition": _in("position", ("head", "foot", "trap")), "ck_tracked_link_owner": OWNER}


def upgrade() -> None:
    """Apply. What was kept of readers stays: their address alone was not, so it counts as the reader's own."""
    op.create_table(
        "late_reader_key",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_late_reader_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "link_register",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_register")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "spool_file",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("damaged", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_spool_file")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tracking_settings",
        sa.Column("newsletter_id", sa.Integer(), nullable=False),
        sa.Column("link_host", sa.String(length=255), nullable=True),
        sa.Column("link_host_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_host_fault", sa.Text(), nullable=True),
        sa.Column("count_days", sa.Integer(), nullable=True),
        sa.Column("agent_days", sa.Integer(), nullable=False),
        sa.Column("prints_trap", sa.Boolean(), nullable=False),
        sa.Column("carries_click_id", sa.Boolean(), nullable=False),
        sa.CheckConstraint("agent_days BETWEEN 14 AND 3650", name=op.f("ck_tracking_settings_agent_days")),
        sa.CheckConstraint("count_days BETWEEN 1 AND 3650", name=op.f("ck_tracking_settings_count_days")),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_tracking_settings_newsletter_id_newsletter")
        ),
        sa.PrimaryKeyConstraint("newsletter_id", name=op.f("pk_tracking_settings")),
        sa.UniqueConstraint("link_host", name=op.f("uq_tracking_settings_link_host")),
    )
    op.create_table(
        "click_rules_used",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_click_rules_used_issue_id_issue")),
        sa.PrimaryKeyConstraint("issue_id", "rules_version", name=op.f("pk_click_rules_used")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "destination_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_destination_change_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination_change")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("destination_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_destination_change_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "provider_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("readers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_provider_link_booking_id_booking")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_provider_link_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_link")),
        sa.UniqueConstraint("issue_id", "digest", name=op.f("uq_provider_link_issue_id_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("provider_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_link_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "click_hour_exclusion",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(*REASONS, name="exclusionreason", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["tracked_link.id"], name=op.f("fk_click_hour_exclusion_link_id_tracked_link")
        ),
        sa.PrimaryKeyConstraint("link_id", "hour", "reason", name=op.f("pk_click_hour_exclusion")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "conversion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("click_reference", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("clicked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["tracked_link.id"], name=op.f("fk_conversion_link_id_tracked_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversion")),
        sa.UniqueConstraint("click_reference", "event", name=op.f("uq_conversion_click_reference_event")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("conversion", schema=None) as batch_op:
        batch_op.create_index("ix_conversion_link_at", ["link_id", "at"], unique=False)

    op.create_table(
        "provider_click",
        sa.Column("link_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["provider_link.id"], name=op.f("fk_provider_click_link_id_provider_link")
        ),
        sa.PrimaryKeyConstraint("link_id", "digest", name=op.f("pk_provider_click")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("click") as batch_op:
        _change_checks(batch_op, BEFORE, AFTER)
        batch_op.add_column(sa.Column("source", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("marks", sa.SmallInteger(), nullable=False, server_default="0"))
        batch_op.alter_column(
            "reader", existing_type=sa.String(length=255), type_=sa.String(length=32), existing_nullable=False
        )
        batch_op.alter_column(
            "network", existing_type=sa.String(length=255), type_=sa.String(length=43), existing_nullable=False
        )
        batch_op.drop_index("ix_click_link_reader")
    op.execute("UPDATE click SET source = substr(reader, 1, 16)")
    op.execute(
        "UPDATE click SET marks = CASE reason WHEN 'head_request' THEN 1 WHEN 'prefetch' THEN 2 WHEN 'team' THEN 4 ELSE 0 END"
    )
    with op.batch_alter_table("click") as batch_op:
        batch_op.alter_column(
            "source", existing_type=sa.String(length=16), existing_nullable=False, server_default=None
        )
        batch_op.alter_column("marks", existing_type=sa.SmallInteger(), existing_nullable=False, server_default=None)
        batch_op.create_index("ix_click_counted", ["source", "at"], sqlite_where=COUNTED, postgresql_where=COUNTED)
        batch_op.create_index("ix_click_network_at", ["network", "at", "link_id"])
    _sum_reasons()
    with op.batch_alter_table("mailing_statistics") as batch_op:
        batch_op.add_column(sa.Column("clicks", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("unique_clicks", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("source", sa.String(length=255), nullable=False, server_default="typed in"))
    with op.batch_alter_table("mailing_statistics") as batch_op:
        batch_op.alter_column(
            "source", existing_type=sa.String(length=255), existing_nullable=False, server_default=None
        )
    with op.batch_alter_table("tracked_link") as batch_op:
        _change_checks(batch_op, HEAD_FOOT, WITH_TRAP)
        batch_op.add_column(sa.Column("counts_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("carries_click_id", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.alter_column("booking_id", existing_type=sa.Integer(), nullable=True)
    with op.batch_alter_table("tracked_link") as batch_op:
        batch_op.alter_column(
            "carries_click_id", existing_type=sa.Boolean(), existing_nullable=False, server_default=None
        )
        batch_op.create_index(
            "ix_tracked_link_trap", ["issue_id"], unique=True, sqlite_where=TRAP, postgresql_where=TRAP
        )
    op.execute("INSERT INTO link_register (id, generation) VALUES (1, 1)")


def _sum_reasons() -> None:
    """Make the hours' exclusions, and the rules they were judged by, from the clicks that are there."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    hour = (
        "substr(at, 1, 13) || ':00:00.000000'"
        if is_sqlite
        else "date_trunc('hour', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    )
    op.execute(
        f"INSERT INTO click_hour_exclusion (link_id, hour, reason, hits) SELECT link_id, {hour}, reason, count(*) FROM click "
        f"WHERE reason IS NOT NULL GROUP BY link_id, {hour}, reason"
    )
    op.execute(
        "INSERT INTO click_rules_used (issue_id, rules_version, since) SELECT tracked_link.issue_id, click.rules_version, min(click.at) "
        "FROM click JOIN tracked_link ON tracked_link.id = click.link_id GROUP BY tracked_link.issue_id, click.rules_version"
    )


def downgrade() -> None:
    """Take back: traps and their hits go, and reasons that the older rules do not know become bursts."""
    op.execute("DELETE FROM click_hour_exclusion")
    for table in ("click", "click_hour"):
        op.execute(f"DELETE FROM {table} WHERE link_id IN (SELECT id FROM tracked_link WHERE position = 'trap')")
    op.execute("DELETE FROM conversion")
    op.execute("DELETE FROM tracked_link WHERE position = 'trap'")
    known = ", ".join(repr(word) for word in FEWER_REASONS)
    op.execute(f"UPDATE click SET reason = 'burst' WHERE reason IS NOT NULL AND reason NOT IN ({known})")
    with op.batch_alter_table("tracked_link") as batch_op:
        _change_checks(batch_op, WITH_TRAP, HEAD_FOOT)
        batch_op.drop_index("ix_tracked_link_trap")
        batch_op.alter_column("booking_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("carries_click_id")
        batch_op.drop_column("counts_until")
    with op.batch_alter_table("mailing_statistics") as batch_op:
        batch_op.drop_column("source")
        batch_op.drop_column("unique_clicks")
        batch_op.drop_column("clicks")
    with op.batch_alter_table("click") as batch_op:
        _change_checks(batch_op, AFTER, BEFORE)
        batch_op.drop_index("ix_click_network_at")
        batch_op.drop_index("ix_click_counted")
        batch_op.alter_column(
            "network", existing_type=sa.String(length=43), type_=sa.String(length=255), existing_nullable=False
        )
        batch_op.alter_column(
            "reader", existing_type=sa.String(length=32), type_=sa.String(length=255), existing_nullable=False
        )
        batch_op.drop_column("marks")
        batch_op.drop_column("source")
        batch_op.create_index("ix_click_link_reader", ["link_id", "reader"])
    op.drop_table("provider_click")
    with op.batch_alter_table("conversion", schema=None) as batch_op:
        batch_op.drop_index("ix_conversion_link_at")

    op.drop_table("conversion")
    op.drop_table("click_hour_exclusion")
    with op.batch_alter_table("provider_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_link_booking_id"))

    op.drop_table("provider_link")
    with op.batch_alter_table("destination_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_destination_change_booking_id"))

    op.drop_table("destination_change")
    op.drop_table("click_rules_used")
    op.drop_table("tracking_settings")
    op.drop_table("spool_file")
    op.drop_table("link_register")
    op.drop_table("late_reader_key")
