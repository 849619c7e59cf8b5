"""Does the rulebook make sense? Rules against the catalogue of metrics, and settings against each other."""

from collections.abc import Iterator, Mapping
from typing import Protocol, get_args

from scoring.document import Document, Flaw, Keys, did_you_mean
from scoring.errors import Problem, Severity, shown
from scoring.numbers import NARROW
from scoring.rules.comparing import Method
from scoring.rules.digest_lint import Finding, lint_digests
from scoring.rules.grades import Bands, Linear
from scoring.rules.rulebook import Rule, Rulebook
from scoring.rules.unread import GRADED, unread

MOST_SCORED = 7
ATTAINMENT = "target_attainment"
"""The metric that measures another one against its target."""

FAIR = frozenset(get_args(Method)) - {GRADED}
"""The methods that compare what happened to accounts."""

_BY_METRIC: tuple[Keys, ...] = (("min_n",), ("winsor",), ("credibility", "k"), ("credibility", "tau0"))
"""Settings whose names are metrics."""

_SEE = "`bookscore metrics` lists them"
_PERCENT_MEANT = 10
"""A ratio that large is a percentage without its sign."""


class MetricFacts(Protocol):
    """What rules need to know of a metric. `better` is `higher`, `lower` or anything else for neither."""

    @property
    def name(self) -> str:
        """Its name in the catalogue."""

    @property
    def unit(self) -> str:
        """`ratio`, `money`, `count`, …"""

    @property
    def better(self) -> str:
        """Which way is good."""


Catalogue = Mapping[str, MetricFacts]


def lint(document: Document, rulebook: Rulebook | None, catalogue: Catalogue) -> list[Problem]:
    """What is wrong with metrics and grades, and what is odd about the whole rulebook.

    Metrics and grades are looked at one by one, so that they are judged even where other settings are wrong
    and there is no rulebook.
    """
    found = [*_unknown_names(document, catalogue)]
    rules = document.tree.at(("rules",))
    for n in range(len(rules) if isinstance(rules, list) else 0):
        found += _metrics(("rules", n), document, catalogue)
        found += _compared(("rules", n), document, catalogue)
        metric = catalogue.get(str(document.tree.at(("rules", n, "metric"))))
        if metric is not None:
            for keys, grade in _grades(("rules", n), document):
                aim = _aim(("rules", n), document, catalogue, metric)
                found += [*_direction(grade, keys, aim), *_thresholds(grade, keys, metric, document)]
    found += lint_digests(document, None if rulebook is None else rulebook.digests)
    if rulebook is not None:
        found += [*_whole(rulebook, catalogue), *unread(document, rulebook)]
    return [document.problem(flaw, severity) for severity, flaw in found]


def _unknown_names(document: Document, catalogue: Catalogue) -> Iterator[Finding]:
    """Names of no metric, in settings that are given by metric."""
    for setting in _BY_METRIC:
        given = document.tree.at(setting)
        for name in given if isinstance(given, dict) else ():
            if name not in catalogue:
                yield _unknown(name, (*setting, name), catalogue)


def _unknown(name: str, keys: Keys, catalogue: Catalogue) -> Finding:
    return _wrong(keys, f"no metric {shown(name)}", did_you_mean(name, catalogue, _SEE))


def _metrics(rule: Keys, document: Document, catalogue: Catalogue) -> Iterator[Finding]:
    """The metric of a rule and the one whose target it is about."""
    metric, of = (document.tree.at((*rule, setting)) for setting in ("metric", "of"))
    for setting, name in (("metric", metric), ("of", of)):
        if isinstance(name, str) and name not in catalogue:
            yield _unknown(name, (*rule, setting), catalogue)
    if metric == ATTAINMENT and of is None:
        yield _wrong((*rule, "of"), f"{ATTAINMENT} needs {{key}}", "name the metric that has the target")
    if metric != ATTAINMENT and of is not None:
        yield _wrong((*rule, "of"), f"{{key}} belongs to {ATTAINMENT} only", "delete it")


def incomparable(metric: MetricFacts) -> str | None:
    """Why a metric cannot be scored by a method that compares what happened to accounts; None where it can."""
    if metric.name == ATTAINMENT:
        return f"{metric.name} is no figure of accounts, so it cannot be compared"
    if metric.better not in ("higher", "lower"):
        return f"{metric.name} is information: neither more nor less of it is good, so it cannot be compared"
    return None


def _compared(rule: Keys, document: Document, catalogue: Catalogue) -> Iterator[Finding]:
    """What is scored against a method that compares what happened to accounts."""
    method = document.tree.at(("method",)) or Rulebook.model_fields["method"].default
    metric = catalogue.get(str(document.tree.at((*rule, "metric"))))
    weight = document.tree.at((*rule, "weight"))
    if metric is None or method not in FAIR or not isinstance(weight, int | float) or weight <= 0:
        return
    keys = (*rule, "metric")
    instead = f"give it weight 0 or use method: {GRADED}"
    if what := incomparable(metric):
        yield _wrong(keys, what, instead if metric.name == ATTAINMENT else "give it weight 0")
    elif metric.unit in ("money", "count"):
        what = f"{metric.name} is an amount, which differs with the size of accounts"
        yield _odd(keys, what, "score a rate, which compares better")


def _grades(rule: Keys, document: Document) -> Iterator[tuple[Keys, Linear | Bands]]:
    """The grades of a rule that can be read, its own and those of segments, with their places."""
    places: list[Keys] = [(*rule, "grade")]
    kinds = document.tree.at((*rule, "segments", "grades"))
    places += [(*rule, "segments", "grades", kind) for kind in (kinds if isinstance(kinds, dict) else ())]
    for keys in places:
        written = document.tree.at(keys)
        model: type[Linear | Bands] = Bands if isinstance(written, dict) and "bands" in written else Linear
        grade, _ = document.fit(model, keys)
        if grade is not None:
            yield keys, grade


def _aim(rule: Keys, document: Document, catalogue: Catalogue, metric: MetricFacts) -> MetricFacts:
    """The metric that says which way is good: of a target, the one that it is about, where less of that is better."""
    of = catalogue.get(str(document.tree.at((*rule, "of"))))
    return of if metric.name == ATTAINMENT and of is not None and of.better == "lower" else metric


def _direction(grade: Linear | Bands, keys: Keys, metric: MetricFacts) -> Iterator[Finding]:
    """The grade against the direction in which the metric is good."""
    is_directed = metric.better in ("higher", "lower")
    good = f"{metric.better} is better for {metric.name}"
    if isinstance(grade, Linear):
        if is_directed and grade.direction != metric.better:
            side = "above" if metric.better == "higher" else "below"
            what = f"{{key}} is {side} the target, but {good}"
            yield _wrong((*keys, "floor"), what, "swap floor and target", None)
    elif grade.better is not None:
        if is_directed and grade.better != metric.better:
            yield _odd((*keys, "better"), f"{{key}} is {grade.better}, but {good}", "check that it is meant")
    elif not is_directed:
        what = f"{{key}} is missing: {metric.name} has no direction of its own"
        yield _wrong((*keys, "better"), what, "write `better: higher` or `better: lower`")
    elif grade.implied not in (None, metric.better):
        what = f"{{key}}: the points rise the wrong way, {good}"
        yield _wrong((*keys, "bands"), what, "give better bands more points")


def _thresholds(grade: Linear | Bands, keys: Keys, metric: MetricFacts, document: Document) -> Iterator[Finding]:
    """Percentages where none can be meant, and numbers where a percentage must be meant."""
    if isinstance(grade, Linear):
        values = {(*keys, "floor"): grade.floor, (*keys, "target"): grade.target}
    else:
        values = {(*keys, "bands", n, "from"): band.from_ for n, band in enumerate(grade.bands)}
    for at, value in values.items():
        spot = document.tree.spots.get(at)
        is_percentage = spot is not None and (spot.text or "").strip().endswith("%")
        if is_percentage and metric.unit != "ratio":
            what = f"{{key}} is a percentage, but {metric.name} is no ratio"
            yield _wrong(at, what, "write a number", None)
        elif metric.unit == "ratio" and not is_percentage and abs(value) >= _PERCENT_MEANT:
            what = f"{{key}} stands for {value * 100:g}{NARROW}% of {metric.name}"
            yield _wrong(at, what, f"write {value:g}% or {value / 100:g}", None)


def _whole(rulebook: Rulebook, catalogue: Catalogue) -> Iterator[Finding]:
    """What is odd about the rulebook as a whole."""
    yield from _rules_together(rulebook, catalogue)
    if not rulebook.goal.strip():
        yield _odd(("goal",), "{key} is empty", "say in a sentence what the scores are for; cards print it")


def _rules_together(rulebook: Rulebook, catalogue: Catalogue) -> Iterator[Finding]:
    scored = sum(rule.weight > 0 for rule in rulebook.rules)
    if scored > MOST_SCORED:
        what = f"{scored} rules are scored: the more is key, the less is"
        yield _odd(("rules",), what, f"keep {MOST_SCORED}, and give the others weight 0")
    for n, rule in enumerate(rulebook.rules):
        twins = (r for r in rulebook.rules[:n] if _measured(r, rulebook) == _measured(rule, rulebook))
        if (twin := next(twins, None)) is not None:
            yield _odd(("rules", n, "metric"), f"{twin.name} scores the same metric", "delete one of the two")
        if rule.weight == 0:
            yield Severity.NOTE, Flaw(("rules", n, "weight"), "the weight is 0: shown, not scored", "", "")
        elif (
            rulebook.method == GRADED
            and rule.metric in catalogue
            and catalogue[rule.metric].better not in ("higher", "lower")
        ):
            what = f"{rule.metric} is information: neither more nor less of it is good by itself"
            yield _odd(("rules", n, "metric"), what, "give it weight 0")
        if "tier" in rule.metric.split("_") and not rulebook.ladder.tiers:
            yield _odd(("rules", n, "metric"), f"{rule.metric} needs a ladder", "add `ladder` with its tiers")


def _measured(rule: Rule, rulebook: Rulebook) -> tuple[object, ...]:
    return rule.metric, rule.of, rule.segments if rulebook.method == GRADED else None


def _wrong(keys: Keys, what: str, remedy: str, value: str | None = "") -> Finding:
    """An error; with None for the value, the text at the place is shown."""
    return Severity.ERROR, Flaw(keys, what, remedy, value)


def _odd(keys: Keys, what: str, remedy: str) -> Finding:
    return Severity.WARNING, Flaw(keys, what, remedy, "")
