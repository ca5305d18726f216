"""The migrations are one line, and give exactly the models' schema, there and back, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from sponsorship import create_app
from sponsorship.core.db import Base, db
from tests.conftest import settings_for
from tests.postgresql import postgresql_url


def test_there_is_one_sequence_with_one_head() -> None:
    scripts = ScriptDirectory(str(Path(__file__).parents[2] / "migrations"))
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]
    assert len(scripts.get_heads()) == 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_up_down_up_gives_the_models_schema(database: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'migrated.sqlite3'}" if database == "sqlite" else postgresql_url()
    app = create_app(settings_for(tmp_path, DATABASE_URL=url))
    with app.app_context():
        upgrade()
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            differences = compare_metadata(context, Base.metadata)
            assert not differences
            assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        db.session.remove()
        db.engine.dispose()
