"""What would somebody see if the rules had other weights? Everything is worked out over all, and shown as ever."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.compare.what_if import Moves, changes, reweighed
from scoring.scorecard.cards import Card
from scoring.view.seen import Seen


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The cards that somebody sees under other weights, and how they stand beside those of the run.

    `own` and `asked` are weights by rule, `labels` what the rules measure. `moves` is of the managers seen.
    """

    own: Mapping[str, float]
    asked: Mapping[str, float]
    labels: Mapping[str, str]
    cards: tuple[Card, ...]
    moves: Moves


def what_if(seen: Seen, weights: Mapping[str, float]) -> WhatIf:
    """The run under these weights; rules that are not named keep theirs. Nothing is saved.

    Raises WeightsError, and NotReweighableError where the run does not hold what it takes.
    """
    found = seen.shelf.basis(seen.run_id)
    asked = found.asked(weights)
    cards = seen.sight.of(reweighed(found, asked))
    return WhatIf(found.weights, asked, found.labels, cards, changes(seen.cards, cards))
