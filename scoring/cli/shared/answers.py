"""What does a command answer? Data and problems, as JSON or in words, and a code for the exit."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from scoring.cli.shared.streams import COMMAND, note, say_json
from scoring.errors import BookscoreError, Problem, Severity
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.intake import Request

DONE, FAILED, USAGE, DATA, RULES, DELIVERIES = range(6)
"""Exit codes: done; a bug or I/O; wrong usage; problems in the data; in the rules; some deliveries failed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out: `data` for other programs, the problems, and the exit code."""

    data: Any
    problems: Sequence[Problem] = ()
    code: int = DONE


def finish(answer: Answer, show: Callable[[], None], *, as_json: bool) -> None:
    """Tells the answer, in JSON or by `show`, and ends the command with its code."""
    if as_json:
        say_json(envelope(answer))
    else:
        show()
    if answer.code:
        raise typer.Exit(answer.code)


def envelope(answer: Answer) -> dict[str, Any]:
    """The answer as every command gives it with --json."""
    return {
        "ok": answer.code == DONE,
        "data": answer.data,
        "problems": [_problem(p) for p in answer.problems],
    }


def next_command(*words: str | Path, folder: Path = Path(), like: "Request | None" = None) -> None:
    """Says what to type next, with the folder and what a request asks for where the command takes them.

    A folder that is the current one is left out.
    """
    from scoring.cli.shared.typed import completed

    told = [shlex.quote(str(w)) for w in completed(words, folder, like) if str(w) not in (".", "")]
    note(f"{COMMAND}bookscore {' '.join(told)}")


def line_of(problem: Problem) -> str:
    """The problem in one line."""
    return f"{problem.severity}: {problem}"


def count(problems: Iterable[Problem]) -> str:
    """How many there are of each severity, as `3 errors, 1 note`; `no problems` where there are none."""
    severities = [p.severity for p in problems]
    told = [many(severities.count(s), str(s)) for s in Severity if s in severities]
    return ", ".join(told) or "no problems"


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of them stops a run."""
    return any(p.severity is Severity.ERROR for p in problems)


def label_of(score: float | None, label: str | None) -> str:
    """The label of a score, or why there is none: there is no score, or its method gives no labels."""
    return label or ("(no score)" if score is None else "(no label)")


def _problem(problem: Problem) -> dict[str, Any]:
    from scoring.run import problem_json

    return problem_json(problem)


@contextmanager
def else_next(*command: str | Path) -> Iterator[None]:
    """Names the next command where something is refused."""
    try:
        yield
    except BookscoreError as error:
        error.next = command  # type: ignore[attr-defined]
        raise
