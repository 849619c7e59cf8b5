"""What of `limits.md` comes from the benchmarks? The error rates, read from where the benchmark writes them."""

from pathlib import Path

from scores_page import filled_with

ROOT = Path(__file__).parent.parent
DEFAULT = "| **G = F with credibility (default)** |"
NAIVE = "| A naive NRR, owner on the last day |"
COLUMNS = {
    "rank correlation with the true effect": 0,
    "average error, in points of retention": 4,
    "of the lowest tenth, not truly of the lowest tenth": 5,
    "of the lowest tenth, truly above the median": 6,
    "the same, where good managers have the hard books": 7,
    "luck with the book left in the score": 8,
    "the same, where unrecorded quality differs by book": 11,
    "true effects inside their 95 % range": 12,
}
"""What is said of a method, and in which column of the benchmark it stands."""


def filled(text: str) -> str:
    """The page with the figures as the benchmark has them."""
    return filled_with(text, passages((ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")))


def passages(benchmark: str) -> dict[str, str]:
    """Each passage by its name."""
    _, rest = benchmark.split("<!-- fairness -->")
    lines = rest.split("<!-- end of fairness -->")[0].splitlines()
    told = [line[2:] for line in lines if line.startswith("- ")]
    wanted = ("Labelled", "Dumping, default window")
    _, watched = benchmark.split("<!-- watch -->")
    return {
        "watch": watched.split("<!-- end of watch -->")[0].strip(),
        "errors": _errors(lines),
        "missed": missed_table(lines),
        "alarms": _gates(lines, "false alarms", "equal managers"),
        "labels": "\n".join(f"> {line}" for line in told if line.startswith(wanted[0])),
        "dumping": "\n".join(f"> {line}" for line in told if line.startswith(wanted[1])),
    }


def missed_table(lines: list[str]) -> str:
    """The gates that the benchmark says are missed."""
    rows = [line.replace("| **fail** |", "|") for line in lines if line.endswith("| **fail** |")]
    return "\n".join(["| missed | value | asked for |", "|---|---|---|", *rows]) if rows else "None is missed."


def _gates(lines: list[str], *beginnings: str) -> str:
    names = tuple(f"| {beginning}" for beginning in beginnings)
    rows = [f"{line.rsplit('|', 2)[0]}|" for line in lines if line.startswith(names)]
    return "\n".join(["| false alarms | value | asked for |", "|---|---|---|", *rows])


def _errors(lines: list[str]) -> str:
    """The default over a year and over a quarter, beside the naive ratio of a year."""
    year, quarter = (_cells(line) for line in lines if line.startswith(DEFAULT))
    naive = next(_cells(line) for line in lines if line.startswith(NAIVE))
    rows = [f"| {name} | {year[at]} | {quarter[at]} | {naive[at]} |" for name, at in COLUMNS.items()]
    return "\n".join(["| | four quarters | one quarter | plain retention, four quarters |", "|---|---|---|---|", *rows])


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")[2:-1]]
