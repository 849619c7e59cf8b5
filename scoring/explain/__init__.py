"""Where does a score come from? From points to rules, metrics, accounts, movements and rows, adding up exactly."""

from scoring.explain.comparison import AccountQuarter, Added, ComparedAccount, Comparison, Reason, added
from scoring.explain.ends import ends_of
from scoring.explain.evidence import Evidence, of_stored
from scoring.explain.model import (
    Account,
    Explanation,
    Kind,
    Line,
    Measured,
    Movement,
    Part,
    SourceRow,
    Whole,
    plain,
)
from scoring.explain.reaching import Need, Reach, WonBack, reach
from scoring.explain.refusals import AccountNameError, AmbiguousNameError, UnexplainedError, UnknownNameError
from scoring.explain.score import explain, lines_of
from scoring.explain.whose import card_of

__all__ = [
    "Account",
    "AccountNameError",
    "AccountQuarter",
    "Added",
    "AmbiguousNameError",
    "ComparedAccount",
    "Comparison",
    "Evidence",
    "Explanation",
    "Kind",
    "Line",
    "Measured",
    "Movement",
    "Need",
    "Part",
    "Reach",
    "Reason",
    "SourceRow",
    "UnexplainedError",
    "UnknownNameError",
    "Whole",
    "WonBack",
    "added",
    "card_of",
    "ends_of",
    "explain",
    "lines_of",
    "of_stored",
    "plain",
    "reach",
]
