"""People: who may sign in, one-time links, sessions, attempts to sign in, and the audit log."""

from alembic.operations import Operations
from sqlalchemy import Column, ForeignKey, Integer, String, UniqueConstraint


def upgrade(op: Operations) -> None:
    """Adds the tables of version 3; no run and no seal changes."""
    op.create_table(
        "userrow",
        Column("user_id", String, primary_key=True),
        *(_text(name) for name in ("email", "name", "role")),
        _text("manager_id", nullable=True),
        _text("teams"),
        *(_text(name, nullable=True) for name in ("password_hash", "provider_subject")),
        _text("created_at"),
        _text("disabled_at", nullable=True),
        UniqueConstraint("email"),
    )
    op.create_table("onetimelink", _hash(), _of_user(), _text("expires_at"))
    op.create_index("ix_onetimelink_user_id", "onetimelink", ["user_id"])
    op.create_table("sessionrow", _hash(), _of_user(), *(_text(name) for name in ("way", "started_at", "seen_at")))
    op.create_index("ix_sessionrow_user_id", "sessionrow", ["user_id"])
    op.create_table("signinattempt", Column("number", Integer, primary_key=True), _text("key"), _text("at"))
    op.create_index("ix_signinattempt_key_at", "signinattempt", ["key", "at"])
    op.create_table(
        "auditentry",
        Column("number", Integer, primary_key=True),
        *(_text(name) for name in ("at", "user_id", "action", "subject", "details", "before", "sha256")),
    )
    op.create_index("ix_auditentry_user_id_subject", "auditentry", ["user_id", "subject"])
    op.create_table("audithead", Column("number", Integer, primary_key=True), _text("sha256"))


def _hash() -> Column[str]:
    return Column("token_sha256", String, primary_key=True)


def _of_user() -> Column[str]:
    return Column("user_id", String, ForeignKey("userrow.user_id"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String, nullable=nullable)
