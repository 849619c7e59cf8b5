"""Is everything stored as it was? The chain of seals walked, and every run hashed again."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, select

from scoring.store import entered, log, reopening
from scoring.store.chains import end_of, ends_with
from scoring.store.content import Content
from scoring.store.database import reading
from scoring.store.records import CardRecord, FileRecord, ProblemRecord, RunRecord
from scoring.store.refusals import trouble
from scoring.store.reviewing.walking import Walk
from scoring.store.sealing import content_sha256, log_sha256, record, rows_of
from scoring.store.store import Store
from scoring.store.tables import AuditHead, Card, Computation, FrameFile, InputFile, ProblemRow, Run, Seal, SealHead


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that is not as it was stored: the seal or the event of a review it concerns, and what is wrong."""

    seal: int | None
    period: str | None
    what: str
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was looked at, the hash of the last seal, and what is broken, the first link first.

    `unentered` is how many of the runs the audit log does not tell of, as they were stored by an earlier bookscore and
    none has been since. `entries` and `log_head` are how many entries the audit log has, and the hash of the last;
    `events` and `review_head` the same of the reviews, and `documents` how many of theirs were looked at.
    """

    seals: int
    runs: int
    unentered: int
    frames: int
    entries: int
    events: int
    documents: int
    head: str | None
    log_head: str | None
    review_head: str | None
    broken: tuple[Broken, ...]


def verify(store: Store, head: str | None = None, entry: str | None = None, review: str | None = None) -> Verified:
    """Whether stored rows and frames are as they were stored.

    Under a seal every row of all that was computed before counts, and the order in which it was; the same of all runs
    that are entered in the audit log, sealed or not. A run that is neither, as only an earlier bookscore left any, is
    held against its own hash, which leaves out frames and order. `head` is the hash of the last seal, `entry` that of
    an entry of the audit log and `review` that of an event of a review, as they were written down elsewhere: who can
    write the whole database can make a chain anew, but not that.
    """
    try:
        return _verified(store, head, entry, review)
    except DBAPIError as error:
        if (what := trouble(error)) is None:
            raise
        return Verified(0, 0, 0, 0, 0, 0, 0, None, None, None, (Broken(None, None, what),))


def _verified(store: Store, head: str | None, entry: str | None, review: str | None) -> Verified:
    with reading(store.engine) as session:
        look = _Look(session, store.frames)
        walk = Walk(session, lambda path: _sha256(store.frames / path), review)
        chain = session.exec(select(Seal).order_by(col(Seal.number))).all()
        runs = session.exec(select(Run).order_by(Run.run_id)).all()
        sealed = {seal.run_id for seal in chain}
        found = [
            *_damage(session),
            *look.chain(chain, head),
            *(b for seal in chain for b in look.frames_of(seal.run_id, seal)),
            *(b for run in runs if run.run_id not in sealed for b in look.run(run)),
            *(Broken(*each) for each in reopening.broken(session, chain)),
            *look.log(),
            *look.entered(),
            *(Broken(None, each.period, each.what, each.number) for each in walk.broken()),
            *(Broken(None, None, what) for what in log.broken(session, entry)),
        ]
        unentered = 0 if entered.is_told(session) else len(runs)
        entries, log_head = end_of(session, AuditHead)
    last = chain[-1].sha256 if chain else None
    return Verified(
        seals=len(chain),
        runs=len(runs),
        unentered=unentered,
        frames=len(look.files),
        entries=entries,
        events=walk.events,
        documents=walk.documents,
        head=last,
        log_head=log_head,
        review_head=walk.head,
        broken=tuple(found),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at the database; what is hashed is hashed once: `files` by path (None: gone), `contents` by run."""

    session: Session
    frames: Path
    files: dict[str, str | None] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)

    def chain(self, chain: Sequence[Seal], head: str | None) -> Iterator[Broken]:
        """What is wrong with seals, link by link."""
        before, number, after = "", 0, 0
        for seal in chain:
            number += 1
            if seal.number != number:
                yield Broken(seal.number, seal.period, f"seal {number} is missing")
                number = seal.number
            elif seal.before != before:
                yield Broken(
                    seal.number, seal.period, "it does not follow the seal before: one was changed or exchanged"
                )
            yield from (Broken(seal.number, seal.period, what) for what in self._link(seal, after))
            before, after = seal.sha256, seal.log_until
        if not ends_with(self.session, SealHead, number, before):
            yield Broken(
                None, None, "the chain does not end where it should: seals at its end are missing or exchanged"
            )
        if head is not None and not (before and before.startswith(head.lower())):
            yield Broken(None, None, f"the last seal is {before[:12] or 'none'}, not {head[:12]}")

    def _link(self, seal: Seal, after: int) -> Iterator[str]:
        try:
            is_same = record(seal).link_sha256 == seal.sha256
        except ValidationError:
            is_same = False
        if not is_same:
            yield "its own row was changed"
        run = self.session.get(Run, seal.run_id)
        if run is None:
            yield f"its run {seal.run_id[:12]} is gone"
        elif self._content(seal.run_id) != seal.content_sha256:
            where = self._differing(run) or "its row or the list of its frames"
            yield f"run {run.run_id[:12]} is not what was sealed: {where} changed"
        if log_sha256(self.session, after, seal.log_until, self._content) != seal.log_sha256:
            yield "what was computed before it was changed, removed or put into another order"

    def _content(self, run_id: str) -> str:
        if run_id not in self.contents:
            self.contents[run_id] = content_sha256(self.session, run_id)
        return self.contents[run_id]

    def run(self, run: Run) -> Iterator[Broken]:
        """What is wrong with a run that is not sealed."""
        if where := self._differing(run):
            yield Broken(None, run.period, f"run {run.run_id[:12]} is not what was stored: {where} changed")
        yield from self.frames_of(run.run_id)

    def frames_of(self, run_id: str, seal: Seal | None = None) -> Iterator[Broken]:
        """Frames that are gone, or not what their name says; each file is read once, however many runs share it."""
        named = select(FrameFile).where(FrameFile.run_id == run_id).order_by(FrameFile.name)
        for frame in self.session.exec(named):
            if frame.path not in self.files:
                self.files[frame.path] = _sha256(self.frames / frame.path)
            if self.files[frame.path] != frame.sha256:
                is_gone = self.files[frame.path] is None
                what = f"frame {frame.name} of run {run_id[:12]} {'is gone' if is_gone else 'was changed'}"
                yield Broken(seal.number if seal else None, seal.period if seal else None, what)

    def log(self) -> Iterator[Broken]:
        """Computations of no run, or of another period than the run's."""
        for one in self.session.exec(select(Computation).order_by(col(Computation.number))):
            run = self.session.get(Run, one.run_id)
            if run is None or run.period != one.period:
                yield Broken(None, one.period, f"computation {one.number} is not of the run it names")

    def entered(self) -> Iterator[Broken]:
        """What is not as the audit log tells of runs, if it does."""
        if entered.is_told(self.session):
            yield from (Broken(None, *each) for each in entered.broken(self.session, self._content))

    def _differing(self, run: Run) -> str | None:
        """What of the run is not as its own hash says; None where all is."""

        def parts(table: type[SQLModel]) -> list[dict[str, Any]]:
            rows = sorted(rows_of(self.session, table, run.run_id), key=lambda row: str(row["position"]).zfill(20))
            return [{name: v for name, v in row.items() if name not in ("run_id", "position")} for row in rows]

        words = "its totals, cards, problems or files"
        (own,) = rows_of(self.session, Run, run.run_id)
        own = {name: v for name, v in own.items() if name not in ("created_at", "results_sha256")}
        try:
            made = Content(
                RunRecord.model_validate(own, strict=False),
                tuple(CardRecord.model_validate(row) for row in parts(Card)),
                tuple(ProblemRecord.model_validate(row, strict=False) for row in parts(ProblemRow)),
                tuple(FileRecord.model_validate(row) for row in parts(InputFile)),
            )
        except ValidationError:
            return words
        return None if made.sha256 == run.results_sha256 else words


def _damage(session: Session) -> Iterator[Broken]:
    """What SQLite itself finds wrong with its file: a page of an index, say, that nothing else here reads."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for (what,) in connection.exec_driver_sql("PRAGMA quick_check(1)"):
            if what != "ok":
                yield Broken(None, None, f"the database is damaged ({' '.join(what.split())})")


def _sha256(path: Path) -> str | None:
    """The hash of the file, None where there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
