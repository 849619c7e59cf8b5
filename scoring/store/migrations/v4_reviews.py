"""Reviews, as events in a chain, with the documents of sealed ones; and sealed periods that are opened again."""

from alembic.operations import Operations
from sqlalchemy import Column, ForeignKey, Integer, String, UniqueConstraint


def upgrade(op: Operations) -> None:
    """Adds the tables of version 4; no run and no seal changes."""
    op.create_table(
        "reviewevent",
        Column("number", Integer, primary_key=True),
        *(_text(name) for name in ("period", "manager_id")),
        *(_count(name) for name in ("step", "version")),
        *(_text(name) for name in ("kind", "who", "part")),
        _text("user_id", nullable=True),
        _text("at"),
        Column("run_id", String, ForeignKey("run.run_id"), nullable=False),
        *(_text(name) for name in ("card_sha256", "details", "before", "sha256")),
        UniqueConstraint("period", "manager_id", "step"),
    )
    op.create_table("reviewhead", Column("number", Integer, primary_key=True), _text("sha256"))
    op.create_table(
        "reviewdocument",
        Column("event", Integer, ForeignKey("reviewevent.number"), primary_key=True, autoincrement=False),
        Column("name", String, primary_key=True),
        _text("sha256"),
        _count("size"),
        _text("path"),
    )
    op.create_table(
        "reopening",
        Column("number", Integer, primary_key=True),
        Column("seal", Integer, ForeignKey("seal.number"), nullable=False),
        *(_text(name) for name in ("seal_sha256", "reason", "reopened_by", "reopened_at", "before", "sha256")),
        UniqueConstraint("seal"),
    )
    op.create_table("reopeninghead", Column("number", Integer, primary_key=True), _text("sha256"))


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)
