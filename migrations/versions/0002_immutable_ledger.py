"""The ledger cannot be changed: the database refuses to update or delete what was posted.

Revision: 0002, after 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("journal_entry", "journal_line")


def upgrade() -> None:
    """Add triggers that refuse UPDATE and DELETE on the ledger, and, on PostgreSQL, an entry that does not balance."""
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER tr_{table}_{act.lower()} BEFORE {act} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the ledger cannot be changed'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger cannot be changed'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER tr_{table}_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()"
        )
    op.execute(
        "CREATE FUNCTION check_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF (SELECT sum(amount_minor) FROM journal_line WHERE entry_id = NEW.entry_id) <> 0 THEN "
        "RAISE EXCEPTION 'journal entry % does not balance', NEW.entry_id; END IF; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER tr_journal_line_balance AFTER INSERT ON journal_line "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_balance()"
    )


def downgrade() -> None:
    """Take the triggers away."""
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for act in ("update", "delete"):
                op.execute(f"DROP TRIGGER tr_{table}_{act}")
        return
    op.execute("DROP TRIGGER tr_journal_line_balance ON journal_line")
    op.execute("DROP FUNCTION check_entry_balance()")
    for table in TABLES:
        op.execute(f"DROP TRIGGER tr_{table}_change ON {table}")
    op.execute("DROP FUNCTION refuse_ledger_change()")
