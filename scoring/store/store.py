"""What was computed, when, from what? Runs are stored once, whole, and looked up by their id or period."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import Session, col, select

from scoring.errors import Problem, Severity
from scoring.store.address import address
from scoring.store.content import Content, content
from scoring.store.database import connect, reading, writing
from scoring.store.entered import enter, is_told
from scoring.store.frames import keep
from scoring.store.holding import holding
from scoring.store.records import FileRecord, FrameRecord, RunRecord, SealRecord, State, StoredRun, instant
from scoring.store.refusals import (
    AmbiguousRunError,
    MissingFrameError,
    NoFolderError,
    RunDiffersError,
    UnknownRunError,
)
from scoring.store.reopening import ReopeningRecord, add_reopening, next_reopening, reopenings_of
from scoring.store.sealing import READ, add_seal, holding_of, refuse_sealed, seal_of, seals_of
from scoring.store.tables import Card, Computation, FrameFile, InputFile, ProblemRow, Run


@dataclass(frozen=True, slots=True)
class Store:
    """Stored runs. Safe to use from several processes at once."""

    engine: Engine
    frames: Path

    def close(self) -> None:
        """Lets go of the database."""
        self.engine.dispose()

    def save(
        self,
        run: RunRecord,
        *,
        cards: Sequence[Mapping[str, Any]],
        frames: Mapping[str, Path | bytes],
        created_at: datetime,
        problems: Sequence[Problem] = (),
        files: Sequence[FileRecord] = (),
    ) -> str:
        """The id of the run, once all of it is stored; if it was computed, it is now the latest.

        `frames` are Parquet files or their bytes. A run that is stored already is left as it is. Until the
        last step the run before stays the latest. Raises RunDiffersError where the stored one has other
        cards, totals, problems or files, and SealedPeriodError where its period is sealed.
        """
        with reading(self.engine) as session:
            refuse_sealed(session, run.period)  # before frames are kept for nothing
        new, at = content(run, cards, problems, files), instant(created_at)
        catalogue = [keep(self.frames, name, frames[name]) for name in sorted(frames)]
        with writing(self.engine) as session:
            refuse_sealed(session, run.period)
            stored = session.get(Run, run.run_id)
            if stored is None:
                _add(session, new, catalogue, at)
            elif stored.results_sha256 != new.sha256:
                raise RunDiffersError(run.run_id)
            made = _made_latest(session, run, at) if run.state is State.COMPUTED else None
            if stored is None or made or not is_told(session):
                enter(session, run.run_id, created_at, made)
        return run.run_id

    def seal(self, run_id: str, *, by: str, at: datetime) -> SealRecord:
        """The seal that makes the run the published truth of its period, for good.

        Raises UnknownRunError, SealedPeriodError, and NotSealableError with what helps.
        """
        with writing(self.engine) as session:
            run = session.get(Run, run_id)
            if run is None:
                raise UnknownRunError(run_id)
            return add_seal(session, run, by, instant(at))

    def reopen(
        self, period: str, *, by: str, reason: str, at: datetime, is_dry: bool = False
    ) -> tuple[ReopeningRecord, SealRecord]:
        """That the sealed period is open again, and the seal that holds no more.

        Its run stays as it is, and is the latest of the period until another one is computed; the next seal is its next
        version. Raises NotReopenableError. If it `is_dry`, nothing is written.
        """
        with (reading if is_dry else writing)(self.engine) as session:
            made, seal = next_reopening(session, period, by, reason, instant(at))
            if is_dry:
                return made, seal
            add_reopening(session, made)
            newest = select(Computation.run_id).where(Computation.period == period)
            if session.exec(newest.order_by(col(Computation.number).desc())).first() != seal.run_id:
                enter(session, seal.run_id, at, _computation(session, seal.run_id, period, instant(at)))
            return made, seal

    def reopenings(self) -> tuple[ReopeningRecord, ...]:
        """All reopenings of sealed periods, the first first."""
        with reading(self.engine) as session:
            return reopenings_of(session)

    def seals(self, *, is_holding: bool = False) -> tuple[SealRecord, ...]:
        """All seals, the first first; only those not opened again, if that is asked."""
        with reading(self.engine) as session:
            return holding_of(session) if is_holding else seals_of(session)

    def sealed(self, period: str, at: datetime | None = None) -> SealRecord | None:
        """The seal of the period, if it is sealed; with `at`, if it was at that instant."""
        with reading(self.engine) as session:
            return seal_of(session, period, None if at is None else instant(at))

    def published(self, period: str) -> StoredRun | None:
        """The run that holds for the period: the sealed one, else the one that was computed last."""
        found = self.sealed(period)
        return self.latest(period) if found is None else self.run(found.run_id)

    def holding(self, at: datetime | None = None) -> dict[str, str]:
        """Period to the id of the run that holds for it, as `published` says; the period computed last comes first.

        With `at`, those that held at that instant.
        """
        with reading(self.engine) as session:
            return holding(session, None if at is None else instant(at))

    def latest(self, period: str | None = None) -> StoredRun | None:
        """The run that was computed last, for the period or at all."""
        last = select(Run).join(Computation).order_by(col(Computation.number).desc())
        with reading(self.engine) as session:
            run = session.exec(last.where(Run.period == period) if period else last).first()
            return _stored(run) if run else None

    def run(self, prefix: str) -> StoredRun:
        """The only run whose id begins so. Raises UnknownRunError or AmbiguousRunError."""
        begins = col(Run.run_id).startswith(prefix.lower(), autoescape=True)
        with reading(self.engine) as session:
            runs = session.exec(select(Run).where(begins).order_by(Run.run_id)).all()
            if len(runs) > 1:
                raise AmbiguousRunError(prefix, [r.run_id for r in runs])
            if not runs or not prefix:
                raise UnknownRunError(prefix)
            return _stored(runs[0])

    def runs(self) -> tuple[StoredRun, ...]:
        """All runs, those stored last first."""
        with reading(self.engine) as session:
            newest = select(Run).order_by(col(Run.created_at).desc(), Run.run_id)
            return tuple(_stored(r) for r in session.exec(newest))

    def computed(self) -> tuple[StoredRun, ...]:
        """All runs, each once, those that became the latest last first."""
        with reading(self.engine) as session:
            last = select(Run).join(Computation).order_by(col(Computation.number).desc())
            return tuple(_stored(r) for r in {r.run_id: r for r in session.exec(last)}.values())

    def cards(self, run_id: str) -> tuple[dict[str, Any], ...]:
        """The scorecards of the run as they were given, in the order they were given in."""
        with reading(self.engine) as session:
            texts = select(Card.json_text).where(Card.run_id == run_id).order_by(col(Card.position))
            return tuple(json.loads(text) for text in session.exec(texts))

    def scores(self, run_id: str) -> dict[str, float | None]:
        """Manager to the score that the run gave, None where it gave none."""
        with reading(self.engine) as session:
            return dict(session.exec(select(Card.manager_id, Card.score).where(Card.run_id == run_id)).all())

    def files(self, run_id: str) -> tuple[FileRecord, ...]:
        """The input files of the run."""
        with reading(self.engine) as session:
            rows = session.exec(select(InputFile).where(InputFile.run_id == run_id).order_by(col(InputFile.position)))
            return tuple(FileRecord(**r.model_dump(exclude={"run_id", "position"})) for r in rows)

    def problems(self, run_id: str) -> tuple[Problem, ...]:
        """The problems of the run, in the order they were given in."""
        with reading(self.engine) as session:
            rows = session.exec(
                select(ProblemRow).where(ProblemRow.run_id == run_id).order_by(col(ProblemRow.position))
            )
            return tuple(_problem(r) for r in rows)

    def frame(self, run_id: str, name: str) -> Path:
        """The Parquet file of the run's frame. Raises MissingFrameError."""
        with reading(self.engine) as session:
            row = session.get(FrameFile, (run_id, name))
        path = self.frames / row.path if row else None
        if path is None or not path.is_file():
            raise MissingFrameError(run_id, name)
        return path

    def frames_of(self, run_id: str) -> dict[str, Path]:
        """Frame to its Parquet file, for all frames of the run."""
        with reading(self.engine) as session:
            rows = session.exec(select(FrameFile).where(FrameFile.run_id == run_id).order_by(FrameFile.name))
            return {row.name: self.frames / row.path for row in rows}

    def read_by(self, run_id: str) -> dict[str, Path]:
        """Table to the Parquet file of the rows that the run read; empty where it kept none. The name is the hash."""
        found = self.frames_of(run_id)
        return {name.removeprefix(READ): path for name, path in found.items() if name.startswith(READ)}


def open_store(place: str | Path, *, frames: Path | None = None) -> Store:
    """The store of a workspace folder, or of a database URL, made where there is none.

    A database on a server needs `frames`, the folder for its large frames; SQLite has it beside the file.
    """
    url = address(place)
    if frames is None:
        if url.get_backend_name() != "sqlite" or not url.database:
            raise NoFolderError
        frames = Path(url.database).parent / "frames"
    return Store(connect(url), frames)


def _add(session: Session, new: Content, frames: Sequence[FrameRecord], at: str) -> None:
    connection = session.connection()
    for table, rows in new.rows(frames, at):
        if rows:
            connection.execute(insert(table), rows)


def _made_latest(session: Session, run: RunRecord, at: str) -> Computation | None:
    """The note that the run is the latest, once it is added; None where it was the latest."""
    last = session.exec(select(Computation).order_by(col(Computation.number).desc())).first()
    is_latest = last is not None and last.run_id == run.run_id
    return None if is_latest else _computation(session, run.run_id, run.period, at)


def _computation(session: Session, run_id: str, period: str, at: str) -> Computation:
    made = Computation(run_id=run_id, period=period, computed_at=at)
    session.add(made)
    session.flush()  # it has its number then
    return made


def _stored(run: Run) -> StoredRun:
    return StoredRun.model_validate({**run.model_dump(exclude={"results_sha256"}), "state": State(run.state)})


def _problem(row: ProblemRow) -> Problem:
    told = row.model_dump(exclude={"run_id", "position"})
    return Problem(**{**told, "severity": Severity(row.severity)})
