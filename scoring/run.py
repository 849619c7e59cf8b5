"""What is a run? A fact: what went in, what came out, and the hash by which it is known. Never edited."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from scoring import __version__
from scoring.calendar import Period
from scoring.errors import Problem
from scoring.inputs import Input, input_json
from scoring.measures import Measures
from scoring.parquet import parquet_bytes
from scoring.restate import Prior, prior_json, seals_json
from scoring.rules import Rulebook, fingerprint
from scoring.scorecard.cards import Card
from scoring.scorecard.context import Context
from scoring.scorecard.rule_findings import Finding


@dataclass(frozen=True, eq=False)
class Run:
    """Everything a run leaves behind.

    `measures`, `book`, `movements`, `lines`, `compared`, `estimates`, `account_points`, `expectations`,
    `account_kinds`, `lifetime`, `cohorts`, `churn_reasons` and `matches` are the frames of those names, `worth` how
    lifetime value came about; `cards` the scorecards; `company` what the league page says of the whole; `totals` the
    sums that must balance, as text; `mapping` the hash of what sources.yaml means, where there is one; `watch` by
    manager what is worth a look; `trust` what the data are in doubt for, and `trust_before` those of the period before;
    `exclusions` all decisions that an account does not count in scores; `is_first` if no rules were in force before;
    `prior` what was learned of sealed periods, where there are any; `read` the tables as they were read.
    """

    rulebook: Rulebook
    context: Context
    inputs: Sequence[Input]
    problems: Sequence[Problem]
    cards: Sequence[Card]
    company: Mapping[str, Any]
    totals: Mapping[str, Any]
    measures: Measures
    book: pl.DataFrame
    movements: pl.DataFrame
    lines: pl.DataFrame
    lifetime: pl.DataFrame
    cohorts: pl.DataFrame
    churn_reasons: pl.DataFrame
    compared: pl.DataFrame
    estimates: pl.DataFrame
    account_points: pl.DataFrame
    expectations: pl.DataFrame
    account_kinds: pl.DataFrame
    matches: pl.DataFrame
    worth: Mapping[str, Any]
    mapping: str | None = None
    watch: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    trust: Sequence[Mapping[str, Any]] = ()
    trust_before: Sequence[Mapping[str, Any]] = ()
    exclusions: Sequence[Mapping[str, Any]] = ()
    is_first: bool = False
    rule_findings: Sequence[Finding] = ()
    prior: Prior | None = None
    read: Mapping[str, pl.DataFrame] = field(default_factory=dict)

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
        """The hash of all that decides the result: inputs, their map, rows set aside, rules, engine, period, as_of.

        The rules are those of the period and those of the one before.
        """
        decides = {
            "inputs": [[i.name, i.sha256, i.set_aside] for i in self.inputs],
            "mapping": self.mapping,
            "rules": fingerprint(self.rulebook),
            "rules_before": None if self.is_first else fingerprint(self.context.before),
            "engine": [__version__, pl.__version__],
            "period": self.period.name,
            "as_of": self.as_of.isoformat(),
            **({"seals": [seal.sha256 for seal in self.prior.seals]} if self.prior else {}),
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
            "rules": {**rules_json(self.rulebook), "findings": [asdict(f) for f in self.rule_findings]},
            "rules_before": self._rules_before,
            "sources": {"sha256": self.mapping},
            "inputs": [input_json(i) for i in self.inputs],
            "lifetime": dict(self.worth),
            "totals": dict(self.totals),
            "company": dict(self.company),
            "exclusions": [dict(e) for e in self.exclusions],
            "watch": {manager: list(found) for manager, found in self.watch.items()},
            "trust": [dict(found) for found in self.trust],
            "trust_before": [dict(found) for found in self.trust_before],
            "problems": [problem_json(p) for p in self.problems],
            **self._prior_periods,
        }

    @property
    def _prior_periods(self) -> dict[str, Any]:
        """The seals that the run looked at, and what was learned since; nothing where nothing is sealed."""
        if self.prior is None:
            return {}
        told = prior_json(self.prior, self.book, self.period, self.rulebook.currency)
        return {"seals": seals_json(self.prior), "prior_periods": told}

    @property
    def _rules_before(self) -> dict[str, Any] | None:
        """The rules of the period before; their settings only where they are others, None where there were none."""
        if self.is_first:
            return None
        known = rules_json(self.context.before)
        return known if self.context.superseded else {**known, "settings": None}

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by the names of their files."""
        return {"measures": self.measures.rows, **self._unpacked}

    @property
    def _unpacked(self) -> dict[str, pl.DataFrame]:
        return {
            "book": self.book,
            "movements": self.movements,
            "lines": self.lines,
            "lifetime": self.lifetime,
            "cohorts": self.cohorts,
            "churn_reasons": self.churn_reasons,
            "compared": self.compared,
            "estimates": self.estimates,
            "account_points": self.account_points,
            "expectations": self.expectations,
            "account_kinds": self.account_kinds,
            "matches": self.matches,
            **({"prior_periods": self.prior.lines} if self.prior else {}),
        }

    @cached_property
    def packed(self) -> dict[str, bytes]:
        """The frames as Parquet files, by the names of their files."""
        return {"measures": self.measures.packed, **{n: parquet_bytes(frame) for n, frame in self._unpacked.items()}}

    @cached_property
    def packed_read(self) -> dict[str, bytes]:
        """The tables that were read, as Parquet files, by name; but for those without rows."""
        return {name: parquet_bytes(frame) for name, frame in self.read.items() if frame.height}


def rules_json(rulebook: Rulebook) -> dict[str, Any]:
    """A rulebook as other programs read it."""
    return {
        "name": rulebook.name,
        "version": rulebook.version,
        "effective_from": rulebook.effective_from,
        "sha256": fingerprint(rulebook),
        "settings": rulebook.model_dump(mode="json", by_alias=True),
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
