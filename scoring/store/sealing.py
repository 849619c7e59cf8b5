"""What makes a stored run the published truth of its period? A seal, in a chain that a change of any row breaks."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table, bindparam
from sqlmodel import Session, SQLModel, col, select

from scoring.store.chains import end_with
from scoring.store.records import SealRecord, State, sha256_of
from scoring.store.refusals import NotSealableError, SealedPeriodError
from scoring.store.tables import (
    Card,
    Computation,
    FrameFile,
    InputFile,
    ProblemRow,
    Reopening,
    Run,
    Seal,
    SealHead,
)

READ = "read_"
"""How the frames begin that hold what a run read."""

OF_RUN: tuple[type[SQLModel], ...] = (Run, Card, ProblemRow, InputFile, FrameFile)
"""The tables whose rows make a run."""


def table_of(model: type[SQLModel]) -> Table:
    """The table as the database knows it; what is read from it is taken as it is, whatever it is."""
    held: Table = model.__table__  # type: ignore[attr-defined]
    return held


_SEALS = table_of(Seal)
_NEWEST = _SEALS.select().where(_SEALS.c.period == bindparam("its_period")).order_by(_SEALS.c.version.desc()).limit(1)
_NEWEST_THEN = _NEWEST.where(_SEALS.c.sealed_at <= bindparam("its_at"))
"""Built once, as they are asked for each digest."""


def seal_of(session: Session, period: str, at: str | None = None) -> SealRecord | None:
    """The seal of the period, if it is sealed and was not opened again since; with `at`, as it was at that instant."""
    asked, whose = (_NEWEST, {}) if at is None else (_NEWEST_THEN, {"its_at": at})
    found = session.connection().execute(asked, {"its_period": period, **whose}).mappings().one_or_none()
    return None if found is None or found["number"] in _opened(session, at) else SealRecord.model_validate(dict(found))


def seals_of(session: Session) -> tuple[SealRecord, ...]:
    """All seals, the first first."""
    return tuple(record(row) for row in session.exec(select(Seal).order_by(col(Seal.number))))


def holding_of(session: Session) -> tuple[SealRecord, ...]:
    """The seals that hold, those not opened again, the first first."""
    opened = _opened(session)
    return tuple(seal for seal in seals_of(session) if seal.number not in opened)


def _opened(session: Session, at: str | None = None) -> frozenset[int]:
    """The numbers of the seals that hold no more, or did at that instant."""
    opened = select(Reopening.seal)
    return frozenset(session.exec(opened if at is None else opened.where(col(Reopening.reopened_at) <= at)))


def refuse_sealed(session: Session, period: str) -> None:
    """Raises SealedPeriodError where the period is sealed."""
    found = seal_of(session, period)
    if found is not None:
        raise SealedPeriodError(period, found.run_id, found.sealed_by, found.sealed_at)


def add_seal(session: Session, run: Run, by: str, at: str) -> SealRecord:
    """The seal of the run, once it is added behind the others.

    Raises SealedPeriodError, and NotSealableError where the run does not hold what a sealed one must.
    """
    refuse_sealed(session, run.period)
    chain = seals_of(session)
    if why := _why_not(session, run, holding_of(session)):
        raise NotSealableError(run.period, run.run_id, why)
    until = max((number or 0 for number in session.exec(select(col(Computation.number)))), default=0)
    after = chain[-1].log_until if chain else 0
    made = SealRecord(
        number=len(chain) + 1,
        period=run.period,
        version=1 + sum(seal.period == run.period for seal in chain),
        run_id=run.run_id,
        results_sha256=run.results_sha256,
        content_sha256=content_sha256(session, run.run_id),
        log_until=until,
        log_sha256=log_sha256(session, after, until, lambda run_id: content_sha256(session, run_id)),
        sealed_by=by,
        sealed_at=at,
        before=chain[-1].sha256 if chain else "",
    ).closed()
    session.add(Seal(**made.model_dump()))
    end_with(session, SealHead, made.number, made.sha256)
    return made


def _why_not(session: Session, run: Run, chain: Sequence[SealRecord]) -> str | None:
    """Why the run cannot be sealed, and what helps; None where it can."""
    summary = json.loads(run.summary)
    again = f"run it again (`bookscore run --period {run.period}`), and seal that run"
    if run.state != State.COMPUTED or "period" not in summary:
        return "it was not computed to its end; " + again
    names = session.exec(select(FrameFile.name).where(FrameFile.run_id == run.run_id))
    if not any(name.startswith(READ) for name in names):
        return "it was stored before runs kept what they read; " + again
    runs = {s.run_id: session.get_one(Run, s.run_id) for s in chain}
    periods = {run_id: json.loads(sealed.summary)["period"] for run_id, sealed in runs.items()}
    span = summary["period"]
    later = [s.period for s in chain if periods[s.run_id]["from"] > span["to"]]
    if later:
        return f"{later[0]} is sealed already, and did not look at it; periods are sealed in the order of time"
    before = [s for s in chain if periods[s.run_id]["to"] < span["from"]]
    newest = max((runs[s.run_id] for s in before), key=lambda sealed: sealed.as_of, default=run)
    if newest.as_of > run.as_of:
        day = f"{newest.period} was sealed as of {newest.as_of}"
        return f"it looks on {run.as_of}, and {day}; run it as of that day or a later one, and seal that run"
    looked_at = {s["sha256"]: s["period"] for s in summary.get("seals", ())}
    holding = {s.sha256 for s in before}
    if opened := [period for seal, period in looked_at.items() if seal not in holding]:
        return f"{opened[0]}, which it looked at, was opened again since; " + again
    is_behind = len(looked_at) < len(holding)
    why = "it was made before an earlier period was sealed, and does not tell what was learned since; " + again
    return why if is_behind else None


def record(row: Seal) -> SealRecord:
    """The seal as a record."""
    return SealRecord.model_validate(row.model_dump())


def content_sha256(session: Session, run_id: str) -> str:
    """The hash of every row of the run, in the order of their keys."""
    return sha256_of(row for table in OF_RUN for row in rows_of(session, table, run_id))


def log_sha256(session: Session, after: int, until: int, content_of: Callable[[str], str]) -> str:
    """The hash of all that was computed between two numbers: when, and every row of it by `content_of` its run."""
    held = table_of(Computation)
    asked = held.select().where(held.c.number > after, held.c.number <= until).order_by(held.c.number)
    computed = [dict(row) for row in session.connection().execute(asked).mappings()]
    return sha256_of({**row, "content": content_of(row["run_id"])} for row in computed)


def rows_of(session: Session, table: type[SQLModel], run_id: str) -> list[dict[str, Any]]:
    """The rows of the run as the database holds them, sorted here, as databases differ in how they sort text."""
    held = table_of(table)
    found = session.connection().execute(held.select().where(held.c.run_id == run_id)).mappings()
    keys = [column.name for column in held.primary_key]
    return sorted((dict(row) for row in found), key=lambda row: [str(row[key]).zfill(20) for key in keys])
