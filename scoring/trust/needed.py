"""Which tables do scores rest on? Those that the rules' metrics, their basis and their owners are read from."""

from collections.abc import Collection, Mapping

from scoring.facts import margins, onboarding, spend, use, voice
from scoring.metrics.targets import TARGET_ATTAINMENT
from scoring.rules import Rulebook
from scoring.scorecard.of_rules import metric_of

ALWAYS = ("accounts", "managers", "rates", "exclusions")

OF_ACCOUNTS = ("exclusions",)
"""Tables whose rows each say something of one account: what is wrong with them counts by its revenue, as a list of two
rows with a slip in one would else say that nothing can be trusted."""

READ_FROM: Mapping[str, Collection[str]] = {
    "answers": (*voice.COUNTS, *voice.SCHEMA),
    "activities": (*use.SCHEMA, "is_contacted"),
    "milestones": (*onboarding.COUNTS, *onboarding.SCHEMA),
    "costs": spend.COLUMNS,
    "invoices": margins.COLUMNS,
    "ownership": ("is_owned",),
}
"""Table to the columns of a book that are read from it, besides those that come from the basis."""

_OWNED = ("history", "current")
"""The policies that ask the table of ownership."""


def needed(rulebook: Rulebook) -> frozenset[str]:
    """The tables without which a rule that has weight would have no, or another, value."""
    scored = [rule for rule in rulebook.rules if rule.weight > 0]
    columns = {name for rule in scored for name in metric_of(rule).columns}
    found = {*ALWAYS, rulebook.basis, *(table for table, names in READ_FROM.items() if columns & {*names})}
    if rulebook.ownership.policy in _OWNED:
        found.add("ownership")
    if any(rule.metric == TARGET_ATTAINMENT.name for rule in scored):
        found.add("targets")
    return frozenset(found)
