"""Makes rulebooks at random: every policy, and rules that grade metrics by lines, bands and kinds of accounts."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from scoring.metrics import CATALOGUE
from scoring.metrics.metric import Better, Metric, Unit
from scoring.rules import Rulebook
from scoring.rules.settings import Credit

WAYS = ("at_open", "at_event", "at_close", "time_weighted")
SCORED = tuple(m for m in CATALOGUE.values() if m.better is not Better.NEITHER and m.name != "target_attainment")
_STEPS = {Unit.RATIO: (-0.5, 0.0, 0.5, 0.9, 1.0, 1.2), Unit.MONEY: (0.0, 50.0, 500.0, 5000.0, 50000.0)}

Draw = st.DrawFn


@st.composite
def rulebooks(draw: Draw, managers: Sequence[str], **fixed: Any) -> Rulebook:
    """Rulebooks that pass every check; `fixed` settings are as given."""
    basis = fixed.get("basis") or draw(st.sampled_from(["contracts", "invoices"]))
    made = {
        "name": "Random",
        "currency": "EUR",
        "basis": basis,
        "grain": draw(st.sampled_from(["account", "account", "parent"])),
        "calendar": {
            "fiscal_year_starts": draw(st.sampled_from([1, 2, 7])),
            "period": draw(st.sampled_from(["quarter", "quarter", "month", "year"])),
        },
        "retention_window": draw(st.sampled_from(["12m", "period"])),
        "compare": draw(st.sampled_from(["same_period_last_year", "previous_period", "trailing_12m"])),
        "ownership": draw(_ownership(managers)),
        "credit": {kind: draw(st.sampled_from(WAYS)) for kind in Credit.model_fields if kind != "growth_parts"},
        "policies": {
            "gap_tolerance_days": draw(st.sampled_from([30, 0, 0])),
            "early_renewal_days": draw(st.sampled_from([90, 0, 0])),
            "reactivation_window_days": draw(st.sampled_from([None, 40])),
            "weeks": draw(st.sampled_from(["fifty_two_a_year", "four_a_month"])),
            "discounts": draw(st.sampled_from(["net", "net", "list", "forever_only"])),
            "churn_date": draw(st.sampled_from(["service_end", "notice"])),
            "past_due_days": draw(st.sampled_from([30, 0, None])),
            "fx": draw(st.sampled_from(["constant", "constant", "spot", "at_start"])),
            "movements": draw(st.sampled_from(["daily", "daily", "lasting", "net"])),
        },
        "retention": {
            "reactivation_counts": draw(st.booleans()),
            "contraction_counts": draw(st.booleans()),
            "free_accounts": draw(st.sampled_from(["lost", "kept"])),
        },
        "quick_ratio": {"reactivation_counts": draw(st.booleans())},
        "ladder": {
            "tiers": ["Entry", "Standard", "Premium"],
            "products": {"Entry Plan": "Entry", "Premium Plan": "Premium"},
            "account_tier": draw(st.sampled_from(["highest", "largest"])),
        },
        "method": "target_bands",
        "rules": draw(_rules(basis)),
        "missing": draw(st.sampled_from(["exclude_reweight", "exclude_reweight", "neutral", "zero", "withhold"])),
        "min_coverage": draw(st.sampled_from([0.0, 0.6, 1.0])),
        "min_n": draw(st.sampled_from([{}, {"logo_retention": 2}])),
    }  # fmt: skip
    return Rulebook.model_validate(made | fixed)


@st.composite
def _ownership(draw: Draw, managers: Sequence[str]) -> dict[str, Any]:
    policy = draw(
        st.sampled_from(
            ["history", "history", "history", "current", "seller", "last_seller", "main_seller", "territory"]
        )
    )
    if policy != "territory":
        return {"policy": policy}
    return {"policy": policy, "attribute": "region", "managers": {"North": managers[0], "South": managers[1]}}


@st.composite
def _rules(draw: Draw, basis: str) -> list[dict[str, Any]]:
    known = [m for m in SCORED if m.needs in (None, basis)]
    chosen = draw(st.lists(st.sampled_from(known), min_size=2, max_size=4, unique_by=lambda m: m.name))
    rules = [draw(_rule(m)) for m in chosen]
    rules[0]["weight"] = rules[0]["weight"] or 1
    if draw(st.booleans()):
        grade = {"floor": 0.0, "target": 1.5}
        rules.append({"name": "target", "metric": "target_attainment", "of": "closing", "weight": 2, "grade": grade})
    return rules


@st.composite
def _rule(draw: Draw, metric: Metric) -> dict[str, Any]:
    rule = {
        "name": metric.name,
        "metric": metric.name,
        "weight": draw(st.sampled_from([1, 2, 0.5, 30, 0])),
        "grade": draw(grades(metric)),
        "missing": draw(st.sampled_from([None, None, "neutral"])),
    }
    if draw(st.integers(0, 3)) == 0:
        rule["segments"] = {"by": "segment", "grades": {"Large": draw(grades(metric))}}
    return rule


@st.composite
def grades(draw: Draw, metric: Metric) -> dict[str, Any]:
    """A line or bands in the metric's direction."""
    steps = _STEPS.get(metric.unit, (0.0, 1.0, 2.0, 4.0))
    edges = sorted(draw(st.lists(st.sampled_from(steps), min_size=2, max_size=4, unique=True)))
    if metric.better is Better.LOWER:
        edges = edges[::-1]
    if draw(st.booleans()):
        return {"floor": edges[0], "target": edges[-1]}
    return {"bands": [{"from": e, "points": 100.0 * n / len(edges)} for n, e in enumerate(edges, 1)]}
