"""Which settings does nothing read? Those that mean nothing on another basis, by another method, or without others."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from scoring.document import Document, Flaw, Keys
from scoring.errors import Severity
from scoring.rules.asked import LEAST_N
from scoring.rules.digest_lint import Finding
from scoring.rules.profiles.profile import BASIS
from scoring.rules.rulebook import Rulebook

GRADED = "target_bands"
"""The method that grades values, and reads nothing of the settings for the others."""

YES_OR_NO = ("logo_retention", "churn_rate", "tier_up_rate", "tier_down_rate")
"""Metrics that say of an account only whether something happened."""

_OF_CONTRACTS = (
    *BASIS, "policies.renewal_date", "credit.renewal", "credit.growth_parts", "lifetime.orders_beside",
)  # fmt: skip
_OF_INVOICES = ("compare",)

_OF_STAYING = ("lifetime.churn_prior_mean", "lifetime.churn_prior_strength")
_STAYING = ("sbg", "bdw", "exponential_gamma")
"""Models of who stays, which read what churn is expected; where they are forced, on invoices, too."""

_COMPARING = ("window", "responsibility", "expectation", "weights", "winsor", "credibility")
_AMONG_PEERS = ("publish.peers", "publish.least_peers", "publish.peer_mean")
_BELIEVED = ("publish.min_z", "publish.label_probability", "publish.rank")
_UNREAD = {
    GRADED: (*_COMPARING, *_AMONG_PEERS, *_BELIEVED),
    "oe": ("grades",),
    "oe_credibility": ("grades", "publish.chance"),
    "joint": ("grades", "publish.chance"),
}
_UNREAD |= dict.fromkeys(("raw", "weighted", "peer_percentile"), ("grades", "publish.chance"))
"""Method to the settings that it does not read."""

_EXPECTED = ("expectation.fit", "expectation.ridge", "expectation.folds", "expectation.features")
"""How much is expected of an account; `expectation.segment` also says within which kind it is large or an outlier."""

_IN_PASSING = {
    "raw": ("expectation", "weights", "winsor", "credibility", *_AMONG_PEERS, *_BELIEVED),
    "weighted": (*_EXPECTED, "credibility", *_AMONG_PEERS, *_BELIEVED),
    "peer_percentile": ("expectation", "weights", "winsor", "credibility", "publish.peer_mean", *_BELIEVED),
    "oe": ("credibility", "publish.peer_mean", *_BELIEVED),
}
"""Method to the settings that change what is shown beside the scores, and none of them."""

_WITHOUT_HAND_OVERS = ("current", "territory", "last_seller", "main_seller")
"""Policies of ownership by which an account is the same manager's all through a period."""

_WHO_HAD_IT = (
    "credit.outcome", "credit.new", "credit.reactivation", "credit.expansion", "credit.contraction", "credit.churn",
    "credit.renewal", "credit.lifetime_value", "responsibility",
)  # fmt: skip

_LIMITS = {"freshness": "silence", "coverage": "set_aside", "unmatched": "unknown_ids", "cliffs": "cliff"}
"""Gate of trust to the limits that it goes by."""


def unread(document: Document, rulebook: Rulebook) -> Iterator[Finding]:
    """A warning for each setting that is written, is not as it would be without, and makes no difference."""
    told = set[str]()
    for settings, why in _idle(rulebook):
        for setting in settings:
            keys: Keys = tuple(setting.split("."))
            is_told = not told.isdisjoint({setting, str(keys[0])})
            if not is_told and document.tree.at(keys) is not None and _differs(rulebook, setting):
                told.add(setting)
                yield _odd(keys, f"{{key}} {why}")
    yield from _by_metric(document, rulebook, told)
    yield from _missing(document, rulebook)
    for n, one in enumerate(rulebook.engagement.inputs):
        if one.expires_days is not None and one.expires_days >= one.window_days:
            keys = ("engagement", "inputs", n, "expires_days")
            yield _odd(keys, "{key} is not used: no row is looked at that is older than window_days")


def _differs(rulebook: Rulebook, setting: str) -> bool:
    value, usual = (attrgetter(setting)(book) for book in (rulebook, _USUAL))
    return bool(value != usual)


_USUAL = Rulebook.model_validate({"name": "-", "currency": "EUR", "rules": [{"name": "-", "metric": "-", "weight": 1}]})


def _idle(rulebook: Rulebook) -> Iterator[tuple[Sequence[str], str]]:
    """Settings that make no difference beside the others, and why; a group stands for all in it."""
    method, policy = rulebook.method, rulebook.ownership.policy
    others = _OF_CONTRACTS if rulebook.basis == "invoices" else _OF_INVOICES
    yield others, f"is not used with basis {rulebook.basis}"
    if rulebook.basis == "invoices" and not (rulebook.lifetime.force and rulebook.lifetime.model in _STAYING):
        yield _OF_STAYING, "is not used with basis invoices"
    yield _UNREAD[method], f"is not used with method {method}"
    yield _IN_PASSING.get(method, ()), f"moves no score with method {method}"
    if policy != "territory":
        yield ("ownership.attribute", "ownership.managers"), f"is not used with policy {policy}"
    if policy in _WITHOUT_HAND_OVERS:
        yield _WHO_HAD_IT, f"is not used with policy {policy}: no account changes hands in a period"
    if rulebook.responsibility.rule != "share":
        yield ("responsibility.end_before_outcome",), f"is not used with rule {rulebook.responsibility.rule}"
    if rulebook.weights.account != "size_points":
        yield ("weights.points",), f"is not used with account {rulebook.weights.account}"
    if {r.of or r.metric for r in rulebook.rules} <= rulebook.credibility.k.keys():
        yield ("credibility.prior_managers",), "is not used where credibility.k names every metric"
    if not rulebook.publish.peers:
        yield ("publish.peer_mean",), "is not used without publish.peers"
    if not rulebook.ladder.tiers:
        yield ("ladder.account_tier",), "is not used without ladder.tiers"
    if rulebook.lifetime.model == "auto":
        yield ("lifetime.force",), "is not used with model auto"
    if not rulebook.engagement.inputs:
        yield ("engagement.missing", "engagement.exclude"), "is not used without engagement.inputs"
    off = [gate for gate in _LIMITS if getattr(rulebook.trust, gate) == "off"]
    yield from (((f"trust.{_LIMITS[gate]}",), f"is not used with {gate} off") for gate in off)


def _by_metric(document: Document, rulebook: Rulebook, told: set[str]) -> Iterator[Finding]:
    """What is given by metric, for metrics that no rule looks at, or that have no use for it."""
    used = {name for rule in rulebook.rules for name in (rule.metric, rule.of) if name is not None}
    given = [("min_n", name) for name, least in rulebook.min_n.items() if LEAST_N.get(name) != least]
    given += [("winsor", name) for name in rulebook.winsor]
    given += [("credibility.k", name) for name in rulebook.credibility.k]
    given += [("credibility.tau0", name) for name in rulebook.credibility.tau0]
    for setting, name in given:
        keys: Keys = (*setting.split("."), name)
        if str(keys[0]) in told:
            continue
        if name not in used:
            yield _odd(keys, f"no rule uses {name}", "delete the line, or add a rule")
        elif setting == "winsor" and name in YES_OR_NO:
            yield _odd(keys, "{key} is not used: what happens to an account or does not has no outliers")
        elif setting == "credibility.tau0" and name in rulebook.credibility.k:
            yield _odd(keys, "{key} is not used: credibility.k says how far differences of it are believed")


def _missing(document: Document, rulebook: Rulebook) -> Iterator[Finding]:
    """No points for what is missing, where what is missing is the average."""
    if rulebook.method == GRADED:
        return
    asked: list[tuple[Keys, str | None]] = [(("missing",), rulebook.missing)]
    asked += [(("rules", n, "missing"), rule.missing) for n, rule in enumerate(rulebook.rules)]
    for keys, value in asked:
        if value == "zero":
            what = f"{{key}} zero is not used with method {rulebook.method}: a rule without a value counts as 50"
            yield _odd(keys, what, "write withhold, or delete it")


def _odd(keys: Keys, what: str, remedy: str = "delete it") -> Finding:
    return Severity.WARNING, Flaw(keys, what, remedy, "")
