"""For migrations: change which words the database takes in a column that holds an enum."""

from collections.abc import Sequence

from alembic import op


def change_words(table: str, column: str, name: str, *, before: Sequence[str], after: Sequence[str]) -> None:
    """Change a column's check from the words `before` to those `after`; `name` is the enum's, in lower case.

    SQLite cannot change a check in place, and a copy of the table would lose its triggers and what refers to it: the check
    is changed in the schema table, as SQLite's documentation of ALTER TABLE describes.
    """
    old, new = (", ".join(f"'{word}'" for word in words) for words in (before, after))
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({new})")
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ? AND instr(sql, ?)",
        (f"{column} IN ({old})", f"{column} IN ({new})", table, f"{column} IN ({old})"),
    )
    if changed.rowcount != 1:
        raise RuntimeError(f"the check of {table}.{column} is not the one that was expected")
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
