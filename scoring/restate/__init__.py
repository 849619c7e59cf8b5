"""What do we know of the past that an earlier run did not? Rows that changed, and the lines they become."""

from scoring.restate.changed import CHANGES, changed, exchanged
from scoring.restate.prior import PRIOR, Prior, prior_periods
from scoring.restate.sealed import Sealed, as_scored
from scoring.restate.telling import on_cards, prior_json, seals_json
from scoring.restate.told import RowChange, told

__all__ = [
    "CHANGES", "PRIOR", "Prior", "RowChange", "Sealed", "as_scored", "changed", "exchanged", "on_cards", "prior_json",
    "prior_periods", "seals_json", "told",
]  # fmt: skip
