"""What does the time go to? The steps of bookscore's history of a ledger, in CPU seconds of all threads.

uv run --group bench python benchmarks/ledgers stages FOLDER [--write]
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import ModuleType
from typing import Any

import in_bookscore
from floor import scanned
from side_by_side import Stages, between_markers, table

from scoring.packed import frames, history, summaries, valued

STEPS: tuple[tuple[str, ModuleType, str], ...] = (
    ("accounts to numbers", history, "ids_of"),
    ("contract lines to facts", summaries, "read_contracts"),
    ("at the rates of each quarter", valued, "of_facts"),
    ("movements", history, "walked"),
    ("levels and rungs", history, "levels"),
    ("invoices", history, "sales"),
    ("owners", history, "spans_of"),
    ("owners", history, "owners"),
)
FRAMES = {
    "sums": "sums", "book": "book, with names", "movements": "movements, with names", "orders": "orders, with names",
}  # fmt: skip
ORDER = (*dict.fromkeys(step for step, _, _ in STEPS), *FRAMES.values())


class InTurn:
    """Stands for threads: what is handed in is done at once, so that seconds of all threads are those of one step."""

    def __init__(self, _: int) -> None:
        pass

    def __enter__(self) -> "InTurn":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, work: Callable[..., Any], *arguments: Any, **options: Any) -> "Future[Any]":
        """The work, done."""
        done: Future[Any] = Future()
        done.set_result(work(*arguments, **options))
        return done

    def map(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        """The work, done for each piece."""
        return map(work, pieces)


def timed(stages: Stages, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, its time kept under the name of the step."""

    def done(*arguments: Any, **options: Any) -> Any:
        with stages(step):
            return work(*arguments, **options)

    return done


def measured(folder: Path) -> dict[str, float]:
    """Step to CPU seconds; `writing` is what is left of all, `floor` a bare scan of the same columns."""
    stages = Stages()
    history.ThreadPoolExecutor = frames.ThreadPoolExecutor = InTurn
    for step, module, name in STEPS:
        setattr(module, name, timed(stages, step, getattr(module, name)))
    frames.BY_SPAN, frames.AT_ONCE = (
        {name: timed(stages, FRAMES[name], make) for name, make in some.items()}
        for some in (frames.BY_SPAN, frames.AT_ONCE)
    )
    with stages("floor"):
        scanned(folder, "parquet")
    with tempfile.TemporaryDirectory() as out, stages("all"):
        in_bookscore.write(folder, Path(out), "parquet")
    steps = {step: stages.seconds[step] for step in ORDER}
    return {**steps, "writing": stages.seconds["all"] - sum(steps.values()), **stages.seconds}


def main(arguments: Sequence[str]) -> None:
    """Measures the ledger in a folder; with `--write` the table goes to the README."""
    found = measured(Path(arguments[0]))
    text = table(("step", "CPU s"), [(step, f"{found[step]:.2f}") for step in (*ORDER, "writing", "all", "floor")])
    print(text)
    if "--write" in arguments:
        between_markers("ledger stages", text)
