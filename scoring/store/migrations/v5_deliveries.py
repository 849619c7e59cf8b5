"""Deliveries: what was due, who was to get it, what became of it; leases, mutes, and the key of links that mute."""

import secrets

from alembic.operations import Operations
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, UniqueConstraint, text


def upgrade(op: Operations) -> None:
    """Adds the tables of version 5; nothing else changes."""
    op.create_table(
        "occasionrow",
        *(_key(name) for name in ("schedule", "period")),
        *(_text(name) for name in ("due_at", "state", "reason")),
        _run(),
        *(_text(name) for name in ("noted_at", "changed_at")),
    )
    op.create_index("ix_occasionrow_due_at", "occasionrow", ["due_at"])
    _make_deliveries(op)
    op.create_table("schedulerow", _key("schedule"), _text("first_seen_at"))
    op.create_table("tickrow", Column("number", Integer, primary_key=True), _text("at"))
    op.create_table("leaserow", _key("name"), _text("holder"), _text("until"))
    op.create_table(
        "muterow",
        Column("user_id", String, ForeignKey("userrow.user_id"), primary_key=True),
        _key("schedule"),
        *(_text(name) for name in ("muted_at", "muted_by")),
    )
    keys = op.create_table("unsubscribekey", Column("number", Integer, primary_key=True), _text("key"))
    op.bulk_insert(keys, [{"number": 1, "key": secrets.token_hex(32)}])


def _make_deliveries(op: Operations) -> None:
    """Makes the table of deliveries and that of what was tried."""
    op.create_table(
        "deliveryrow",
        _key("delivery_id"),
        *(_text(name) for name in ("schedule", "period", "channel", "recipient", "address", "name", "state", "reason")),
        _run(),
        _text("as_of", nullable=True),
        _text("due_at"),
        *(Column(name, Integer, nullable=False) for name in ("is_late", "attempts")),
        *(_text(name, nullable=True) for name in ("next_try_at", "claimed_by", "claimed_until")),
        _text("message_id"),
        *(_text(name, nullable=True) for name in ("content_sha256", "sent_at")),
        *(_text(name) for name in ("made_at", "changed_at")),
        UniqueConstraint("schedule", "period", "channel", "recipient"),
        ForeignKeyConstraint(["schedule", "period"], ["occasionrow.schedule", "occasionrow.period"]),
    )
    op.create_index("ix_deliveryrow_recipient", "deliveryrow", ["recipient", "schedule", "channel", "state", "due_at"])
    op.create_index("ix_deliveryrow_due_at", "deliveryrow", ["due_at"])
    op.create_index("ix_deliveryrow_state", "deliveryrow", ["state", "due_at"])
    op.create_index(
        "ix_deliveryrow_to_try",
        "deliveryrow",
        ["due_at", "delivery_id", "next_try_at"],
        sqlite_where=text("next_try_at IS NOT NULL"),
        postgresql_where=text("next_try_at IS NOT NULL"),
    )
    op.create_table(
        "attemptrow",
        Column("number", Integer, primary_key=True),
        *(_text(name) for name in ("delivery_id", "at", "state", "told", "by")),
    )
    op.create_index("ix_attemptrow_delivery_id", "attemptrow", ["delivery_id"])


def _run() -> Column[str]:
    return Column("run_id", String, ForeignKey("run.run_id"), nullable=True)


def _key(name: str) -> Column[str]:
    return Column(name, String, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String, nullable=nullable)
