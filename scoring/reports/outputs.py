"""What does a run leave in a folder? Files under stable names, which appear together or not at all."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.errors import BookscoreError
from scoring.reports import folder as pages
from scoring.reports.swap import replacing
from scoring.run import Run, json_text
from scoring.scorecard.cards import Card

RUN, CARDS = "run.json", "scorecards.json"
FRAMES = (
    "measures", "book", "movements", "lines", "lifetime", "cohorts", "churn_reasons", "compared", "estimates",
    "account_points", "expectations", "account_kinds", "matches",
)  # fmt: skip
PRIOR = "prior_periods"
"""The frame that there is where an earlier period is sealed."""
_OURS = {RUN, CARDS, pages.LEAGUE, pages.CARDS, *(f"{name}.parquet" for name in (*FRAMES, PRIOR))}


@dataclass(frozen=True, slots=True)
class Results:
    """What a run leaves in a folder, where it is taken from the store: as `Run` names them."""

    summary: Mapping[str, Any]
    cards: Sequence[Card]
    company: Mapping[str, Any]
    packed: Mapping[str, bytes]


class NotOursError(BookscoreError):
    """A run would have to replace what it did not make."""

    def __init__(self, place: Path, why: str) -> None:
        super().__init__(f"{place} {why}, so nothing was written; name an empty or a new folder with --out")


def refuse_foreign(out: Path) -> None:
    """Raises NotOursError unless the folder is empty, absent, or holds a run and nothing else."""
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir():
        raise NotOursError(out, "is no folder")
    names = {path.name for path in out.iterdir()}
    if names and not _is_run(out / RUN):
        raise NotOursError(out, "was not made by bookscore: it holds files and no run.json of ours")
    further = sorted(names - _OURS) + _beside_cards(out / pages.CARDS)
    if further:
        raise NotOursError(out, f"holds something that no run wrote ({further[0]})")


def write(run: Run | Results, out: Path) -> list[Path]:
    """The files of the run, written into `out` in place of the run that was there.

    A reader finds a whole run, and a failure leaves the old one. The same run gives the same bytes. Raises
    NotOursError.
    """
    refuse_foreign(out)
    with replacing(out) as made:
        names = _fill(made, run)
    return [out / name for name in names]


def _fill(made: Path, run: Run | Results) -> list[str]:
    """The names of the files, once they are written."""
    texts = {RUN: json_text(run.summary), CARDS: json_text(list(run.cards))}
    contents = {name: text.encode() for name, text in texts.items()}
    contents |= {f"{name}.parquet": run.packed[name] for name in (*FRAMES, PRIOR) if name in run.packed}
    for name, content in contents.items():
        (made / name).write_bytes(content)
    written = pages.write(run.cards, run.company, made)
    return [*contents, *(path.relative_to(made).as_posix() for path in written)]


def _is_run(path: Path) -> bool:
    """Whether the file is a run.json of ours."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and {"run_id", "engine", "rules"} <= found.keys()


def _beside_cards(cards: Path) -> list[str]:
    found: Iterable[Path] = cards.iterdir() if cards.is_dir() else ()
    return sorted(f"{cards.name}/{p.name}" for p in found if p.suffix != ".html" or not p.is_file())
