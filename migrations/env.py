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


run()
