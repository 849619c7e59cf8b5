"""Which weights are asked for? The rules' own, with others in their place, as far as rules may have them."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from scoring.compare.what_if.refusals import NotReweighableError, WeightsError
from scoring.document import did_you_mean
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook
from scoring.rules.lint import FAIR, incomparable
from scoring.trust.needed import needed

MOST = 1000
"""The largest weight that a rule may have."""

_BY_FILE = ("coverage", "page_sizes")
"""The gates of trust that look at several tables together."""


def with_weights(rulebook: Rulebook, weights: Mapping[str, float]) -> Rulebook:
    """The rulebook with those weights; rules that are not named keep theirs.

    Raises WeightsError with everything that is wrong with them.
    """
    names = [rule.name for rule in rulebook.rules]
    wrong = [_unknown(name, names) for name in weights if name not in names]
    wrong += [
        f"the weight of {name} must be a number from 0 to {MOST:,}, not {weight}"
        for name, weight in weights.items()
        if name in names and not (isfinite(weight) and 0 <= weight <= MOST)
    ]
    rules = tuple(r.model_copy(update={"weight": float(weights.get(r.name, r.weight))}) for r in rulebook.rules)
    if not wrong and not any(rule.weight for rule in rules):
        wrong.append("the weights of all rules would be 0; give one of them a weight")
    wrong += [
        f"{rule.name} can have no weight: {what}"
        for rule in (rules if not wrong and rulebook.method in FAIR else ())
        if rule.weight and (what := incomparable(CATALOGUE[rule.metric]))
    ]
    if wrong:
        raise WeightsError(wrong)
    return rulebook.model_copy(update={"rules": rules})


def refuse_other_tables(own: Rulebook, asked: Rulebook, doubts: list[Mapping[str, Any]]) -> None:
    """Raises NotReweighableError where other tables would be asked whether they can be trusted.

    `doubts` is what the run's data are in doubt for, as in run.json. A table that scores no longer rest on matters only
    where it is in doubt.
    """
    before, after = needed(own), needed(asked)
    if further := sorted(after - before):
        tables = " and ".join(further)
        raise NotReweighableError(
            f"with these weights scores would rest on {tables} as well, and whether {tables} can be trusted is not in "
            "the run; change the rules and run, or try them with `bookscore simulate`"
        )
    gone, grave = before - after, [d for d in doubts if d["level"] != "told"]
    if gone and any(d["table"] in gone or d["gate"] in _BY_FILE for d in grave):
        raise NotReweighableError(
            f"with these weights scores would no longer rest on {' and '.join(sorted(gone))}, and what the data are in "
            "doubt for would have to be looked at again; change the rules and run, or try `bookscore simulate`"
        )


def _unknown(name: str, names: list[str]) -> str:
    remedy = did_you_mean(name, names, f"there are {', '.join(names)}")
    return f'there is no rule "{name}": {remedy}'
