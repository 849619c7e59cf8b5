"""Why are two numbers not the same? Two definitions, two runs, or two rulebooks, and what makes the difference."""

from scoring.compare.bridging import Bridge, Step, bridges
from scoring.compare.changes import Change, changes
from scoring.compare.differences import Difference, Side
from scoring.compare.folder import Company, Comparison, compare, of_folder
from scoring.compare.moves import Moved
from scoring.compare.rulebooks import Simulation, simulate
from scoring.compare.runs import diff

__all__ = [
    "Bridge",
    "Change",
    "Company",
    "Comparison",
    "Difference",
    "Moved",
    "Side",
    "Simulation",
    "Step",
    "bridges",
    "changes",
    "compare",
    "diff",
    "of_folder",
    "simulate",
]
