"""What else could reasonably have been chosen? The rulebook with one choice at a time made otherwise."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scoring.compare.changes import Change, between
from scoring.peers.outcomes import Outcome
from scoring.plurals import many
from scoring.rules import Rulebook
from scoring.rules.comparing import Quantiles, Window
from scoring.scorecard.estimates import POLICIES, outcome_of
from scoring.scorecard.of_rules import metric_of

Group = Literal["weights", "window", "winsor", "credibility", "expectation", "account weights", "responsibility"]

_READ: Mapping[str, frozenset[Group]] = {
    "target_bands": frozenset(("weights",)),
    "raw": frozenset(("weights", "window", "responsibility")),
    "peer_percentile": frozenset(("weights", "window", "responsibility")),
    "weighted": frozenset(("weights", "window", "winsor", "account weights", "responsibility")),
    "oe": frozenset(("weights", "window", "winsor", "expectation", "account weights", "responsibility")),
}
"""Method to the groups of choices that it reads; the others read all."""

WINDOWS = (1, 2, 4, 8)
FACTORS = {"1/4": 0.25, "1/2": 0.5, "2": 2.0, "4": 4.0}
WINSOR = {"none": 0.0, "1%": 0.01, "5%": 0.05}
"""In words, what share of the accounts is drawn in on each side that is drawn in at all."""

_RULES = ("share", "snapshot", "quarter_days", "event_owner")


@dataclass(frozen=True, slots=True)
class Choice:
    """Another choice: what it is called, which group of choices it belongs to, and the rulebook with it."""

    name: str
    group: Group
    rulebook: Rulebook

    def settings(self, base: Rulebook) -> tuple[Change, ...]:
        """What would have to be written otherwise."""
        return between(base, self.rulebook)


def choices(rulebook: Rulebook, k: Mapping[str, float], reaches: Callable[[int], bool]) -> tuple[Choice, ...]:
    """The choices that the method reads, one at a time; none that is the rules' own.

    `k` is what was found for each metric, or is frozen; `reaches` says whether the data hold so many quarters.
    """
    groups: dict[Group, Iterator[tuple[str, Rulebook]]] = {
        "weights": _weights(rulebook),
        "window": _windows(rulebook, reaches),
        "winsor": _winsor(rulebook),
        "credibility": _credibility(rulebook, k),
        "expectation": _expectation(rulebook),
        "account weights": _account_weights(rulebook),
        "responsibility": _responsibility(rulebook),
    }
    read = _READ.get(rulebook.method, frozenset(groups))
    return tuple(Choice(name, group, book) for group, found in groups.items() if group in read for name, book in found)


def _weights(rulebook: Rulebook) -> Iterator[tuple[str, Rulebook]]:
    for n, rule in enumerate(rulebook.rules):
        for word in ("1/2", "2") if rule.weight else ():
            other = rule.model_copy(update={"weight": rule.weight * FACTORS[word]})
            rules = (*rulebook.rules[:n], other, *rulebook.rules[n + 1 :])
            yield f"{rule.name} weight ×{word}", rulebook.model_copy(update={"rules": rules})


def _windows(rulebook: Rulebook, reaches: Callable[[int], bool]) -> Iterator[tuple[str, Rulebook]]:
    """Other windows; quarters weigh what they do in the rules, and older ones what the oldest there does."""
    own = rulebook.window
    for quarters in WINDOWS:
        if quarters == own.quarters or (quarters > own.quarters and not reaches(quarters)):
            continue
        parts = (*own.parts, *[own.parts[-1]] * quarters)[:quarters]
        if any(parts):
            window = Window(quarters=quarters, weights=parts)
            yield (
                f"window {many(quarters, 'quarter')}",
                rulebook.model_copy(update={"window": window}),
            )


def _winsor(rulebook: Rulebook) -> Iterator[tuple[str, Rulebook]]:
    """Other limits of outliers, for metrics that are drawn in, on the sides on which they are.

    Metrics with limits of their own, as retention of accounts, are left alone: with five in a hundred drawn in nobody
    would ever be lost.
    """
    names = dict.fromkeys(metric_of(rule).name for rule in rulebook.rules)
    sides = {name: found for name in names if any(found := _sides(rulebook, name))}
    asked = range(len(rulebook.rules))
    for word, tail in WINSOR.items():
        limits: dict[str, Quantiles] = {
            name: (tail if low else 0.0, 1 - tail if high else 1.0) for name, (low, high) in sides.items()
        }
        book = rulebook.model_copy(update={"winsor": {**rulebook.winsor, **limits}})
        if any(outcome_of(book, n) != outcome_of(rulebook, n) for n in asked):
            yield f"winsor {word}", book


def _sides(rulebook: Rulebook, name: str) -> tuple[bool, bool]:
    """Whether low and high outliers of a metric are drawn in, by the rules or usually."""
    usual = POLICIES.get(name, Outcome(name, low=0.01, high=0.99))
    low, high = rulebook.winsor.get(name, (0.0, 1.0))
    return usual.low is not None or low > 0, usual.high is not None or high < 1


def _credibility(rulebook: Rulebook, k: Mapping[str, float]) -> Iterator[tuple[str, Rulebook]]:
    for word, factor in FACTORS.items() if k else ():
        frozen = {name: found * factor for name, found in k.items()}
        own = rulebook.credibility
        other = own.model_copy(update={"k": {**own.k, **frozen}})
        yield f"k ×{word}", rulebook.model_copy(update={"credibility": other})


def _expectation(rulebook: Rulebook) -> Iterator[tuple[str, Rulebook]]:
    own = rulebook.expectation
    fit = "pooled" if own.fit == "within_book" else "within_book"
    yield f"expectation {fit}", rulebook.model_copy(update={"expectation": own.model_copy(update={"fit": fit})})


def _account_weights(rulebook: Rulebook) -> Iterator[tuple[str, Rulebook]]:
    own = rulebook.weights
    for account in ("equal", "size_points"):
        if account != own.account:
            other = own.model_copy(update={"account": account})
            yield f"account weights {account}", rulebook.model_copy(update={"weights": other})


def _responsibility(rulebook: Rulebook) -> Iterator[tuple[str, Rulebook]]:
    own = rulebook.responsibility
    for rule in _RULES:
        if rule != own.rule:
            other = own.model_copy(update={"rule": rule})
            yield f"responsibility {rule}", rulebook.model_copy(update={"responsibility": other})
