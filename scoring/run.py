"""What is a run? A fact: what went in, what came out, and the hash by which it is known. Never edited."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from io import BytesIO
from typing import Any

import polars as pl

from scoring import __version__
from scoring.calendar import Period
from scoring.errors import Problem
from scoring.rules import Rulebook, fingerprint
from scoring.scorecard.cards import Card
from scoring.scorecard.context import Context


@dataclass(frozen=True, slots=True)
class Input:
    """An export as it was read: name, content hash, rows, how many of them were not used, and its last day.

    `last_on` is the day of the last thing that it says happened; None where its rows have no day.
    """

    name: str
    sha256: str
    rows: int
    filtered: int
    set_aside: int
    last_on: date | None = None


@dataclass(frozen=True, eq=False)
class Run:
    """Everything a run leaves behind.

    `measures`, `book`, `movements`, `lines`, `compared`, `lifetime`, `cohorts` and `churn_reasons` are the frames of
    those names, `worth` how lifetime value came about; `cards` the scorecards; `company` what
    the league page says of the whole; `totals` the sums that must balance, as text; `mapping` the hash of
    what sources.yaml means, where there is one; `watch` by manager what is worth a look;
    `exclusions` all decisions that an account does not count in scores.
    """

    rulebook: Rulebook
    context: Context
    inputs: Sequence[Input]
    problems: Sequence[Problem]
    cards: Sequence[Card]
    company: Mapping[str, Any]
    totals: Mapping[str, Any]
    measures: pl.DataFrame
    book: pl.DataFrame
    movements: pl.DataFrame
    lines: pl.DataFrame
    lifetime: pl.DataFrame
    cohorts: pl.DataFrame
    churn_reasons: pl.DataFrame
    compared: pl.DataFrame
    worth: Mapping[str, Any]
    mapping: str | None = None
    watch: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    exclusions: Sequence[Mapping[str, Any]] = ()

    @property
    def period(self) -> Period:
        """The period that was scored."""
        return self.context.period

    @property
    def as_of(self) -> date:
        """The day up to which facts count as known."""
        return self.context.as_of

    @cached_property
    def run_id(self) -> str:
        """The hash of all that decides the result: inputs, their map, rules, engine, period, as_of, rows set aside."""
        decides = {
            "inputs": [[i.name, i.sha256, i.set_aside] for i in self.inputs],
            "mapping": self.mapping,
            "rules": fingerprint(self.rulebook),
            "engine": [__version__, pl.__version__],
            "period": self.period.name,
            "as_of": self.as_of.isoformat(),
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    @property
    def summary(self) -> dict[str, Any]:
        """`run.json`: what the run was and what it was made from."""
        windows = self.context.windows
        return {
            "run_id": self.run_id,
            "engine": {"bookscore": __version__, "polars": pl.__version__},
            "period": {
                "name": self.period.name,
                "from": str(self.period.start),
                "to": str(self.period.last_day),
            },
            "as_of": self.as_of.isoformat(),
            "windows": {
                "movements": {"from": str(windows.moves.start), "until": str(windows.moves.end)},
                "outcome": {"from": str(windows.outcome.start), "until": str(windows.outcome.end)},
            },
            "basis": self.rulebook.basis,
            "ownership": self.rulebook.ownership.policy,
            "currency": self.rulebook.currency,
            "rules": {
                "name": self.rulebook.name,
                "sha256": fingerprint(self.rulebook),
                "settings": self.rulebook.model_dump(mode="json", by_alias=True),
            },
            "sources": {"sha256": self.mapping},
            "inputs": [input_json(i) for i in self.inputs],
            "lifetime": dict(self.worth),
            "totals": dict(self.totals),
            "company": dict(self.company),
            "exclusions": [dict(e) for e in self.exclusions],
            "watch": {manager: list(found) for manager, found in self.watch.items()},
            "problems": [problem_json(p) for p in self.problems],
        }

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by the names of their files."""
        return {
            "measures": self.measures,
            "book": self.book,
            "movements": self.movements,
            "lines": self.lines,
            "lifetime": self.lifetime,
            "cohorts": self.cohorts,
            "churn_reasons": self.churn_reasons,
            "compared": self.compared,
        }

    @cached_property
    def packed(self) -> dict[str, bytes]:
        """The frames as Parquet files, by the names of their files."""
        return {name: parquet_bytes(frame) for name, frame in self.frames.items()}


def input_json(read: Input) -> dict[str, Any]:
    """An export as other programs read of it."""
    return {
        "file": read.name,
        "sha256": read.sha256,
        "rows": read.rows,
        "rows_filtered": read.filtered,
        "rows_set_aside": read.set_aside,
        "last_day": None if read.last_on is None else read.last_on.isoformat(),
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem as other programs read it."""
    return {
        "severity": str(problem.severity),
        "table": problem.table,
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "what": problem.what,
        "remedy": problem.remedy,
    }


def json_text(value: object) -> str:
    """JSON that reads well and is the same every time."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """The frame as a Parquet file, the same bytes for the same frame."""
    buffer = BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=True, row_group_size=1 << 18)
    return buffer.getvalue()
