"""What is written about data that cannot be trusted? What each gate may do to scores, and from where on."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from scoring.rules.kinds import Part, Settings

Effect = Literal["off", "degrade", "withhold"]


def _in_order(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("must name the lower limit first; write it like [10%, 33%]")
    return limits


Limits = Annotated[tuple[Part, Part], AfterValidator(_in_order)]
"""Above the first scores are degraded, above the second withheld."""


class Trust(Settings):
    """When scores are not to be trusted, and what becomes of them then: the most that each gate may do.

    A degraded score is shown with the reason, sets nobody apart, and its evidence counts one step less. Of a withheld
    one the reason is shown instead. The score of the period before passes the same gates, and is nothing to compare
    with where it is withheld.
    """

    freshness: Effect = Field("withhold", description="For tables that stop well before the period ends.")
    silence: Limits = Field(
        (0.10, 0.33),
        description="Parts of the period, at its end, of which a table says nothing, although it never was silent for "
        "nearly as long before: above the first scores are degraded, above the second withheld.",
    )
    coverage: Effect = Field("withhold", description="For rows that were set aside.")
    set_aside: Limits = Field(
        (0.03, 0.10),
        description="Parts of a manager's opening revenue whose accounts had rows set aside, or of a file's rows; "
        "exclusions count by revenue alone.",
    )
    totals: Effect = Field("withhold", description="For differences from the table controls, to the cent.")
    unmatched: Effect = Field("withhold", description="For rows whose account or manager is in no export.")
    unknown_ids: Limits = Field((0.01, 0.05), description="Parts of a table's rows, or of its amounts, that are so.")
    cliffs: Effect = Field(
        "degrade", description="For months with far fewer rows than each of the twelve months before."
    )
    cliff: Part = Field(
        0.5, description="Part of the usual rows of a month below which it is one, if chance does not explain it."
    )
    page_sizes: Effect = Field(
        "degrade",
        description="For files of exactly as many rows as exports are often cut at, such as 10,000; a control total "
        "of the whole file, or ids that are all found, clear them.",
    )
