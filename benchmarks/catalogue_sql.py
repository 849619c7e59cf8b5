"""The catalogue of metrics once more, in SQL: written by hand, so that two engines can be held against each other."""

from collections.abc import Iterable
from dataclasses import dataclass

KEY = "manager_id"

BASES = {
    "everybody": "",
    "at_end": "closing > 0",
    "at_start": "before > 0",
    "at_both": "before > 0 AND after > 0",
    "decided": "dues_decided > 0",
    "due": "dues > 0",
    "could_climb": "before > 0 AND tier_before < top_tier",
    "could_fall": "before > 0 AND tier_before > 0",
    "on_ladder": "before > 0 AND tier_before IS NOT NULL",
    "named_at_end": "after > 0 AND products_after > 0",
    "named_at_both": "before > 0 AND after > 0 AND products_before > 0 AND products_after > 0",
    "costed": "costed_revenue <> 0 OR revenue_cost <> 0",
    "valued": "value_now > 0",
    "worth_before": "value_before > 0",
    "modelled": "chance_active IS NOT NULL",
    "ordering": "expected_orders IS NOT NULL",
    "answered": "nps_answers > 0",
    "asked": "nps_asked > 0",
    "could_be_asked": "closing > 0 AND is_asked IS NOT NULL",
    "rated": "csat_answers > 0",
    "of_five": "csat_of_five > 0",
    "engaged": "closing > 0 AND engagement_score IS NOT NULL",
    "covered": "closing > 0 AND engagement_coverage IS NOT NULL",
    "started": "onboardings > 0",
    "with_ladder": "closing > 0 AND top_tier >= 0",
    "with_activities": "closing > 0 AND is_contacted IS NOT NULL",
}
"""Who counts, as a condition on a row."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric: its expression over the rows of a manager, `n`, and where there are any the exact amount and range."""

    value: str
    n: str
    amount: str | None = None
    low: str | None = None
    high: str | None = None


def added(expression: str, base: str) -> str:
    """The sum over the rows of a base; null where there are none."""
    where = BASES[base]
    return f"sum({_among(where, expression)})" if where else f"sum({expression})"


def rows(base: str) -> str:
    """How many rows a base has."""
    where = BASES[base]
    return f"count({_among(where)})" if where else "count(*)"


def _among(where: str, expression: str = "1") -> str:
    """The expression where the condition holds: DuckDB adds these up in two thirds of the time that a FILTER takes."""
    return f"CASE WHEN {where} THEN {expression} END"


def over(top: str, bottom: str) -> str:
    """A ratio as a binary fraction; null where there is nothing to divide by."""
    return f"(CAST({top} AS DOUBLE) / nullif(CAST({bottom} AS DOUBLE), 0))"


def constant(column: str) -> str:
    """What is the same on all rows."""
    return f"any_value({column})"


def _sums(base: str, tops: dict[str, str], n: str | None = None) -> dict[str, Figure]:
    """Amounts that are sums, exact."""
    return {
        name: Figure(f"CAST({added(top, base)} AS DOUBLE)", n or rows(base), added(top, base))
        for name, top in tops.items()
    }


def _ratio(top: str, bottom: str, base: str, *, n: str | None = None, less: int = 0) -> Figure:
    """The ratio of two sums over a base."""
    value = over(added(top, base), added(bottom, base))
    return Figure(f"{value} - {less}" if less else value, n or rows(base))


def _mean(top: str, base: str) -> Figure:
    """The sum over a base, divided by its rows."""
    return Figure(over(added(top, base), rows(base)), rows(base))


def _share(condition: str, base: str) -> Figure:
    """The part of the rows of a base that meets the condition."""
    return Figure(over(f"count({_among(f'({BASES[base]}) AND ({condition})')})", rows(base)), rows(base))


def _whole(column: str) -> str:
    return f"round(CAST({added(column, 'everybody')} AS DOUBLE))"


def _up(column: str, base: str = "everybody") -> str:
    return f"ceil(CAST({added(column, base)} AS DOUBLE))"


def _revenue() -> dict[str, Figure]:
    plain = (
        "opening", "new", "reactivation", "expansion", "contraction", "churn", "fx", "transfer_in", "transfer_out",
        "closing", "net_new", "net_reactivation", "net_expansion", "net_contraction", "net_churn",
    )  # fmt: skip
    figures = _sums("everybody", {name: name for name in plain} | {"mrr": "closing", "arr": "12 * closing"})
    number, revenue = rows("at_end"), added("closing", "at_end")
    square = added("CAST(closing AS DOUBLE) * CAST(closing AS DOUBLE)", "at_end")
    return figures | {
        "accounts": Figure(f"nullif({number}, 0)", number),
        "revenue_per_account": Figure(over(revenue, number), number),
        "median_revenue_per_account": Figure(
            f"median(CAST(closing AS DOUBLE)) FILTER (WHERE {BASES['at_end']})", number
        ),
        "revenue_share": Figure(over("sum(closing)", constant("company_closing")), rows("everybody")),
        "largest_account_share": Figure(
            over(f"max(closing) FILTER (WHERE {BASES['at_end']})", revenue), number
        ),
        "concentration": Figure(f"{square} / nullif(pow(CAST({revenue} AS DOUBLE), 2), 0)", number),
        "quick_ratio": _ratio("CASE WHEN return_is_no_win THEN 0 ELSE gained END", "lost", "everybody"),
        "revenue_per_account_growth": Figure(
            over(_per_account("closing"), _per_account("opening")) + " - 1", rows("everybody")
        ),
    }  # fmt: skip


def _per_account(column: str) -> str:
    return over(f"sum({column})", f"count({_among(f'{column} > 0')})")


def _retention() -> dict[str, Figure]:
    stays = "CASE WHEN after > 0 OR stays_free THEN share ELSE 0 END"
    left = "CASE WHEN after > 0 OR stays_free THEN 0 ELSE share END"
    where = "before > 0 OR return_counts"
    top = "CASE WHEN contraction_forgiven AND after > 0 THEN before + gained ELSE after END"
    kept, held = (f"sum({_among(where, column)})" for column in (top, "before"))
    return {
        "gross_revenue_retention": _ratio("kept", "before", "at_start"),
        "net_revenue_retention": Figure(over(kept, held), f"count({_among(where)})"),
        "logo_retention": _ratio(stays, "share", "at_start"),
        "churn_rate": _ratio(left, "share", "at_start"),
        "renewal_rate_decided": _ratio("renewed_of_due", "due_decided", "decided", n=_up("dues_decided", "decided")),
        "renewal_rate_net": _ratio("renewed", "due_decided", "decided", n=_up("dues_decided", "decided")),
        "renewal_rate_count": _ratio("dues_renewed", "dues_decided", "decided", n=_up("dues_decided", "decided")),
        "renewal_rate_all_due": _ratio("renewed_of_due", "due", "due", n=_up("dues", "due")),
    }


def _renewals_coming() -> dict[str, Figure]:
    figures = {}
    for days in (30, 60, 90):
        column = f"dues_in_{days}"
        figures |= _sums("everybody", {f"renewals_due_{days}": f"due_in_{days}"}, _up(column))
        figures[f"renewals_due_{days}_count"] = Figure(f"CAST(sum({column}) AS DOUBLE)", _up(column))
    return figures


def _growth() -> dict[str, Figure]:
    parts = {f"growth_from_{p}": f"growth_{p}" for p in ("tier", "seats", "list_price", "discount_given")}
    parts |= {
        "growth_from_discount_expired": "growth_discount_expired",
        "growth_from_exchange": "growth_exchange",
        "growth_from_add_ons": "growth - growth_tier - growth_seats - growth_list_price - growth_discount_given "
        "- growth_discount_expired",
    }
    change = "CAST(after AS DOUBLE) / CAST(before AS DOUBLE) - 1"
    return _sums("at_both", parts) | {
        "like_for_like_growth": _ratio("after", "before", "at_both", less=1),
        "median_growth": Figure(f"median({change}) FILTER (WHERE {BASES['at_both']})", rows("at_both")),
        "credited_growth": _ratio("growth - growth_uncredited", "before", "at_both"),
    }


def _ladder() -> dict[str, Figure]:
    steps = "CASE WHEN after > 0 THEN coalesce(tier_after - tier_before, 0) ELSE 0 END"
    up, down = (f"CASE WHEN {steps} {sign} 0 THEN share ELSE 0 END" for sign in "><")
    climbed = added(f"greatest({steps}, 0) * share", "on_ladder")
    return {
        "tier_up_rate": _ratio(up, "share", "could_climb"),
        "tier_down_rate": _ratio(down, "share", "could_fall"),
        "tier_steps": Figure(f"CAST({climbed} AS DOUBLE)", rows("on_ladder")),
        "net_tier_steps": _ratio(f"{steps} * share", "share", "on_ladder"),
        "products_per_account": _ratio("products_after * share", "share", "named_at_end"),
        "cross_sell_breadth": _ratio("(products_after - products_before) * share", "share", "named_at_both"),
        "margin_per_account": _mean("costed_revenue - revenue_cost", "costed"),
        "gross_margin_rate": _ratio("costed_revenue - revenue_cost", "costed_revenue", "costed"),
    }  # fmt: skip


def _worth() -> dict[str, Figure]:
    z, worth = constant("interval_z"), f"CAST({added('value_now', 'valued')} AS DOUBLE)"
    own = f"coalesce({added('pow(value_spread * CAST(share_of_value AS DOUBLE), 2)', 'valued')}, 0)"
    width = f"sqrt(pow({worth} * {constant('value_error')}, 2) + {own} / pow({z}, 2)) * {z}"
    low = f"CASE WHEN {worth} - {width} > 0 THEN {worth} - {width} WHEN {worth} IS NOT NULL THEN 0 END"
    level = Figure(worth, rows("valued"), added("value_now", "valued"), low, f"{worth} + {width}")
    changes = {"lifetime_value_retained": "value_retained", "lifetime_value_grown": "value_grown"}
    return _sums("worth_before", changes) | {
        "lifetime_value": level,
        "lifetime_value_per_account": _ratio("value_now", "share_of_value", "valued"),
        "lifetime_value_growth": _ratio("value_after", "value_before", "worth_before", less=1),
        "chance_active": Figure("avg(chance_active)", rows("modelled")),
        "expected_orders": Figure("sum(expected_orders)", rows("ordering")),
    }


def _churn(suffix: str = "") -> str:
    losses, months = (f"CAST(sum({c}{suffix} * share) AS DOUBLE)" for c in ("losses", "account_months"))
    rate = f"({losses} + {constant('prior_losses')}) / nullif({months} + {constant('prior_months')}, 0)"
    return f"(CASE WHEN {months} > 0 THEN {rate} END)"


def _lifetime(suffix: str = "") -> str:
    months = f"(1 / nullif({_churn(suffix)}, 0))"
    return f"(CASE WHEN {months} IS NOT NULL THEN least({months}, {constant('horizon_months')}) END)"


def _simple_worth() -> dict[str, Figure]:
    monthly = f"({_per_account('closing')} * {constant('margin')})"
    grown = over(
        f"{_per_account('after')} * {_lifetime()}", f"{_per_account('before')} * {_lifetime('_before')}"
    )  # fmt: skip
    worth, everybody, logos = f"({monthly} * {_lifetime()})", rows("everybody"), "sum(new_logos)"
    won, more = (f"nullif(greatest(sum({kind}_spend), 0), 0)" for kind in ("acquisition", "expansion"))
    cost, n = over(won, logos), _whole("new_logos")
    return {
        "smoothed_churn": Figure(_churn(), everybody),
        "clv_revenue": Figure(f"{_per_account('closing')} * {_lifetime()}", everybody),
        "clv_margin": Figure(worth, everybody),
        "clv_margin_uncapped": Figure(over(monthly, _churn()), everybody),
        "clv_margin_growth": Figure(f"{grown} - 1", everybody),
        "new_logos": Figure(f"CAST({logos} AS DOUBLE)", everybody),
        "acquisition_cost": Figure(cost, n),
        "acquisition_payback": Figure(
            over(won, f"(CAST(sum(new_logo_revenue) AS DOUBLE) * {constant('margin')})"), n
        ),
        "ltv_to_cac": Figure(over(worth, cost), n),
        "expansion_cost": Figure(over(more, "sum(expansion)"), f"count({_among('expansion > 0')})"),
    }  # fmt: skip


def _voice() -> dict[str, Figure]:
    z, n = constant("interval_z"), f"round(CAST({added('nps_answers', 'answered')} AS DOUBLE))"
    answers = added("nps_answers", "answered")
    for_, against = (over(added(c, "answered"), answers) for c in ("nps_promoters", "nps_detractors"))
    score = over(f"100 * ({added('nps_promoters', 'answered')} - {added('nps_detractors', 'answered')})", answers)
    spread = f"{for_} + {against} - pow({for_} - {against}, 2)"
    reach = f"100 * {z} * sqrt({over(spread, answers)})"
    ends = [f"least(greatest(100 * ({for_} - {against}) {sign} {reach}, -100), 100)" for sign in "-+"]
    value, low, high = (f"CASE WHEN {n} >= 10 THEN {figure} END" for figure in (score, *ends))
    own = "100 * CAST(nps_promoters - nps_detractors AS DOUBLE) / CAST(nps_answers AS DOUBLE)"
    rated, satisfied = f"CAST({added('csat_answers', 'rated')} AS DOUBLE)", added("csat_satisfied", "rated")
    part, square = over(satisfied, rated), f"pow({z}, 2)"
    centre = f"({part} + {square} / (2 * {rated})) / (1 + {square} / {rated})"
    wide = (
        f"{z} * sqrt({part} * (1 - {part}) / {rated} + {square} / (4 * {rated} * {rated})) / (1 + {square} / {rated})"
    )
    whole = [f"round(CAST({added(*of)} AS DOUBLE))" for of in (("nps_asked", "asked"), ("csat_of_five", "of_five"))]
    return {
        "nps": Figure(value, n, None, low, high),
        "nps_by_account": Figure(f"avg({own}) FILTER (WHERE {BASES['answered']})", rows("answered")),
        "response_rate": _ratio("nps_answers", "nps_asked", "asked", n=whole[0]),
        "asked_share": _share("is_asked", "could_be_asked"),
        "csat": Figure(part, f"round({rated})", None, f"{centre} - {wide}", f"{centre} + {wide}"),
        "csat_mean": _ratio("csat_stars", "csat_of_five", "of_five", n=whole[1]),
    }


def _use() -> dict[str, Figure]:
    n = f"round(CAST({added('onboardings', 'started')} AS DOUBLE))"
    return {
        "engagement": _mean("engagement_score", "engaged"),
        "engagement_coverage": _mean("engagement_coverage", "covered"),
        "time_to_value": Figure("half", n, None, "half_low", "half_high"),
        "onboarded_share": _ratio("onboarded", "onboardings", "started", n=n),
        "waiting_accounts": Figure(
            f"CAST({added('onboardings - onboarded - never_onboarded', 'started')} AS DOUBLE)", n
        ),
        "never_reached": Figure(f"CAST({added('never_onboarded', 'started')} AS DOUBLE)", n),
    }  # fmt: skip


def _entry() -> dict[str, Figure]:
    facts = {
        "owned": "coalesce(is_owned, false)",
        "segment": "coalesce(trim(segment) <> '', false)",
        "industry": "coalesce(trim(industry) <> '', false)",
        "plan": "tier_after IS NOT NULL AND top_tier >= 0",
        "contacted": "coalesce(is_contacted, false)",
    }
    entered = " + ".join(f"CAST({fact} AS INTEGER)" for fact in facts.values())
    asked = "3 + CAST(top_tier >= 0 AS INTEGER) + CAST(is_contacted IS NOT NULL AS INTEGER)"
    bases = {"plan": "with_ladder", "contacted": "with_activities"}
    shares = {f"{name}_share": _share(fact, bases.get(name, "at_end")) for name, fact in facts.items()}
    return shares | {"completeness": _ratio(entered, asked, "at_end")}


FIGURES: dict[str, Figure] = {
    **_revenue(), **_retention(), **_renewals_coming(), **_growth(), **_ladder(), **_worth(), **_simple_worth(),
    **_voice(), **_use(), **_entry(),
}  # fmt: skip
"""Every metric of the catalogue by its name."""

FLAGS = ("return_counts", "return_is_no_win", "contraction_forgiven", "stays_free")
_OF_HALVES = ("half", "half_low", "half_high")

_BOUND = "exp(log_left * exp({sign} * z * sqrt(greenwood) / abs(log_left)))"
_HALF = """
days AS (
    SELECT {key}, onboarding_days AS day, any_value(interval_z) AS z,
        CAST(sum(CASE WHEN onboarded > 0 THEN onboardings ELSE 0 END) AS DOUBLE) AS ended,
        CAST(sum(onboardings) AS DOUBLE) AS seen
    FROM book WHERE onboardings > 0 GROUP BY {key}, onboarding_days
),
at_risk AS (
    SELECT *, sum(seen) OVER (PARTITION BY {key} ORDER BY day DESC) AS risk FROM days
),
steps AS (
    SELECT *, CASE WHEN risk - ended > 1e-9 THEN ended / (risk * (risk - ended)) ELSE 0 END AS term,
        CASE WHEN risk - ended > 1e-9 THEN ln(1 - ended / risk) ELSE -1e9 END AS log_step
    FROM at_risk
),
waiting AS (
    SELECT *, exp(sum(log_step) OVER along) AS waits, sum(term) OVER along AS greenwood
    FROM steps WINDOW along AS (PARTITION BY {key} ORDER BY day)
),
bent AS (
    SELECT *, CASE WHEN waits > 1e-9 AND waits < 1 THEN ln(waits) END AS log_left FROM waiting
),
halves AS (
    SELECT {key}, min(day) FILTER (WHERE waits <= 0.5 + 1e-9) AS half,
        min(day) FILTER (WHERE coalesce({lower}, waits) <= 0.5 + 1e-9) AS half_low,
        min(day) FILTER (WHERE {upper} <= 0.5 + 1e-9) AS half_high, min(waits) <= 1e-9 AS nobody_waits
    FROM bent GROUP BY {key}
)"""


def query(flags: Iterable[str]) -> str:
    """The whole catalogue in one statement over the table `book`: one row per manager, columns named metric.field.

    `flags` are the choices of the rulebook that the book has as columns; those it has not are false.
    """
    inner, outer = [KEY], ["CAST(sums.manager_id AS VARCHAR) AS id", "sums.* EXCLUDE (manager_id)", "nobody_waits"]
    for name, figure in FIGURES.items():
        for field in ("value", "n", "amount", "low", "high"):
            expression = getattr(figure, field)
            if expression is not None:
                (outer if expression in _OF_HALVES else inner).append(f'{expression} AS "{name}.{field}"')
    chosen = set(flags)
    absent = [f", false AS {flag}" for flag in FLAGS if flag not in chosen]
    half = _HALF.format(key=KEY, lower=_BOUND.format(sign=1), upper=_BOUND.format(sign=-1))
    sums = f"SELECT {', '.join(inner)} FROM (SELECT *{''.join(absent)} FROM book) GROUP BY {KEY}"
    return (
        f"WITH {half.strip()},\nsums AS ({sums})\n"
        f"SELECT {', '.join(outer)} FROM sums LEFT JOIN halves ON sums.{KEY} IS NOT DISTINCT FROM halves.{KEY}"
    )
