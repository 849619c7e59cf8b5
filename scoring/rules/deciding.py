"""What does a setting decide? The book of a period, what accounts did in a quarter, or only how they are judged."""

from scoring.rules.rulebook import Rulebook

NO_BOOK = frozenset(
    {
        "name", "goal", "version", "effective_from", "supersedes", "profile", "method", "window", "responsibility",
        "expectation", "weights", "winsor", "credibility", "rules", "missing", "min_coverage", "min_n", "breakdowns",
        "interval", "grades", "publish", "trust", "digests",
    }
)  # fmt: skip
"""Settings that decide nothing about what is in a book of a given period."""

NO_QUARTERS = NO_BOOK - {"responsibility", "expectation"}
"""Settings that decide nothing about what accounts did in a quarter, and whose they were; rules do by their metrics."""


def leaves_quarters(old: Rulebook, new: Rulebook) -> bool:
    """Whether accounts did the same in every quarter under both, and were the same managers'."""
    asked = [[(rule.metric, rule.of) for rule in book.rules] for book in (old, new)]
    same = (getattr(old, f) == getattr(new, f) for f in type(old).model_fields if f not in NO_QUARTERS)
    return asked[0] == asked[1] and all(same)
