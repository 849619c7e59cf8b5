"""What may be said of a score? Its grade of evidence, its label, and why there is none."""

import numpy as np
from numpy.typing import NDArray

from scoring.peers.books import Codes, Vector

LEAST_Z = 0.30
MEDIUM_Z = 0.50
HIGH_Z = 0.70
SURE = 0.90

REASONS = {
    "no_eligible_accounts": "None of the accounts has what the rules look at: all are new, paid nothing on the first "
    "day, or have no figure.",
    "too_few": "The rules ask for more accounts, or answers, than there are.",
    "too_few_accounts": "There are too few accounts to tell chance from work.",
    "no_variation": "All accounts did the same, so there is nothing to tell managers apart by.",
    "no_peers": "There are fewer managers to compare with than the rules ask for: five, unless they say otherwise.",
    "thin_evidence": "Too little of the difference can be believed for a score to be published.",
}
"""Why there is no score, or none that is published, in the order in which it is found out."""

Words = NDArray[np.str_]


def of_own(z: Vector, own_part: Vector) -> Vector:
    """Z if accounts count by the part of them that was the manager's: n in n / (n + k) is `own_part` times what it was.

    An average shows how accounts did, and not for how long somebody looked after them.
    """
    left = own_part * z + 1 - z
    return np.divide(own_part * z, left, out=np.zeros_like(z), where=left > 0)


def grades(z: Vector, least: float = LEAST_Z) -> Words:
    """`none` (not published), `low`, `medium` or `high`; only `high` may be quoted in a decision of consequence."""
    return np.select([z < least, z < MEDIUM_Z, z < HIGH_Z], ["none", "low", "medium"], "high")


def labels(chance_above: Vector, sure: float = SURE) -> Words:
    """`above` or `below` the peers where that is sure enough, else `in line`."""
    return np.select([chance_above >= sure, 1 - chance_above >= sure], ["above", "below"], "in line")


def reasons(z: Vector, peers: Codes, least: float = LEAST_Z) -> Words:
    """Why a manager's figure is not published, by its evidence; empty where it is."""
    return np.select([peers == 0, z < least], ["no_peers", "thin_evidence"], "")
