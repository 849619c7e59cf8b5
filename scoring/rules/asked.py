"""What does a rulebook say of facts beside revenue? Surveys, signs of use, onboarding, acquisition, entry."""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from scoring.document import Flaw, flawed
from scoring.rules.kinds import Settings, Text

_SCALE = re.compile(r"([0-9]{1,3})-([0-9]{1,3})")

LEAST_N = {"nps": 30, "csat": 30}
"""Answers below which a survey is not scored, unless `min_n` says otherwise."""


class Voice(Settings):
    """Which survey answers count, and whose they are."""

    window: Literal["period", "12m"] = Field(
        "period", description="Answers of the scored period, or of the 12 months to its end."
    )
    credit: Literal["when_asked", "when_answered"] = Field(
        "when_asked",
        description="An answer belongs to who held the account on the day of the question (`asked_on`; of the "
        "answer where that is not known), or of the answer.",
    )
    exclude: tuple[Text, ...] = Field(
        (),
        description="Respondents that do not count: `@our.com` for who ends so, other text for who has it as a "
        "word of its own, such as `test`.",
    )
    csat_scales: dict[str, tuple[int, ...]] = Field(
        {}, description="Scale of csat, such as `1-7`, to the answers that count as satisfied; 1-5 is known."
    )

    @model_validator(mode="after")
    def _scales_hold_their_answers(self) -> Self:
        flaws = []
        for scale, boxes in self.csat_scales.items():
            found = _SCALE.fullmatch(scale)
            low, high = (int(edge) for edge in found.groups()) if found else (0, 0)
            if low >= high:
                flaws.append(Flaw(("csat_scales", scale), "{key} is no scale", "write it like 1-7"))
            elif not boxes or not all(low <= box <= high for box in boxes):
                what = "{key} names no answers of that scale"
                flaws.append(Flaw(("csat_scales", scale), what, f"write some of {low} to {high}, as [{high}]", ""))
        if flaws:
            raise flawed(flaws)
        return self


class Input(Settings):
    """One sign of use, and how it becomes 0 to 100."""

    kind: Text = Field(description="The kind of activity, as the activities name it.")
    take: Literal["last", "mean", "sum", "count"] = Field(
        "last",
        description="The last value of the window, the mean or the sum of all, or how many there are. A count of "
        "nothing is 0 where the exports hold the kind at all; the others are then missing.",
    )
    window_days: int = Field(90, ge=1, le=3660, description="The days before the end that are looked at.")
    lo: float = Field(0.0, description="The value that gives 0; beyond it is no less.")
    hi: float = Field(description="The value that gives 100; beyond it is no more. Below `lo` where less is better.")
    weight: float = Field(gt=0, le=1000, description="Weight among the inputs; any sum will do.")
    expires_days: int | None = Field(
        None, ge=1, le=3660, description="A sign whose last row is older than this is missing, and a count 0; "
        "empty: no sooner than the window says.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _ends_differ(self) -> Self:
        if self.lo == self.hi:
            raise flawed([Flaw(("hi",), "{key} is the same as lo", "they must differ")])
        return self


class Engagement(Settings):
    """How signs of the customer's use become a score of the account, 0 to 100."""

    inputs: tuple[Input, ...] = Field((), description="The signs that count; none: engagement is not measured.")
    missing: Literal["reweight", "neutral", "zero"] = Field(
        "reweight",
        description="A sign that is missing: the others carry its weight, or it counts as 50, or as 0. The coverage "
        "says how much of the weight was there.",
    )
    exclude: tuple[Text, ...] = Field(
        (), description="Kinds of activity that are the manager's own work, such as calls logged: an input of "
        "such a kind is refused.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _own_work_is_no_engagement(self) -> Self:
        flaws = [
            Flaw(("inputs", n, "kind"), "{key} is excluded, as the manager's own work", "delete the input")
            for n, one in enumerate(self.inputs)
            if one.kind in self.exclude
        ]
        if flaws:
            raise flawed(flaws)
        return self


class Onboarding(Settings):
    """From which milestone to which time to value runs, and over whom."""

    from_: Text = Field("signed", alias="from", description="The kind of milestone with which it starts.")
    to: Text = Field("first_value", description="The kind of milestone with which it is reached.")
    window: Literal["12m", "period", "ever"] = Field(
        "12m", description="Accounts that started in the 12 months to the period's end, in the period, or ever."
    )


class Acquisition(Settings):
    """Which costs are for winning customers, and for which new ones."""

    lag: int = Field(
        0, ge=0, le=12, description="How many periods earlier the money was spent than the customers came."
    )
    kinds: tuple[Text, ...] = Field(("acquire",), description="Kinds of cost that are spent to win customers.")
    expand: tuple[Text, ...] = Field(("expand",), description="Kinds of cost that are spent to sell more to them.")


class Completeness(Settings):
    """When an account counts as completely entered."""

    contact: tuple[Text, ...] = Field((), description="Kinds of activity that are a contact; none: all of them.")
    contact_days: int = Field(90, ge=1, le=3660, description="A contact counts for this many days.")
