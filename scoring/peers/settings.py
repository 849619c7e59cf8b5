"""What can be chosen about comparing managers? The settings of the peers' engine, with their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scoring.peers.credibility import LEAST_PEERS
from scoring.peers.evidence import LEAST_Z, SURE
from scoring.peers.intervals import COVERAGE
from scoring.peers.noise import PRIOR_ACCOUNTS
from scoring.peers.spread import PRIOR_MANAGERS
from scoring.peers.table import FOLDS, RIDGE
from scoring.peers.weights import SIZE_POINTS, Kind

FEATURES = ("segment", "size_band", "tenure_band", "tier", "industry", "region", "quarter")


@dataclass(frozen=True, slots=True)
class Fairness:
    """How managers are compared.

    `quarter_weights` are those of the latest quarter, the one before, and so on. `groups` are columns of the
    managers that name peer groups, from narrow to wide; the company comes last of itself. With `draws_groups` the mean
    of such a group is drawn to that of all. `spreads` overrides the policy value (tau0) of a metric; `frozen_k` gives
    a metric the k = s2 / tau2 of a calibration.
    """

    features: tuple[str, ...] = FEATURES
    groups: tuple[str, ...] = ()
    segment: str = "segment"
    account_weights: Kind = "size_points"
    points: tuple[float, ...] = SIZE_POINTS
    max_share: float | None = None
    quarter_weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    within_books: bool = True
    ridge: float = RIDGE
    folds: int = FOLDS
    prior_accounts: float = PRIOR_ACCOUNTS
    prior_managers: float = PRIOR_MANAGERS
    spreads: Mapping[str, float] = field(default_factory=dict)
    frozen_k: Mapping[str, float] = field(default_factory=dict)
    coverage: float = COVERAGE
    compare: bool = False
    least_peers: int = LEAST_PEERS
    draws_groups: bool = False
    least_z: float = LEAST_Z
    sure: float = SURE
    joint: bool = False
