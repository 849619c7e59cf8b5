"""What does the database hold? Tables of runs, their cards, and the audit log; never written but through `records`.

`SchemaVersion` says which tables these are; `migrations` makes them, also from those of an earlier version. Money is
in texts only, as no database keeps all digits of a decimal.
"""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

VERSION = 5


class SchemaVersion(SQLModel, table=True):
    """The version of all tables; one row."""

    version: int = Field(primary_key=True)


class Run(SQLModel, table=True):
    """A run. Rows are facts: added once, never changed."""

    run_id: str = Field(primary_key=True)
    period: str = Field(index=True)
    as_of: str
    rules_name: str
    rules_hash: str
    engine_version: str
    state: str
    created_at: str
    summary: str
    results_sha256: str


class Computation(SQLModel, table=True):
    """Each time a run came out as a result other than the one before it: the last one is current."""

    number: int | None = Field(default=None, primary_key=True)
    run_id: str = Field(foreign_key="run.run_id", index=True)
    period: str = Field(index=True)
    computed_at: str


class Card(SQLModel, table=True):
    """A scorecard of a run."""

    run_id: str = Field(foreign_key="run.run_id", primary_key=True)
    manager_id: str = Field(primary_key=True)
    position: int
    name: str
    team: str | None
    score: float | None
    low: float | None
    high: float | None
    label: str | None
    json_text: str


class InputFile(SQLModel, table=True):
    """An input file of a run."""

    run_id: str = Field(foreign_key="run.run_id", primary_key=True)
    position: int = Field(primary_key=True)
    name: str
    sha256: str
    rows: int
    set_aside: int


class ProblemRow(SQLModel, table=True):
    """A problem of a run."""

    run_id: str = Field(foreign_key="run.run_id", primary_key=True)
    position: int = Field(primary_key=True)
    what: str
    remedy: str
    file: str | None
    row: int | None
    column: str | None
    value: str | None
    table: str | None
    severity: str


class FrameFile(SQLModel, table=True):
    """A frame of a run, in a file of the frames folder."""

    run_id: str = Field(foreign_key="run.run_id", primary_key=True)
    name: str = Field(primary_key=True)
    sha256: str
    rows: int
    path: str


class Head(SQLModel):
    """Where a chain ends: the number and the hash of its last row."""

    number: int = Field(primary_key=True)
    sha256: str


class Seal(SQLModel, table=True):
    """A run that is the published truth of its period. A link of a chain: `sha256` covers all else, and `before`.

    `content_sha256` covers every row of the run, `log_sha256` every row of all that was computed since the seal before,
    up to number `log_until`.
    """

    number: int = Field(primary_key=True)
    period: str
    version: int
    run_id: str = Field(foreign_key="run.run_id")
    results_sha256: str
    content_sha256: str
    log_until: int
    log_sha256: str
    sealed_by: str
    sealed_at: str
    before: str
    sha256: str

    __table_args__ = (UniqueConstraint("period", "version"),)


class SealHead(Head, table=True):
    """Where the chain of seals ends; one row, so that a last seal that is gone is missed."""


class Reopening(SQLModel, table=True):
    """That a sealed period was opened again: seal number `seal` holds no more. A link of a chain of its own."""

    number: int = Field(primary_key=True)
    seal: int = Field(foreign_key="seal.number", unique=True)
    seal_sha256: str
    reason: str
    reopened_by: str
    reopened_at: str
    before: str
    sha256: str


class ReopeningHead(Head, table=True):
    """Where the chain of reopenings ends; one row, so that a last one that is gone is missed."""


class AuditEntry(SQLModel, table=True):
    """Who saw or changed what. A link of a chain: `sha256` covers all else, and `before`. Never changed or removed."""

    number: int = Field(primary_key=True)
    at: str
    user_id: str
    action: str
    subject: str
    details: str
    before: str
    sha256: str

    __table_args__ = (Index("ix_auditentry_user_id_subject", "user_id", "subject"),)


class AuditHead(Head, table=True):
    """Where the audit log ends; one row, so that a last entry that is gone is missed."""
