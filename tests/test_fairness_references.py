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

from scoring.peers import change, joint
from scoring.peers.books import Books
from scoring.peers.credibility import credibility, peers, shrink
from scoring.peers.intervals import reach
from scoring.peers.noise import Noise, of_books
from scoring.peers.ranks import rank_interval
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
    mine = change.account_parts(accounts, people).select(change.PARTS[:5]).sum().row(0)
    theirs = change.manager_parts(both, people).select(change.PARTS[5:]).row(0)
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
