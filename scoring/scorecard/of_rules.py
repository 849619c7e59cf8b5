"""What do the rules look at, and how? Read off the rulebook alone."""

from scoring.facts import lifetime_value
from scoring.metrics import CATALOGUE
from scoring.metrics.metric import Better, Metric
from scoring.metrics.targets import TARGET_ATTAINMENT
from scoring.rules import Rule, Rulebook

BELIEVING = ("oe_credibility", "joint")
"""The methods that weigh evidence."""
UNTESTED = ("raw", "weighted", "peer_percentile")
"""The methods that do not ask what chance would do, so that nobody is set apart."""


def metric_of(rule: Rule) -> Metric:
    """The metric whose values the rule looks at; for target attainment the one whose target is meant."""
    return CATALOGUE[rule.of if rule.metric == TARGET_ATTAINMENT.name and rule.of else rule.metric]


def label_of(rule: Rule) -> str:
    """What cards call the figure that the rule grades."""
    label = CATALOGUE[rule.metric].label
    return f"{label}: {metric_of(rule).label}" if rule.of else label


def better_of(rule: Rule) -> str:
    """Which way is good for what the rule grades; to reach more of a target is, unless less of the metric is better."""
    better = metric_of(rule).better
    return str(better if better is Better.LOWER else CATALOGUE[rule.metric].better)


def sign_of(rule: Rule) -> float:
    """-1 where less is better, else 1."""
    return -1.0 if better_of(rule) == "lower" else 1.0


def is_long(rule: Rule) -> bool:
    """Whether the rule looks at lifetime value, whose models look at a year: then it is asked of the whole window."""
    return not lifetime_value.IN_BOOK.isdisjoint(metric_of(rule).columns)


def believes(rulebook: Rulebook) -> bool:
    """Whether the method weighs evidence."""
    return rulebook.method in BELIEVING


def is_bounded(rulebook: Rulebook) -> bool:
    """Whether points lie between 0 and 100; where accounts are compared their scale is open."""
    return rulebook.method == "target_bands"
