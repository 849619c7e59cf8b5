"""What does the page of the data show? Which files were read, how old they are, and what was wrong in them."""

from dataclasses import asdict, dataclass
from typing import Any

from fastapi import APIRouter

from scoring.web.desk import Seeing
from scoring.web.pages.answering import Page, add_page

router = APIRouter()

_COLUMNS = ("severity", "file", "row", "column", "value", "what", "remedy")


@dataclass(frozen=True, slots=True)
class HealthAnswer:
    """The inputs of a run, its problems, what made trust doubtful, and its totals."""

    run_id: str
    period: str
    as_of: str
    inputs: list[dict[str, Any]]
    problems: list[dict[str, Any]]
    trust: list[Any]
    notes: list[str]


def health(seen: Seeing) -> Page:
    """The page about the data behind a run, for those who see everything."""
    summary, problems = seen.summary, [asdict(problem) for problem in seen.problems]
    notes = list(summary["company"]["notes"])
    return Page(
        "health.html.j2",
        f"Data, {seen.period}",
        HealthAnswer(
            seen.run_id,
            seen.period,
            summary["as_of"],
            list(summary["inputs"]),
            problems,
            list(summary["trust"]),
            notes,
        ),
        _COLUMNS,
        [[_cell(problem[name]) for name in _COLUMNS] for problem in problems],
        {"summary": summary, "problems": [problem for problem in seen.problems if problem.what not in notes]},
        "health",
        seen.period,
        seen.run_id,
        "the data",
    )


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


add_page(router, "/periods/{period}/data", health, HealthAnswer, "The files behind a run, and what was wrong in them.")
