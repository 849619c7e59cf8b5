"""Seals: which run is the published truth of its period, as a chain whose end is known."""

from alembic.operations import Operations
from sqlalchemy import Column, ForeignKey, Integer, String, UniqueConstraint


def upgrade(op: Operations) -> None:
    """Adds the tables of version 2; no run changes."""
    op.create_table(
        "seal",
        Column("number", Integer, primary_key=True),
        _text("period"),
        Column("version", Integer, nullable=False),
        Column("run_id", String, ForeignKey("run.run_id"), nullable=False),
        *(_text(name) for name in ("results_sha256", "content_sha256")),
        Column("log_until", Integer, nullable=False),
        *(_text(name) for name in ("log_sha256", "sealed_by", "sealed_at", "before", "sha256")),
        UniqueConstraint("period", "version"),
    )
    op.create_table("sealhead", Column("number", Integer, primary_key=True), _text("sha256"))


def _text(name: str) -> Column[str]:
    return Column(name, String, nullable=False)
