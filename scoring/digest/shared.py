"""What may a shared channel be told? How many, and where to look; with names only who moved, and by how much."""

from collections.abc import Sequence
from dataclasses import replace

from scoring.digest.content import Correction, Moved


def without_persons(corrections: Sequence[Correction]) -> tuple[Correction, ...]:
    """The corrections with how many managers they concern, and none of them."""
    return tuple(replace(correction, managers=()) for correction in corrections)


def without_scores(movers: Sequence[Moved]) -> tuple[Moved, ...]:
    """Who moved and by how much: no score and no range of one, no account, and no cause."""
    return tuple(
        replace(moved, manager_id="", team=None, score=None, was=None, low=None, high=None, why=(), url=None)
        for moved in movers
    )
