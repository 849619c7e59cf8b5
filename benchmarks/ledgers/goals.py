"""What is asked of the engine, and does it hold? Ratios to the others, growth with size, memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from statistics import fmean, median

from side_by_side import Contender

OURS, BEST, PLAIN, PANDAS, FLOOR = "bookscore", "DuckDB, best form", "DuckDB, plain form", "pandas", "floor"
CSV = ", CSV"

Runs = Mapping[str, Mapping[str, Contender]]
"""By size, small to large, the contenders that ran."""

OF_DUCKDB, OF_FLOOR, OF_SIZE, OF_MEMORY = 0.70, 3.0, 1.05, 4096
"""Times DuckDB's CPU and wall seconds, times the floor's CPU seconds, the exponent, and MiB at the largest size."""


@dataclass(frozen=True)
class Verdict:
    """A goal, what was found, and at most what it may be."""

    goal: str
    found: float
    limit: float

    @property
    def is_met(self) -> bool:
        """Whether the goal holds."""
        return self.found <= self.limit

    @property
    def row(self) -> list[str]:
        """Its line of the table."""
        return [self.goal, f"{self.found:,.2f}", f"{self.limit:,g}", "met" if self.is_met else "missed"]


def middle(one: Contender, figure: str) -> float:
    """The median of what it said of its work: "cpu", "wall", "read_mb"."""
    return median(float(said[figure]) for said in one.said)


def lines(made: Mapping[str, Contender]) -> int:
    """How many lines the ledger has; the floor counts them."""
    return int(made[FLOOR].said[0]["lines"])


def ratio(made: Mapping[str, Contender], name: str, peer: str, figure: str = "cpu") -> float | None:
    """Times what the peer needs, from files of the same kind; nothing where either did not run."""
    if name.endswith(CSV):
        peer += CSV
    if name not in made or peer not in made:
        return None
    return middle(made[name], figure) / middle(made[peer], figure)


def exponent(found: Runs, name: str) -> float | None:
    """How CPU seconds grow with lines, by least squares of logarithms; 1 is in step. Nothing for one size."""
    points = [(log(lines(made)), log(middle(made[name], "cpu"))) for made in found.values() if name in made]
    if len(points) < 2:
        return None
    x, y = (fmean(values) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def verdicts(found: Runs) -> Iterator[Verdict]:
    """Every goal that can be judged by what ran. DuckDB's best is whichever form was faster at the size."""
    for size, made in found.items():
        for figure, word in (("cpu", "CPU"), ("wall", "wall")):
            shares = [ratio(made, OURS, peer, figure) for peer in (BEST, PLAIN)]
            if known := [share for share in shares if share is not None]:
                yield Verdict(f"{size}: {word}, times DuckDB's", max(known), OF_DUCKDB)
        share = ratio(made, OURS, FLOOR)
        if share is not None and size != "S":
            yield Verdict(f"{size}: CPU, times the floor's", share, OF_FLOOR)
        if size == "L" and OURS in made:
            yield Verdict("L: peak MiB", median(made[OURS].peak_mib), OF_MEMORY)
    growth = exponent(found, OURS)
    if growth is not None:
        yield Verdict(f"{' to '.join(found)}: exponent of CPU", growth, OF_SIZE)
