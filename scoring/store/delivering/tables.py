"""What does the database hold of deliveries? What was due, who was to get it, and what became of it, try by try.

No row holds a secret of a channel. One key is made here, and only for links that end digests.
"""

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

WILL_BE_TRIED = "next_try_at IS NOT NULL"


class OccasionRow(SQLModel, table=True):
    """That a schedule was due for a period, and whether its deliveries were prepared."""

    schedule: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    due_at: str = Field(index=True)
    state: str
    reason: str
    run_id: str | None = Field(foreign_key="run.run_id")
    noted_at: str
    changed_at: str


class DeliveryRow(SQLModel, table=True):
    """What one recipient gets of an occasion by one channel. `delivery_id` is the hash of what is unique.

    `next_try_at` is there as long as somebody will try, and `claimed_by` as long as who tries may say what came of it.
    """

    delivery_id: str = Field(primary_key=True)
    schedule: str
    period: str
    channel: str
    recipient: str
    address: str
    name: str
    state: str
    reason: str
    run_id: str | None = Field(foreign_key="run.run_id")
    as_of: str | None
    due_at: str = Field(index=True)
    is_late: int
    attempts: int
    next_try_at: str | None
    claimed_by: str | None
    claimed_until: str | None
    message_id: str
    content_sha256: str | None
    sent_at: str | None
    made_at: str
    changed_at: str

    __table_args__ = (
        UniqueConstraint("schedule", "period", "channel", "recipient"),
        ForeignKeyConstraint(["schedule", "period"], ["occasionrow.schedule", "occasionrow.period"]),
        Index("ix_deliveryrow_recipient", "recipient", "schedule", "channel", "state", "due_at"),
        Index("ix_deliveryrow_state", "state", "due_at"),
        Index(
            "ix_deliveryrow_to_try",
            "due_at",
            "delivery_id",
            "next_try_at",
            sqlite_where=text(WILL_BE_TRIED),
            postgresql_where=text(WILL_BE_TRIED),
        ),
    )


class AttemptRow(SQLModel, table=True):
    """A change of a delivery's state, or what was learned too late to change it. Added, and never changed or removed.

    It refers to no row, as it outlives a delivery that was taken back when the clock was put back.
    """

    number: int | None = Field(default=None, primary_key=True)
    delivery_id: str = Field(index=True)
    at: str
    state: str
    told: str
    by: str


class ScheduleRow(SQLModel, table=True):
    """Since when a schedule is known; what was due before is not made."""

    schedule: str = Field(primary_key=True)
    first_seen_at: str


class TickRow(SQLModel, table=True):
    """Until when everything that was due is noted; one row."""

    number: int = Field(primary_key=True)
    at: str


class LeaseRow(SQLModel, table=True):
    """Who does something that only one may do, and until when."""

    name: str = Field(primary_key=True)
    holder: str
    until: str


class MuteRow(SQLModel, table=True):
    """That a user does not want the digests of a schedule."""

    user_id: str = Field(foreign_key="userrow.user_id", primary_key=True)
    schedule: str = Field(primary_key=True)
    muted_at: str
    muted_by: str


class UnsubscribeKey(SQLModel, table=True):
    """What links that end digests are made with: 32 random bytes, as hex digits; one row, made with the table."""

    number: int = Field(primary_key=True)
    key: str
