"""Alembic's environment: the application's engine and metadata, batch mode for SQLite."""

from alembic import context
from flask import current_app

from sponsorship.core.db import Base, UTCDateTime


def _render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our time column as the type that the database gets, so that old migrations never import the product."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def run() -> None:
    """Run the migrations on one connection, in one transaction."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A table that is made anew is dropped first: with the keys on, SQLite refuses that where rows refer to it.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
            connection = connection.execution_options(is_write=True)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=_render_item,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            if engine.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the migration left rows that refer to nothing: {broken[:5]}")
        if engine.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
