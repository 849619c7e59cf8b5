"""Is what was delivered fit to be scored? All that is wrong with the tables, gathered and shown at once.

Rows are looked at by themselves first (`rows`, `columns`, `keys`, `totals`), then together (`references`,
`currencies`, `shares`), where rows already known to be wrong are left out, so that no fault is told twice.
"""

from collections.abc import Collection, Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from scoring.checks.columns import lacking, missing
from scoring.checks.currencies import codes, convertible
from scoring.checks.exclusions import overlapping
from scoring.checks.findings import NR, ORIGIN, Finding, Saying, found, unusable
from scoring.checks.keys import look_alikes, repeated
from scoring.checks.references import PARENTS, cycles, derived, teamless, unknown
from scoring.checks.rows import ROW_RULES, broken, declared_rules, empty, survey_rules, unnamed_rules
from scoring.checks.setting_aside import aside, dangling, kept
from scoring.checks.shares import overfull
from scoring.checks.suggestions import did_you_mean
from scoring.checks.totals import added_up
from scoring.errors import Problem, Severity, in_order
from scoring.frame import Table, conform, further_columns
from scoring.tables import ANSWERS, COSTS, EXCLUSIONS, MANAGERS, OWNERSHIP, TABLES, TARGETS

__all__ = ["Checked", "check"]

_Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """The tables fit for use, and what was wrong with the rest.

    `tables` has every declared table, sorted by its key, without the rows that have an error. These are in
    `set_aside`, by table where there are any, with a column `why`.
    """

    tables: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...]
    set_aside: Mapping[str, pl.DataFrame]
    derived: frozenset[str] = frozenset()

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong that stops a run."""
        return any(p.severity is Severity.ERROR for p in self.problems)


def check(
    tables: MutableMapping[str, pl.DataFrame],
    *,
    currency: str | None,
    known_metrics: Collection[str],
    faulty: Collection[tuple[str, str, int]] = (),
    csat_scales: Collection[str] = (),
) -> Checked:
    """What of the delivered tables can be used, and all that is wrong with them.

    `currency` is the reporting currency, None where it is not known. `faulty` are the rows, as table, file and
    row, in which a value could not be read; they are set aside and their empty cells are not told again.
    `csat_scales` are those that the rules declare beside 1-5. The tables are taken out of the mapping, so that each is
    let go as soon as it is sorted: a company is in memory once, and one table of it twice.
    """
    lack = {name: lacking(frame, TABLES[name]) for name, frame in tables.items()}
    numbered = {n: _numbered(_in_one_piece(tables.pop(n)), TABLES[n]) for n in list(tables)}
    alone = [
        f
        for name in numbered
        for f in _alone(numbered[name], TABLES[name], lack[name], _unread(numbered[name], name, faulty))
    ]
    alone += _answers(numbered, csat_scales)
    alone += _metrics(numbered, known_metrics)
    sound = {name: kept(frame, name, alone) for name, frame in numbered.items()}
    undelivered = frozenset(PARENTS) - frozenset(lack)
    lists = {n: sound[n] for n in PARENTS if n in lack}
    sums = [f for n in lack for f in added_up(sound[n], TABLES[n], lists)]
    sound |= {name: kept(sound[name], name, sums) for name in {f.table for f in sums}}
    alone += sums
    for name, table in TABLES.items():
        if name not in lack:
            rows, notes = derived(sound, table) if name in PARENTS else (table.empty(), [])
            numbered[name] = sound[name] = rows.with_row_index(NR)
            alone += notes
    findings = alone + _together(numbered, sound, lack, currency)
    del sound
    return _checked(numbered, findings, undelivered)


def _in_one_piece(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of many files as one piece, made column by column: each is let go before the next one is made."""
    frame = frame.clone()  # whoever delivered it may hold it still
    return pl.DataFrame([frame.drop_in_place(name).rechunk() for name in frame.columns])


def _numbered(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows with the table's columns, and their numbers; periods are spelled as they are looked up."""
    spelled = [pl.col(c.name).str.replace("-q", "-Q", literal=True) for c in table.columns if c.name == "period"]
    return conform(frame.lazy(), table).with_columns(spelled).with_row_index(NR).collect()


def _unread(frame: pl.DataFrame, name: str, faulty: Collection[tuple[str, str, int]]) -> Finding:
    """The rows in which a value could not be read, about which people were told already."""
    places = [(file, row) for table, file, row in faulty if table == name]
    where = pl.DataFrame(places, schema=dict(zip(ORIGIN, (pl.String, pl.Int64), strict=True)), orient="row")
    rows = frame.join(where, on=ORIGIN, how="semi") if places else frame.clear()
    return Finding(name, "a value could not be read", rows.get_column(NR), ())


def _alone(frame: pl.DataFrame, table: Table, absent: list[str], unread: Finding) -> list[Finding]:
    """What is wrong with rows by themselves."""
    needed = [empty(c) for c in table.columns if c.required and c.name not in absent]
    further = further_columns(frame.drop(NR).columns, table) if table.open else ()
    rules = [*declared_rules(table), *ROW_RULES.get(table.name, ()), *unnamed_rules(table, further)]
    has_key = not set(table.key) & set(absent)
    return [
        unread,
        *missing(frame, table, absent),
        *broken(kept(frame, table.name, [unread]), table, needed),
        *broken(frame, table, rules),
        *codes(frame, table),
        *(repeated(frame, table) if has_key else ()),
    ]


def _metrics(numbered: _Frames, known_metrics: Collection[str]) -> list[Finding]:
    """Targets for metrics that do not exist."""
    if TARGETS.name not in numbered:
        return []
    known = pl.Series(sorted(known_metrics), dtype=pl.String)
    bad = numbered[TARGETS.name].filter(~pl.col("metric").is_in(known.implode()))
    advice = partial(did_you_mean, known=known, otherwise="see `bookscore metrics` for all there are")
    return found(TARGETS.name, bad, Saying("there is no such metric", advice, "metric"))


def _answers(numbered: _Frames, csat_scales: Collection[str]) -> list[Finding]:
    """Answers that are not on the scale of their survey."""
    if ANSWERS.name not in numbered:
        return []
    return broken(numbered[ANSWERS.name], ANSWERS, list(survey_rules(csat_scales)))


def _together(numbered: _Frames, sound: _Frames, lack: Mapping[str, list[str]], currency: str | None) -> list[Finding]:
    """What is wrong with rows beside other rows."""
    trees = [n for n in PARENTS if not lack.get(n)]
    keys = {n: numbered[n].get_column(TABLES[n].key[0]) for n in trees if n in lack}  # nothing is unknown where derived
    return [
        *(f for n in trees for f in cycles(numbered[n], TABLES[n])),
        *(f for n in trees for f in look_alikes(numbered[n], TABLES[n])),
        *(f for n, table in TABLES.items() for f in unknown(numbered[n], table, keys)),
        *convertible(numbered, sound, currency),
        *overfull(sound[OWNERSHIP.name]),
        *overlapping(sound[EXCLUSIONS.name]),
        *teamless(numbered[COSTS.name], numbered[MANAGERS.name]),
    ]


def _checked(numbered: _Frames, findings: list[Finding], derived: frozenset[str]) -> Checked:
    if any(f.table in PARENTS and f.severity is Severity.ERROR and len(f.rows) for f in findings):
        findings = findings + dangling(numbered, findings)
    bad = {n: aside(numbered[n], n, findings) for n in TABLES if len(unusable(findings, n))}
    good = {n: _sorted(kept(numbered.pop(n), n, findings).drop(NR), t) for n, t in TABLES.items()}
    return Checked(good, in_order(p for f in findings for p in f.problems), bad, derived)


def _sorted(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    if len(table.key) == 1 and frame.get_column(table.key[0]).is_sorted():
        return frame
    return frame.sort(table.key)
