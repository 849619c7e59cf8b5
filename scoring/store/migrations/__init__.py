"""How do tables of an earlier version become those of this one? Step by step, in the caller's transaction.

A database is made in the same way, from no tables at all, so that there is one way its tables can look.
"""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, delete, insert

from scoring.store.migrations import v1_runs, v2_seals, v3_people, v4_reviews, v5_deliveries
from scoring.store.tables import SchemaVersion

STEPS = (v1_runs.upgrade, v2_seals.upgrade, v3_people.upgrade, v4_reviews.upgrade, v5_deliveries.upgrade)
"""What makes version 1 from nothing, version 2 from version 1, and so on. A step that was released never changes."""


def migrate(connection: Connection, found: int | None) -> None:
    """Takes the tables from the version found, None where there are none, to the last one."""
    operations = Operations(MigrationContext.configure(connection))
    for step in STEPS[found or 0 :]:
        step(operations)
    connection.execute(delete(SchemaVersion))
    connection.execute(insert(SchemaVersion).values(version=len(STEPS)))
