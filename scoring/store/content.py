"""How is a run turned into rows? All of its parts, validated, and the hash that tells them from others."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlmodel import SQLModel

from scoring.errors import Problem
from scoring.store.records import (
    CardRecord,
    FileRecord,
    FrameRecord,
    ProblemRecord,
    RunRecord,
    card_record,
)
from scoring.store.tables import Card, FrameFile, InputFile, ProblemRow, Run

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a run says, but for its frames, whose bytes differ from one library to the next."""

    run: RunRecord
    cards: tuple[CardRecord, ...]
    problems: tuple[ProblemRecord, ...]
    files: tuple[FileRecord, ...]

    @property
    def sha256(self) -> str:
        """The hash of everything."""
        digest = hashlib.sha256()
        for record in (self.run, *self.cards, *self.problems, *self.files):
            digest.update(record.model_dump_json().encode() + b"\n")
        return digest.hexdigest()

    def rows(self, frames: Sequence[FrameRecord], created_at: str) -> list[tuple[type[SQLModel], Rows]]:
        """The rows to add, by table, in the order that references ask for."""
        of_run = {"run_id": self.run.run_id}
        run = {**self.run.model_dump(mode="json"), "created_at": created_at, "results_sha256": self.sha256}
        return [
            (Run, [run]),
            (Card, _numbered(self.cards, of_run)),
            (ProblemRow, _numbered(self.problems, of_run)),
            (InputFile, _numbered(self.files, of_run)),
            (FrameFile, [{**of_run, **f.model_dump(mode="json")} for f in frames]),
        ]


def content(
    run: RunRecord,
    cards: Sequence[Mapping[str, Any]],
    problems: Sequence[Problem],
    files: Sequence[FileRecord],
) -> Content:
    """The content of a run. Raises pydantic's ValidationError where a part is not what it should be."""
    told = (ProblemRecord.model_validate(p, from_attributes=True) for p in problems)
    return Content(run, tuple(card_record(c) for c in cards), tuple(told), tuple(files))


def _numbered(records: Sequence[BaseModel], of_run: Mapping[str, str]) -> Rows:
    return [{**of_run, "position": n, **r.model_dump(mode="json")} for n, r in enumerate(records)]
