"""How can a value be graded? By a line between a floor and a target, or by bands."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from scoring.document import Flaw, flawed
from scoring.rules.kinds import Ratio, Settings, Text

Direction = Literal["higher", "lower"]


class Linear(Settings):
    """0 points at the floor, 100 at the target, a straight line between, and never less or more."""

    floor: Ratio = Field(description="Value that gives 0 points; values that are worse give 0, too.")
    target: Ratio = Field(description="Value that gives 100 points; values that are better give 100, too.")

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.floor == self.target:
            raise flawed([Flaw(("floor",), "{key} equals the target", "move one of them")])
        return self

    @property
    def direction(self) -> Direction:
        """Which way is better: towards the target."""
        return "higher" if self.target > self.floor else "lower"


class Band(Settings):
    """One band: from a value on, towards the better side, up to where the next band begins."""

    from_: Ratio = Field(alias="from", description="Where the band begins; the edge belongs to the band.")
    points: float = Field(ge=0, le=100, description="Points of every value in the band, 0 to 100.")


class Bands(Settings):
    """Fixed points for ranges of values. What is worse than every band gives 0 points."""

    bands: tuple[Band, ...] = Field(min_length=1, description="The bands, in any direction but in order.")
    better: Direction | None = Field(None, description="Which way is better; the metric's own direction when left out.")

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        steps = [(b.from_ - a.from_, b.points - a.points) for a, b in pairwise(self.bands)]
        flaws = []
        for n, (way, gain) in enumerate(steps, 1):
            if way * steps[0][0] <= 0:
                flaws.append(Flaw(("bands", n, "from"), "{key} is out of order", "sort the bands by `from`"))
            elif gain * steps[0][1] <= 0:
                what, remedy = "{key} does not go on rising or falling", "give better bands more points"
                flaws.append(Flaw(("bands", n, "points"), what, remedy))
        if flaws:
            raise flawed(flaws)
        if self.better and self.implied and self.better != self.implied:
            what = f"{{key}} is {self.better}, but the points rise the other way"
            raise flawed([Flaw(("better",), what, "give better bands more points")])
        return self

    @property
    def implied(self) -> Direction | None:
        """The direction in which the points rise; None with a single band."""
        first, last = self.bands[0], self.bands[-1]
        rise = (last.from_ - first.from_) * (last.points - first.points)
        return None if rise == 0 else "higher" if rise > 0 else "lower"


def _branch(value: object) -> str:
    has_bands = "bands" in value if isinstance(value, Mapping) else isinstance(value, Bands)
    return "Bands" if has_bands else "Linear"


Grade = Annotated[Annotated[Linear, Tag("Linear")] | Annotated[Bands, Tag("Bands")], Discriminator(_branch)]
"""`floor` and `target`, or `bands`."""


class Segments(Settings):
    """Other grades for some kinds of accounts; the rest keeps the rule's own grade."""

    by: Text = Field(description="The account's attribute that tells the kinds apart, such as segment.")
    grades: dict[str, Grade] = Field(min_length=1, description="Kind of account to its grade.")
