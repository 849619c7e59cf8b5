"""The first tables: runs with their cards, problems, input files and frames.

Written out, rather than made from `tables`, as those go on changing.
"""

from alembic.operations import Operations
from sqlalchemy import Column, Float, ForeignKey, Integer, String


def upgrade(op: Operations) -> None:
    """Makes the tables of version 1."""
    op.create_table("schemaversion", Column("version", Integer, primary_key=True))
    op.create_table(
        "run",
        Column("run_id", String, primary_key=True),
        *(_text(name) for name in ("period", "as_of", "rules_name", "rules_hash", "engine_version")),
        *(_text(name) for name in ("state", "created_at", "summary", "results_sha256")),
    )
    op.create_index("ix_run_period", "run", ["period"])
    op.create_table(
        "computation",
        Column("number", Integer, primary_key=True),
        Column("run_id", String, ForeignKey("run.run_id"), nullable=False),
        *(_text(name) for name in ("period", "computed_at")),
    )
    op.create_index("ix_computation_run_id", "computation", ["run_id"])
    op.create_index("ix_computation_period", "computation", ["period"])
    _make_parts(op)


def _make_parts(op: Operations) -> None:
    """Makes the tables whose rows are parts of a run."""
    op.create_table(
        "card",
        _of_run(),
        Column("manager_id", String, primary_key=True),
        _count("position"),
        _text("name"),
        _text("team", nullable=True),
        *(Column(name, Float) for name in ("score", "low", "high")),
        _text("label", nullable=True),
        _text("json_text"),
    )
    op.create_table(
        "inputfile",
        _of_run(),
        _place(),
        *(_text(name) for name in ("name", "sha256")),
        *(_count(name) for name in ("rows", "set_aside")),
    )
    op.create_table(
        "problemrow",
        _of_run(),
        _place(),
        *(_text(name) for name in ("what", "remedy")),
        _text("file", nullable=True),
        Column("row", Integer),
        *(_text(name, nullable=True) for name in ("column", "value", "table")),
        _text("severity"),
    )
    op.create_table(
        "framefile",
        _of_run(),
        Column("name", String, primary_key=True),
        _text("sha256"),
        _count("rows"),
        _text("path"),
    )


def _of_run() -> Column[str]:
    return Column("run_id", String, ForeignKey("run.run_id"), primary_key=True)


def _place() -> Column[int]:
    return Column("position", Integer, primary_key=True, autoincrement=False)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)
