"""What would scores be if the rules weighed otherwise? From what a run keeps, without its exports."""

from scoring.compare.what_if.basis import FRAMES, Basis, basis
from scoring.compare.what_if.moves import Move, Moves, changes
from scoring.compare.what_if.refusals import NotReweighableError, WeightsError
from scoring.compare.what_if.reweighed import reweighed

__all__ = [
    "FRAMES",
    "Basis",
    "Move",
    "Moves",
    "NotReweighableError",
    "WeightsError",
    "basis",
    "changes",
    "reweighed",
]
