"""Why can a run not be weighed so? Weights that no rules could have, and runs that do not say."""

from collections.abc import Sequence

from scoring.errors import BookscoreError


class WeightsError(BookscoreError):
    """Weights that rules cannot have; everything that is wrong with them in one sentence."""

    def __init__(self, wrong: Sequence[str]) -> None:
        super().__init__("; ".join(wrong))


class NotReweighableError(BookscoreError):
    """The run does not hold what scores under such weights would be made from."""
