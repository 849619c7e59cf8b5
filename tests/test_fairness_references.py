"""The formulas of the peers' engine give what others printed, and what we worked out in exact fractions.

Entries whose data are another package's stay outside the project; where BOOKSCORE_REFERENCES names the folder
that holds `fairness_reference.json`, they are read from there.
"""

import json
import os
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from ruamel.yaml import YAML

from scoring.audit import audit
from scoring.peers import change, joint
from scoring.peers.books import Books
from scoring.peers.credibility import credibility, peers, shrink
from scoring.peers.funnel import INNER, OUTER, around_rate, around_ratio
from scoring.peers.gap import gap
from scoring.peers.intervals import reach
from scoring.peers.limits import byar, of_rates
from scoring.peers.lost import lost
from scoring.peers.noise import Noise, of_books
from scoring.peers.ranks import rank_interval
from scoring.peers.rates import NOTHING_KNOWN, drawn, fitted
from scoring.peers.spread import paule_mandel
from scoring.peers.weights import capped, parts
from scoring.peers.window import responsibility

FACTS = Path(__file__).parent / "references" / "fairness.yaml"
FOLDER = os.environ.get("BOOKSCORE_REFERENCES")
DAS_GUPTA = ("two_factor", "earnings", "births", "four_factors", "five_factors")
needs_folder = pytest.mark.skipif(not FOLDER, reason="BOOKSCORE_REFERENCES names no folder")


@cache
def facts() -> Any:
    return YAML(typ="safe", pure=True).load(FACTS.read_text(encoding="utf-8"))


@cache
def kept_outside() -> dict[str, Any]:
    text = (Path(FOLDER or "") / "fairness_reference.json").read_text(encoding="utf-8")
    return {entry["id"]: entry for entry in json.loads(text)["entries"]}


def believed(difference: Any, noise: Any, between: float) -> tuple[Any, Any]:
    """Peers and beliefs with everybody in one group."""
    d, v = np.asarray(difference, dtype=float), np.asarray(noise, dtype=float)
    known = peers(d, v, between, (np.zeros(len(d), dtype=np.int64),), 1)
    return known, shrink(d, v, between, known)


def test_batting_averages_drawn_to_their_mean_lie_nearer_to_the_rest_of_the_season() -> None:
    case = facts()["efron_morris_baseball"]
    expected, tolerance = case["expected"], case["tolerance"]
    n = case["input"]["at_bats"]
    early, late = np.array(case["input"]["hits"]) / n, np.array(case["input"]["rest_or_season_average"])
    mean = early.mean()
    noise = mean * (1 - mean) / n
    c = 1 - (len(early) - 3) * noise / np.sum((early - mean) ** 2)  # James & Stein's factor
    known, shrunk = believed(early, np.full(len(early), noise), noise * c / (1 - c))
    assert known.mean[0] == pytest.approx(expected["grand_mean"], abs=tolerance["c_1977"])
    assert shrunk.z[0] == pytest.approx(expected["c_1977"], abs=tolerance["c_1977"])
    assert np.sum((early - late) ** 2) == pytest.approx(expected["sse_raw_1977"], abs=tolerance["sse"])
    assert np.sum((shrunk.theta - late) ** 2) == pytest.approx(expected["sse_js_1977"], abs=tolerance["sse"])


def test_batting_averages_on_the_scale_of_equal_variances() -> None:
    case = facts()["efron_morris_baseball"]
    expected, tolerance = case["expected"], case["tolerance"]["arcsine"]
    n = case["input"]["at_bats"]
    x = np.sqrt(n) * np.arcsin(2 * np.array(case["input"]["hits"]) / n - 1)
    spread = np.sum((x - x.mean()) ** 2)
    c = 1 - (len(x) - 3) / spread
    known, shrunk = believed(x, np.ones(len(x)), c / (1 - c))
    assert (spread, known.mean[0]) == pytest.approx((expected["arcsine_S"], expected["arcsine_mean"]), abs=tolerance)
    assert shrunk.z[0] == pytest.approx(expected["arcsine_factor"], abs=1e-3)


def test_claims_of_one_policy_are_believed_as_far_as_linear_bayes_does() -> None:
    case = facts()["poisson_gamma_known_prior"]
    counts, shape, rate = (case["input"][k] for k in ("counts", "shape", "rate"))
    mean, between = shape / rate, shape / rate**2
    z = credibility(np.array([mean / len(counts)]), between)[0]
    assert z == pytest.approx(case["expected"]["z"])
    assert mean + z * (np.mean(counts) - mean) == pytest.approx(case["expected"]["premium"])


def test_the_spread_between_trials_is_paule_and_mandels() -> None:
    case = facts()["clasp_paule_mandel"]
    a, n1, c, n2 = (np.array(v, dtype=float) for v in case["input"].values())
    effect = np.log(a * (n2 - c) / (c * (n1 - a)))
    noise = 1 / a + 1 / (n1 - a) + 1 / c + 1 / (n2 - c)
    between = paule_mandel(effect, noise)
    known, _ = believed(effect, noise, between)
    found = (np.sqrt(between), known.mean[0], 1 / np.sqrt(known.evidence[0]))
    assert found == pytest.approx([case["expected"][k] for k in ("tau", "mu", "se")], abs=case["tolerance"]["abs"])


@pytest.mark.parametrize("name", DAS_GUPTA)
def test_effects_of_factors_are_das_guptas(name: str) -> None:
    case = facts()[f"das_gupta_{name}"]
    old, new = ([np.array([v]) for v in case["input"][k]] for k in ("old", "new"))
    effects = change.product_effects(old, new)[:, 0]
    assert effects == pytest.approx(case["expected"]["effects"], abs=case["tolerance"]["abs"])
    assert effects.sum() == pytest.approx(case["expected"]["total"], abs=case["tolerance"]["abs"])


def test_intervals_to_compare_by_reach_1_39_standard_errors() -> None:
    case = facts()["goldstein_healy"]
    found = reach(np.array([100]), 0.95, compare=True)[0]
    assert found == pytest.approx(case["expected"]["multiplier"], abs=case["tolerance"]["abs"])


def test_shared_accounts_are_split_or_solved_for_together() -> None:
    case = facts()["own_multiple_membership"]
    share, k, expected = np.array(case["input"]["share"]), case["input"]["k"], case["expected"]
    unit, manager = np.nonzero(share)
    books = Books(unit, manager, share[unit, manager], np.arange(len(share)), share.argmax(axis=1), share.shape[1])
    surprise, ones = np.array(case["input"]["y"]), np.ones(len(share))
    part = parts(books, ones)
    difference = books.by_manager(part * surprise[unit])
    noise = of_books(part, Noise(ones, 1.0, 0.0, surprise), books)
    z = credibility(noise, 1 / k)
    assert difference == pytest.approx(expected["split_D"], rel=1e-9)
    assert 1 / noise == pytest.approx(expected["n_eff"], rel=1e-9)
    assert z == pytest.approx(expected["Z"], rel=1e-9)
    assert z * difference == pytest.approx(expected["split_theta"], rel=1e-9)
    assert joint.solve(surprise, ones, books, 1 / k).effect == pytest.approx(expected["joint_u"], rel=1e-9)


def test_a_difference_becomes_a_score() -> None:
    case = facts()["own_credibility_score"]
    expected, between = case["expected"], case["input"]["tau2"]
    known, shrunk = believed(case["input"]["D"], case["input"]["V"], between)
    assert known.mean == pytest.approx([expected["mu"]] * 4, rel=1e-9)
    assert shrunk.z == pytest.approx(expected["Z"], rel=1e-9)
    assert shrunk.theta == pytest.approx(expected["theta"], rel=1e-9)
    assert shrunk.error == pytest.approx(expected["se"], rel=1e-9)
    assert 50 + 10 * (shrunk.theta - known.mean) / np.sqrt(between) == pytest.approx(expected["score"], rel=1e-9)


def test_no_account_carries_more_than_the_cap() -> None:
    case = facts()["own_weight_cap"]
    books = case["input"]["books"]
    weight = np.concatenate([np.array(b, dtype=float) for b in books])
    book = np.repeat(np.arange(len(books)), [len(b) for b in books])
    found = capped(weight, book, np.array(case["input"]["cap"]), len(books))
    assert found == pytest.approx(case["expected"]["capped"], rel=1e-9)


def test_the_parts_of_a_change_add_up_to_it() -> None:
    case = facts()["own_score_change"]
    given, expected = case["input"], case["expected"]
    accounts = pl.DataFrame(
        [
            {"manager_id": "M", "metric": "m", "account_id": a}
            | {
                f"{new}{t}": given[f"{old}{t}"].get(a)
                for t in (0, 1)
                for new, old in (("q", "q"), ("y", "y"), ("e", "E"))
            }
            for a in "abcd"
        ]
    )
    (mean0, mean1), (z0, z1), scale = given["mu"], given["Z"], given["kappa"]
    people = pl.DataFrame({
        "manager_id": ["M"], "metric": ["m"], "mean0": [mean0], "mean1": [mean1], "z0": [z0], "z1": [z1],
        "scale0": [scale], "scale1": [scale],
    })  # fmt: skip
    d = [sum(given[f"q{t}"][a] * (given[f"y{t}"][a] - given[f"E{t}"][a]) for a in given[f"q{t}"]) for t in (0, 1)]
    both = pl.DataFrame({"manager_id": ["M"], "metric": ["m"], "d0": [d[0]], "d1": [d[1]]})
    mine = change.account_parts(accounts, people).select(pl.col(pl.Float64)).sum().row(0)
    theirs = change.manager_parts(both, people).select(pl.col(pl.Float64)).row(0)
    assert [*mine, *theirs] == pytest.approx(expected["parts"], rel=1e-9, abs=1e-12)
    assert sum([*mine, *theirs]) == pytest.approx(expected["change"], rel=1e-9)


def test_handing_a_dying_account_over_moves_no_responsibility() -> None:
    case = facts()["own_responsibility_window"]
    starts, ends = (date.fromisoformat(d) for d in case["input"]["quarter"])
    accounts = case["input"]["accounts"].items()
    units = pl.DataFrame(
        [
            {
                "account_id": str(a), "quarter": 1, "starts_on": starts, "ends_on": ends,
                "cancelled_on": date.fromisoformat(v["cancelled"]) if v["cancelled"] else None,
            }
            for a, v in accounts
        ],
        schema_overrides={"cancelled_on": pl.Date()},
    )  # fmt: skip
    spans = pl.DataFrame(
        [
            {
                "account_id": str(a), "manager_id": m, "starts_on": date.fromisoformat(s),
                "ends_on": date.fromisoformat(e) if e else date.max, "weight": 1_000_000,
            }
            for a, v in accounts
            for m, s, e in v["owners"]
        ]
    )  # fmt: skip
    days, gap = case["input"]["lookback"], case["input"]["lag"]
    found = {
        (r["account_id"], r["manager_id"]): (r["days"], r["share"])
        for r in responsibility(units, spans, days=days, gap=gap).iter_rows(named=True)
    }
    none, expected = (0, 0.0), case["expected"]
    assert [found[("1", m)][0] for m in "AB"] == expected["days_1"]
    assert [found[("1", m)][1] for m in "AB"] == pytest.approx(expected["share_1"], rel=1e-9)
    assert [found.get(("2", m), none)[1] for m in "AB"] == pytest.approx(expected["share_2"], rel=1e-9)


@needs_folder
@pytest.mark.parametrize("name", ["hachemeister_buhlmann", "hachemeister_buhlmann_straub"])
def test_premiums_are_buhlmann_and_straubs_given_their_variances(name: str) -> None:
    entry = kept_outside()[name]
    ratios, computed = np.array(entry["input"]["ratios"], dtype=float), entry["computed"]
    weights = np.array(entry["input"].get("weights", np.ones_like(ratios)), dtype=float)
    own = np.sum(ratios * weights, axis=1) / weights.sum(axis=1)
    known, shrunk = believed(own, computed["within"] / weights.sum(axis=1), computed["between"])
    assert known.mean[0] == pytest.approx(computed["collective"])
    assert shrunk.z == pytest.approx(computed["z"])
    assert shrunk.theta == pytest.approx(computed["premium"])


@needs_folder
@pytest.mark.parametrize("name", ["dyestuff_reml", "dyestuff2_reml"])
def test_the_spread_between_batches_is_that_of_the_mixed_model(name: str) -> None:
    entry = kept_outside()[name]
    batches = np.array(entry["input"]["groups"])
    within = batches.var(axis=1, ddof=1).mean()
    between = paule_mandel(batches.mean(axis=1), np.full(len(batches), within / batches.shape[1]))
    assert np.sqrt(between) == pytest.approx(entry["published"]["sd_between"], abs=0.006)


@needs_folder
def test_the_spread_between_sleepers_and_what_is_believed_of_them_is_that_of_the_mixed_model() -> None:
    entry = kept_outside()["sleepstudy"]
    expected = entry["computed"]["random_intercept"]
    people = np.array(entry["input"]["reaction"]).reshape(-1, 10)
    noise = np.full(len(people), expected["var_residual"] / 10)
    between = paule_mandel(people.mean(axis=1), noise)
    known, shrunk = believed(people.mean(axis=1), noise, between)
    near = entry["tolerance"]["rel"]  # the stored figures come from a numerical optimum, ours are exact
    assert between == pytest.approx(entry["published"]["random_intercept"]["var_subject"], rel=near)
    assert shrunk.theta - known.mean == pytest.approx(list(expected["blup"].values()), rel=1e-5)


@needs_folder
def test_what_is_believed_of_vaccine_trials_is_metafors() -> None:
    computed = kept_outside()["bcg_normal_normal"]["computed"]
    y, v = np.array(computed["y"]), np.array(computed["v"])
    between = computed["REML"]["tau2"]
    known, shrunk = believed(y, v, between)
    assert paule_mandel(y, v) == pytest.approx(computed["PM"]["tau2"], rel=1e-9)
    assert known.mean[0] == pytest.approx(computed["REML"]["mu"])
    assert shrunk.z == pytest.approx(computed["z"])
    far = 1.959963984540054 * shrunk.error
    assert np.exp(shrunk.theta) == pytest.approx(computed["blup_risk_ratio"])
    assert np.exp(shrunk.theta - far) == pytest.approx(computed["blup_lo"])
    assert np.exp(shrunk.theta + far) == pytest.approx(computed["blup_hi"])


@needs_folder
def test_what_is_believed_of_pupils_is_metafors() -> None:
    entry = kept_outside()["raudenbush_teacher_expectancy"]
    y, v, computed = np.array(entry["input"]["y"]), np.array(entry["input"]["v"]), entry["computed"]
    assert paule_mandel(y, v) == pytest.approx(computed["tau2"]["PM"], rel=1e-9)
    for way in ("ML", "REML", "DL", "HE", "PM"):
        known, _ = believed(y, v, computed["tau2"][way])
        assert known.mean[0] == pytest.approx(computed["mu"][way])
        assert 1 / np.sqrt(known.evidence[0]) == pytest.approx(computed["se"][way])
    assert believed(y, v, computed["tau2"]["REML"])[1].theta == pytest.approx(computed["blup_reml"])


@needs_folder
def test_the_places_of_countries_are_those_of_their_posterior() -> None:
    entry = kept_outside()["pisa2018_math_rank_set"]
    score, error = (np.array(entry["input"][k]) for k in ("score", "se"))
    first, last = rank_interval(score, error, 0.95)
    assert np.abs(first - entry["computed"]["posterior_rank_lo"]).max() <= entry["tolerance"]["abs_rank"]
    assert np.abs(last - entry["computed"]["posterior_rank_hi"]).max() <= entry["tolerance"]["abs_rank"]


def test_deaths_in_hospitals_lie_where_their_posterior_does() -> None:
    case = facts()["surgical_hospitals"]
    deaths, patients = (np.array(case["input"][k], dtype=float) for k in ("r", "n"))
    expected, near = case["expected"], case["tolerance"]
    known = drawn(deaths, patients, NOTHING_KNOWN)
    low, high = known.limits(0.95)
    printed = slice(len(expected["mean"]))
    assert known.mean[printed] == pytest.approx(expected["mean"], abs=near["mean"])
    assert known.error[printed] == pytest.approx(expected["sd"], abs=near["mean"])
    assert low[printed] == pytest.approx(expected["q025"], abs=near["quantile"])
    assert high[printed] == pytest.approx(expected["q975"], abs=near["quantile"])


def strata(exposure: Any) -> Books:
    """Books in which each area (row) has so much of each stratum (column)."""
    share = np.asarray(exposure, dtype=float).T
    unit, area = np.nonzero(np.ones_like(share))
    return Books(unit, area, share[unit, area], np.arange(len(share)), share.argmax(axis=1), share.shape[1])


def test_events_of_regions_are_held_against_those_of_a_standard_population() -> None:
    given, expected = (facts()["smr_two_regions"][k] for k in ("input", "expected"))
    regions, near = given["regions"], facts()["smr_two_regions"]["tolerance"]
    events, pop, standard, of = (np.array(given[k], dtype=float) for k in ("events", "pop", "std_events", "std_pop"))
    bins = [np.arange(len(pop)) // (len(pop) // regions) == r for r in range(regions)]
    books = strata([np.where(mine, pop, 0.0) for mine in bins])
    found = lost(events / pop, standard / of, books)
    assert found.ratio == pytest.approx(expected["smr"], abs=near["smr"])
    assert found.rate(standard.sum() / of.sum()) == pytest.approx(expected["rate"], abs=near["rate"])


def test_rates_of_groups_are_flagged_by_four_fifths() -> None:
    case = facts()["four_fifths_ugesp"]
    rates, expected = case["input"]["rates"], case["expected"]
    cards, whose = [], {}
    for group, rate in rates.items():
        for n in range(100):
            whose[f"{group} {n}"] = group
            is_above = n < round(100 * rate)
            cards.append(
                {"manager_id": f"{group} {n}", "score": 50.0, "group": "above" if is_above else "below", "label": ""}
            )
    (found,) = audit(cards, {"group": whose}, "best")
    above = {group.name: rate for group in found.groups for rate in group.rates if rate.outcome == "above"}
    ratios = {name: above[name].ratio for name in expected["ratio"]}
    assert ratios == pytest.approx(expected["ratio"], abs=case["tolerance"]["abs"])
    assert [name for name, rate in above.items() if rate.is_flagged] == expected["flag"]


@needs_folder
def test_a_group_is_drawn_to_all_and_its_members_to_it() -> None:
    entries = kept_outside()
    given, entry = entries["hachemeister_buhlmann_straub"]["input"], entries["hachemeister_two_level"]
    ratios, weights = (np.array(given[k], dtype=float) for k in ("ratios", "weights"))
    expected, own = entry["computed"], np.sum(ratios * weights, axis=1) / weights.sum(axis=1)
    noise = expected["within"] / weights.sum(axis=1)
    cohort = np.array(entry["input"]["cohort"]) - 1
    levels = (cohort, np.zeros(len(own), dtype=np.int64))
    known = peers(own, noise, expected["between_unit"], levels, 1, [expected["between_cohort"]])
    shrunk = shrink(own, noise, expected["between_unit"], known)
    first = [int(np.flatnonzero(cohort == c)[0]) for c in (0, 1)]
    assert known.mean[first] == pytest.approx(expected["premium_cohort"])
    assert shrunk.z == pytest.approx(expected["z_unit"])
    assert shrunk.theta == pytest.approx(expected["premium_unit"])
    assert shrunk.theta == pytest.approx(entry["published"]["premium_unit"], abs=entry["tolerance"]["abs"])


@needs_folder
def test_the_rates_of_tumours_are_a_beta_distribution() -> None:
    entry = kept_outside()["rat_tumour_beta_binomial"]
    tumours, rats = (np.array(entry["input"][k], dtype=float) for k in ("y", "n"))
    found, near = fitted(tumours, rats), entry["tolerance"]["abs"]
    assert found == pytest.approx([entry["published"][k] for k in ("alpha", "beta")], abs=near)
    assert found == pytest.approx([entry["computed"][k] for k in ("alpha", "beta")], rel=1e-5)
    new = drawn(np.array([4.0]), np.array([14.0]), found).mean[0]
    assert new == pytest.approx(entry["computed"]["posterior_mean_new_study_4_of_14"], rel=1e-5)
    hospitals, computed = facts()["surgical_hospitals"]["input"], kept_outside()["surgical_hospitals"]["computed"]
    deaths, patients = (np.array(hospitals[k], dtype=float) for k in ("r", "n"))
    drawn_in = drawn(deaths, patients, fitted(deaths, patients))
    # the stored figures come from a numerical optimum
    assert drawn_in.mean == pytest.approx(computed["beta_binomial_eb"]["posterior_mean"], rel=5e-5)
    assert drawn_in.error == pytest.approx(computed["beta_binomial_eb"]["posterior_sd"], rel=5e-5)


@needs_folder
def test_events_of_areas_are_held_against_the_national_rates() -> None:
    entry = kept_outside()["phe_indirect_standardisation"]
    reference, near = entry["input"]["reference"], entry["tolerance"]["rel"]
    rates = np.array(reference["events"]) / np.array(reference["pop"])
    for name, area in entry["input"]["areas"].items():
        count, pop = (np.array([v or 0 for v in area[k]], dtype=float) for k in ("count", "pop"))
        seen = np.divide(count, pop, out=np.zeros_like(count), where=pop > 0)
        expected = {**entry["computed"][name], **entry["published"][name]}
        full = np.array(entry["input"]["areas"]["testdata_big"]["pop"], dtype=float)
        found = lost(seen, rates, strata([np.where(pop > 0, pop, full)]))
        if name != "testdata_tiny":
            assert found.expected[0] == pytest.approx(expected["expected"], rel=near)
        told = {"observed": found.observed[0], "ratio": found.ratio[0]}
        for suffix, coverage in (("95", 0.95), ("998", 0.998)):
            told |= {f"{side}{suffix}": v[0] for side, v in zip(("lo", "hi"), found.limits(coverage), strict=True)}
        shared = [k for k in told if k in expected]
        assert [told[k] for k in shared] == pytest.approx([expected[k] for k in shared], rel=near)


@needs_folder
def test_limits_of_counts_and_rates_are_byars_and_wilsons() -> None:
    entry = kept_outside()["byar_wilson_limits"]
    near, published = entry["tolerance"]["rel"], entry["published"]
    for (count, coverage), limits in zip(entry["input"]["byar"], published["byar"], strict=True):
        assert [v[0] for v in byar(np.array([count]), coverage)] == pytest.approx(limits, rel=near)
    for (count, of, coverage), limits in zip(entry["input"]["wilson"], published["wilson"], strict=True):
        found = of_rates(np.array([count]), np.array([of]), coverage)
        assert [v[0] for v in found] == pytest.approx(limits, rel=near)


@needs_folder
def test_the_lines_of_a_funnel_around_a_rate() -> None:
    entry = kept_outside()["funnel_proportion_limits"]
    n, target = np.array(entry["input"]["n"], dtype=float), entry["input"]["target_percent"] / 100
    found = [100 * line for coverage in (INNER, OUTER) for line in around_rate(target, n, coverage)]
    assert np.abs(np.stack(found, axis=1) - entry["published"]["rows"]).max() <= entry["tolerance"]["abs"]


@needs_folder
def test_the_lines_of_a_funnel_around_a_ratio() -> None:
    entry = kept_outside()["funnel_ratio_limits"]
    low, high = around_ratio(np.array(entry["input"]["obs"], dtype=float), INNER)
    assert 100 * low == pytest.approx(entry["published"]["lo95"], rel=entry["tolerance"]["rel"])
    assert 100 * high == pytest.approx(entry["published"]["hi95"], rel=entry["tolerance"]["rel"])


@needs_folder
def test_a_gap_is_what_accounts_explain_and_the_rest() -> None:
    """Spending on a card by those who own their home and those who rent: twofold with points for all, and threefold."""
    statsmodels = pytest.importorskip("statsmodels.datasets", reason="the data are read from statsmodels")
    entry = kept_outside()["oaxaca_ccard"]
    rows = statsmodels.ccard.load_pandas().data
    who, y = rows["OWNRENT"].to_numpy(), rows["AVGEXP"].to_numpy()
    x = np.column_stack([rows[[c for c in rows if c not in ("OWNRENT", "AVGEXP")]].to_numpy(), np.ones(len(rows))])
    mine = [who == v for v in (1, 0)]
    sides = [(float(y[m].mean()), x[m].mean(axis=0)) for m in mine]
    own = [np.linalg.lstsq(x[m], y[m], rcond=None)[0] for m in mine]
    pooled = np.linalg.lstsq(np.column_stack([x, who]), y, rcond=None)[0][:-1]
    told = gap(sides[0], sides[1], pooled)
    endowment, with_interaction = (gap(sides[0], sides[1], points) for points in (own[1], own[0]))
    found = {
        "gap": told.whole,
        "explained": told.explained,
        "unexplained": told.unexplained,
        "endowment": endowment.explained,
        "coefficient": with_interaction.unexplained,
        "interaction": with_interaction.explained - endowment.explained,
    }
    assert found == pytest.approx(entry["published"], abs=entry["tolerance"]["abs"])
