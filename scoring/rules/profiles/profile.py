"""What is a profile? A name, a sentence, and what its maker says of each policy, with where it is said."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from scoring import document
from scoring.errors import ProblemsFoundError

Name = Literal["baremetrics_like", "chartmogul_like", "mrr_playbook", "profitwell_like", "stripe_like"]
NAMES: tuple[str, ...] = get_args(Name)

DEFINING = (
    "policies.weeks",
    "policies.discounts",
    "policies.past_due_days",
    "policies.churn_date",
    "policies.early_renewal_days",
    "policies.gap_tolerance_days",
    "policies.fx",
    "policies.movements",
    "policies.reactivation_window_days",
    "retention_window",
    "retention.reactivation_counts",
    "retention.contraction_counts",
    "retention.free_accounts",
    "quick_ratio.reactivation_counts",
)
"""The settings in which definitions differ, in the order in which they are switched: amounts, days, rates."""

BASIS = {
    "retention_window": "contracts",
    "policies.weeks": "contracts",
    "policies.discounts": "contracts",
    "policies.past_due_days": "contracts",
    "policies.churn_date": "contracts",
    "policies.early_renewal_days": "contracts",
    "policies.gap_tolerance_days": "contracts",
    "policies.movements": "contracts",
    "retention.free_accounts": "contracts",
}
"""The settings that say nothing on invoices."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stated(_Frozen):
    """What is said of a setting that is as ours, and where."""

    setting: str
    says: str
    source: str


class Differing(Stated):
    """What is said of a setting that is not as ours, and its value."""

    value: bool | int | str | None


class Profile(_Frozen):
    """A named set of policies: those that differ from our default, those said to be the same, and what stays apart."""

    name: Name
    words: str
    policies: tuple[Differing, ...]
    same: tuple[Stated, ...]
    apart: str

    @property
    def values(self) -> dict[str, Any]:
        """Setting to its value, where it is not our default, in the order of switching."""
        return {p.setting: p.value for p in sorted(self.policies, key=lambda p: DEFINING.index(p.setting))}

    @property
    def sources(self) -> tuple[str, ...]:
        """The pages that were read, each once."""
        return tuple(dict.fromkeys(s.source for s in (*self.policies, *self.same)))

    @property
    def silent(self) -> tuple[str, ...]:
        """The settings of which nothing was found, so that our default holds."""
        said = {s.setting for s in (*self.policies, *self.same)}
        return tuple(s for s in DEFINING if s not in said)


@cache
def profile(name: str) -> Profile:
    """The profile of that name."""
    file = f"{name}.yaml"
    read = document.read_text(file, files("scoring.rules.profiles").joinpath(file).read_text(encoding="utf-8"))
    found, problems = read.fit(Profile)
    if found is None or read.problems:
        raise ProblemsFoundError((*read.problems, *problems))
    return found


def profiles() -> tuple[Profile, ...]:
    """All profiles, by name."""
    return tuple(profile(name) for name in NAMES)
