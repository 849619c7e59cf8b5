"""May a score be given as it is? What is said of it where the data are not to be trusted as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Standing = Literal["full", "degraded", "withheld"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a score is given as it is, degraded or withheld, and why: sentences, the gravest first."""

    standing: Standing = "full"
    reasons: tuple[str, ...] = ()

    @property
    def as_json(self) -> dict[str, Any]:
        """The verdict as it stands on a card."""
        return {"level": self.standing, "reasons": list(self.reasons)}


FULL = Verdict()
NOBODY: Mapping[str, Verdict] = MappingProxyType({})
"""The verdicts where nobody is in doubt."""
