"""What goes into the store and comes out of it: validated values, apart from the tables that hold them.

Models that are tables accept anything, so everything is made one of these first.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    field_validator,
)

from scoring.errors import Severity

RunId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12,64}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Filled = Annotated[str, StringConstraints(min_length=1)]
Before = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
"""The hash of the row before in a chain, empty for the first."""
OPEN = "0" * 64
"""What stands for the hash of a row of a chain until it is known."""
Figure = Annotated[FiniteFloat, AfterValidator(lambda figure: figure + 0.0)]
"""A number without a minus on zero, which SQLite does not keep."""
Count = Annotated[int, Field(ge=0)]


class State(StrEnum):
    """What became of a run."""

    COMPUTED = "computed"
    FAILED = "failed"


class Record(BaseModel):
    """What every record is: frozen, of exact types, without letters that one of the databases cannot keep."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @field_validator("*")
    @classmethod
    def _keeps_in_any_database(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("holds U+0000, which PostgreSQL cannot keep")
        return value


def _json_object(text: str) -> str:
    if not isinstance(json.loads(text, parse_constant=_refuse), dict):
        raise ValueError("not a JSON object")
    return text


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


JsonText = Annotated[str, AfterValidator(_json_object)]


class RunRecord(Record):
    """A run: what it was computed from, and its totals as JSON text. `run_id` is the hash of what went in."""

    run_id: RunId
    period: Filled
    as_of: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    rules_name: Filled
    rules_hash: Filled
    engine_version: Filled
    state: State = State.COMPUTED
    summary: JsonText = "{}"


class StoredRun(RunRecord):
    """A run as it is stored, with the instant it was first stored, in ISO 8601 and UTC."""

    created_at: Filled


class Link(Record):
    """A row of a chain, to which rows are only added. Each has a number, the hash `before` it and its own, `sha256`."""

    @property
    def link_sha256(self) -> str:
        """The hash of all it says, the hash of the row before among it."""
        return link_sha256(self.model_dump(mode="json"))

    def closed(self) -> Self:
        """The same with its hash: its place in the chain."""
        return self.model_copy(update={"sha256": self.link_sha256})


def link_sha256(said: Mapping[str, Any]) -> str:
    """The hash of all that a row of a chain says, but for the hash itself."""
    return sha256_of([{name: value for name, value in said.items() if name != "sha256"}])


def sha256_of(parts: Iterable[Any]) -> str:
    """The hash of values, in the order given."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(part, sort_keys=True, default=str).encode() + b"\n")
    return digest.hexdigest()


class SealRecord(Link):
    """A seal: which run is the published truth of its period, since when, by whom."""

    number: Annotated[int, Field(ge=1)]
    period: Filled
    version: Annotated[int, Field(ge=1)] = 1
    run_id: RunId
    results_sha256: Sha256
    content_sha256: Sha256
    log_until: Count
    log_sha256: Sha256
    sealed_by: Filled
    sealed_at: Filled
    before: Before
    sha256: Sha256 = OPEN


class CardRecord(Record):
    """One scorecard: the columns that lists are made from, and the whole of it as JSON text."""

    manager_id: Filled
    name: str
    team: str | None = None
    score: Figure | None = None
    low: Figure | None = None
    high: Figure | None = None
    label: str | None = None
    json_text: JsonText


class FileRecord(Record):
    """An input file of a run."""

    name: Filled
    sha256: Sha256
    rows: Count
    set_aside: Count = 0


class FrameRecord(Record):
    """A large frame of a run: a Parquet file beside the database, named by its content."""

    name: Filled
    sha256: Sha256
    rows: Count
    path: Filled


class ProblemRecord(Record):
    """A problem of a run."""

    what: Filled
    remedy: str = ""
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    table: str | None = None
    severity: Severity = Severity.ERROR


def card_record(card: Mapping[str, Any]) -> CardRecord:
    """The record of a scorecard. Its JSON text holds everything, in the order given.

    Money is text in a scorecard; a Decimal in it is a mistake and raises TypeError.
    """
    listed = {n: card.get(n) for n in ("manager_id", "name", "team", "score", "low", "high", "label")}
    text = json.dumps(card, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return CardRecord.model_validate({**listed, "json_text": text})


class _Instant(BaseModel):
    at: AwareDatetime


def instant(at: datetime) -> str:
    """The instant as text that sorts by time. Raises ValueError where the zone is missing."""
    return _Instant(at=at).at.astimezone(UTC).isoformat(timespec="microseconds")


class AuditRecord(Link):
    """An entry of the audit log; `user_id` is empty where nobody was signed in, and `details` is a JSON object."""

    number: Annotated[int, Field(ge=1)]
    at: Filled
    user_id: str
    action: Filled
    subject: str
    details: str
    before: Before
    sha256: Sha256 = OPEN

    @property
    def told(self) -> dict[str, Any]:
        """The details."""
        found: dict[str, Any] = json.loads(self.details)
        return found
