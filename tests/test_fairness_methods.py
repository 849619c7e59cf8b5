"""The seven methods by name, what each costs, chance bands, intervals of ranks, and scores of several metrics."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from fairness_made import LOGO, NRR, Made, small, tabled

from scoring.peers import change
from scoring.peers.books import Books
from scoring.peers.chance import change_band
from scoring.peers.diagnosis import diagnose
from scoring.peers.evidence import grades, labels
from scoring.peers.intervals import correlations, joint_error
from scoring.peers.joint import carried
from scoring.peers.methods import METHODS, compare
from scoring.peers.outcomes import drawn_in
from scoring.peers.ranks import rank_interval
from scoring.peers.score import correlation, scores
from scoring.peers.settings import Fairness
from scoring.peers.weights import parts
from scoring.scorecard.total import ENOUGH

NAMES = ("raw", "weighted", "target_bands", "peer_percentile", "oe", "oe_credibility", "joint")


def ledger() -> Made:
    """Five managers with two accounts each in whole numbers; the first has kept 300 of 400."""
    units = pl.DataFrame({
        "account_id": list("abcdefghij"), "quarter": [1] * 10, "segment": ["s"] * 10,
        "opening": [100.0, 300.0] + [100.0] * 8,
        "closing": [120.0, 180.0, 90.0, 90.0, 100.0, 100.0, 110.0, 90.0, 0.0, 100.0],
    })  # fmt: skip
    owners = [m for m in "ABCDE" for _ in range(2)]
    return tabled(units, units.select("account_id", "quarter", pl.Series("manager_id", owners), share=1.0))


def values(made: Made, method: str, **further: object) -> list[float | None]:
    return compare(made.company, NRR, method, made.settings, **further)["value"].to_list()  # type: ignore[arg-type]


def test_there_are_seven_methods_by_name() -> None:
    assert tuple(METHODS) == NAMES
    for method in NAMES:
        said = compare(small().company, NRR, method)
        assert said["method"].unique().to_list() == [method]
        assert said["manager_id"].is_sorted()
        assert said["value"].null_count() == 0


def test_raw_is_the_ratio_of_sums() -> None:
    assert values(ledger(), "raw") == pytest.approx([0.75, 0.9, 1.0, 1.0, 0.5])


def test_weighted_is_the_mean_of_accounts_by_weight() -> None:
    made = ledger().having(account_weights="equal")
    assert values(made, "weighted")[1:] == pytest.approx([0.9, 1.0, 1.0, 0.5])


def test_target_bands_are_points_for_the_part_of_the_target_reached() -> None:
    made = ledger()
    assert values(made, "target_bands", targets={"s": 1.0}) == [0.0, 25.0, 75.0, 75.0, 0.0]
    assert values(made, "target_bands", targets={"s": 0.5}) == [100.0, 100.0, 100.0, 100.0, 75.0]
    whole = 980 / 1200  # without a target it is what the segment reached
    assert values(made, "target_bands") == [25.0, 100.0, 100.0, 100.0, 0.0]
    assert 0.90 < 0.75 / whole < 0.95


def test_a_percentile_is_the_middle_of_ones_places() -> None:
    assert values(ledger(), "peer_percentile") == pytest.approx([30.0, 50.0, 80.0, 80.0, 10.0])


def test_percentiles_are_taken_among_the_peers() -> None:
    made = small(managers=12)
    teams = replace(made, managers=made.managers.with_columns(pl.Series("team", ["a", "b"] * 6))).having(
        groups=("team",)
    )
    said = compare(teams.company, NRR, "peer_percentile", teams.settings)
    assert sorted(said["value"][::2]) == pytest.approx([100 * (n + 0.5) / 6 for n in range(6)])


def test_observed_minus_expected_is_drawn_in_by_credibility_alone() -> None:
    made = small(skill=0.03)
    rows = made.rows()
    oe, drawn = (compare(made.company, NRR, m) for m in ("oe", "oe_credibility"))
    assert oe["value"].equals(rows["difference"])
    assert drawn["value"].equals(rows["theta"])
    gap, kept = oe["value"] - rows["peer_mean"], drawn["value"] - rows["peer_mean"]
    assert kept.to_numpy() == pytest.approx((gap * rows["z"]).to_numpy(), abs=1e-12)


def test_without_shared_accounts_joint_and_split_agree() -> None:
    made = small(skill=0.03).having(account_weights="equal", prior_accounts=1e12)
    split, joint = (compare(made.company, NRR, m, made.settings) for m in ("oe_credibility", "joint"))
    for figure in ("value", "low", "high"):
        assert split[figure].to_numpy() == pytest.approx(joint[figure].to_numpy(), abs=1e-9)


def test_joint_tells_partners_apart_where_split_blurs_them() -> None:
    near: dict[bool, list[float]] = {False: [], True: []}
    for seed in range(8):
        made = small(managers=40, accounts=40, seed=seed, skill=0.05, shared=0.6)
        for joint, right in near.items():
            rows = made.having(joint=joint).rows().join(made.managers, on="manager_id")
            right.append(np.corrcoef(rows["theta"], rows["talent"])[0, 1])
    assert np.mean(near[True]) > np.mean(near[False])


def test_the_spread_is_not_taken_for_smaller_because_accounts_are_shared() -> None:
    found = {}
    for joint in (False, True):
        worlds = [
            small(managers=60, accounts=60, seed=s, skill=0.05, shared=0.6).having(joint=joint) for s in range(10)
        ]
        scales = [world.estimate().scale for world in worlds]
        found[joint] = np.mean([s.found for s in scales if s is not None])
    assert found[True] == pytest.approx(0.05**2, rel=0.15)
    assert found[False] < 0.75 * found[True]


def test_two_who_share_every_account_show_half_of_the_true_variance() -> None:
    units, people = np.repeat(np.arange(4), 2), np.tile(np.arange(2), 4)
    books = Books(units, people, np.full(8, 0.5), np.arange(4), np.zeros(4, dtype=np.int64), 2)
    assert carried(parts(books, np.ones(4)), books) == pytest.approx([0.5, 0.5])


def test_joint_takes_an_account_that_repeats_for_less_than_as_many_accounts() -> None:
    made = small(skill=0.05, managers=20)
    units, held = (pl.concat([f.with_columns(quarter=pl.lit(q)) for q in range(4)]) for f in (made.units, made.shares))
    repeated = replace(made, units=units, shares=held).having(joint=True)
    fresh = small(skill=0.05, managers=20, quarters=4).having(joint=True)
    assert repeated.rows()["z"].mean() < 1.1 * made.having(joint=True).rows()["z"].mean()
    assert fresh.rows()["z"].mean() > 1.3 * repeated.rows()["z"].mean()
    known = fresh.having(frozen_k={NRR.name: 40.0})
    older = known.having(quarter_weights=(1.0, 0.2, 0.2, 0.2))
    assert older.rows()["z"].mean() < 0.8 * known.rows()["z"].mean()


def test_what_a_method_costs_is_told() -> None:
    draw = np.random.default_rng(2)
    made = small(managers=40, accounts=50, noise=0.1, seed=2)
    rich = pl.Series("manager_id", [f"M{j:02}" for j in range(20)]).implode()
    good = made.shares.with_columns((pl.col("manager_id").is_in(rich)).alias("rich")).select("account_id", "rich")
    lucky = pl.Series("lucky", draw.random(made.units.height)) < 0.8
    luck = pl.col("rich") == lucky
    units = made.units.join(good, on="account_id").with_columns(
        pl.when(luck).then(pl.lit("safe")).otherwise(pl.lit("risky")).alias("industry"),
        pl.when(luck).then(pl.col(NRR.name) + 0.1).otherwise(NRR.name).alias(NRR.name),
    )
    world = Made(units, made.shares, made.managers)
    told = {m: diagnose(compare(world.company, NRR, m), world.rows()) for m in NAMES}
    assert told["raw"]["luck"] > 0.5
    assert told["weighted"]["luck"] > 0.8
    assert abs(told["oe_credibility"]["luck"]) < 0.3
    assert told["raw"]["reliability"] == pytest.approx(world.rows()["z"].mean())


def test_outliers_are_drawn_in_to_the_quantiles_of_their_segment() -> None:
    frame = pl.DataFrame({"segment": ["s"] * 101 + ["t"] * 2, NRR.name: [*map(float, range(101)), 5.0, None]})
    found = frame.select(drawn_in(NRR)).to_series()
    assert found[100] == pytest.approx(99.0)
    assert found[:100].to_list() == list(map(float, range(100)))
    assert found[101:].to_list() == [5.0, None]


def test_what_is_expected_is_the_base_and_the_points_of_what_an_account_is() -> None:
    made = small(managers=30, accounts=60, noise=0.1)
    found, company = made.estimate().expectation, made.company
    names = company.features.names
    assert names["level"][:3].to_list() == ["s0", "s1", "s2"]
    assert (found.points[:, 2] - found.points[:, 0]).mean() == pytest.approx(0.04, abs=0.012)
    fold = found.fold[company.books.owner]
    drawn = sum(found.points[fold, code] for code in company.features.codes)
    assert found.base + drawn == pytest.approx(found.expected, abs=1e-12)


def test_a_frozen_k_is_the_scale_of_the_calibration() -> None:
    made = small().having(frozen_k={NRR.name: 139.0})
    scale = made.estimate().scale
    assert scale is not None
    assert scale.k == pytest.approx(139.0)
    rows = made.rows()
    assert rows["z"].to_numpy() == pytest.approx((rows["evidence"] / (rows["evidence"] + 139.0)).to_numpy())


def test_older_quarters_can_count_less_or_nothing() -> None:
    made = small(quarters=4)
    less = made.having(quarter_weights=(1.0, 0.8, 0.6, 0.4)).rows()
    assert (less["evidence"] < made.rows()["evidence"]).all()
    latest = made.having(quarter_weights=(1.0,)).rows()
    assert latest["accounts"].to_list() == [30] * 12


def test_a_score_of_several_metrics_reaches_as_far_as_they_go_together() -> None:
    made = small(managers=20, skill=0.04)
    same = made.with_units(pl.col(NRR.name).alias("gross_revenue_retention")).having(
        spreads={"gross_revenue_retention": NRR.spread}
    )
    twice = [same.estimate(), same.estimate("gross_revenue_retention")]
    assert correlation(twice)[0, 1] == pytest.approx(1.0)
    once = scores(twice[:1], {NRR.name: 1.0})
    both = scores(twice, {NRR.name: 3.0, "gross_revenue_retention": 1.0})
    for figure in ("score", "low", "high", "z"):
        assert once[figure].to_numpy() == pytest.approx(both[figure].to_numpy(), abs=1e-9)
    apart = scores([made.estimate(), made.estimate(LOGO.name)], {NRR.name: 0.5, LOGO.name: 0.5})
    assert (apart["high"] - apart["low"]).mean() < 0.85 * (once["high"] - once["low"]).mean()


def test_metrics_that_share_no_account_are_independent() -> None:
    one, other = np.array([1.0, -1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0, -1.0])
    there = np.array([True, True, False, False])
    assert correlations([one, other], [there, ~there]).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert joint_error(np.array([[3.0, 4.0]]), np.eye(2)) == pytest.approx([5.0])


def test_evidence_is_graded_and_labels_need_nine_in_ten() -> None:
    assert grades(np.array([0.29, 0.3, 0.5, 0.7])).tolist() == ["none", "low", "medium", "high"]
    assert labels(np.array([0.90, 0.89, 0.11, 0.10])).tolist() == ["above", "in line", "in line", "below"]


def test_chance_alone_moves_a_score_that_is_half_believed_by_fourteen_points() -> None:
    (error,) = change.chance_error(np.full((1, 1), 0.5), np.ones(1), np.eye(1))
    assert change_band(error, error, ENOUGH) == pytest.approx(13.9, abs=0.05)


def test_chance_bands_are_left_as_seldom_as_stated() -> None:
    """Two periods with the same truth and accounts of their own: one score in twenty leaves the band."""
    draw = np.random.default_rng(8)
    n, between, noise = 20_000, 0.0004, 0.0006
    truth = draw.normal(0, np.sqrt(between), n)
    z = between / (between + noise)
    seen = [10 * z * (truth + draw.normal(0, np.sqrt(noise), n)) / np.sqrt(between) for _ in range(2)]
    (error,) = change.chance_error(np.full((1, 1), z), np.ones(1), np.eye(1))
    band = change_band(error, error, ENOUGH)
    assert (np.abs(seen[1] - seen[0]) > band).mean() == pytest.approx(0.05, abs=0.006)


def test_the_parts_of_any_change_add_up_to_it() -> None:
    draw = np.random.default_rng(9)
    n = 40
    here = [draw.random(n) < 0.8 for _ in range(2)]
    columns: dict[str, object] = {
        "manager_id": ["M"] * n,
        "metric": ["m"] * n,
        "account_id": [f"A{i:02}" for i in range(n)],
    }
    for t in (0, 1):
        weight = np.where(here[t], draw.random(n), 0.0)
        for name, value in (("q", weight / weight.sum()), ("y", draw.normal(1, 0.2, n)), ("e", draw.normal(1, 0.1, n))):
            columns[f"{name}{t}"] = np.where(here[t], value, np.nan)
    accounts = (
        pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None)).filter(pl.Series(here[0] | here[1]))
    )
    d = [float((accounts[f"q{t}"] * (accounts[f"y{t}"] - accounts[f"e{t}"])).sum()) for t in (0, 1)]
    given = {"mean": (0.01, 0.02), "z": (0.4, 0.6), "scale": (300.0, 400.0)}
    people = pl.DataFrame(
        {"manager_id": ["M"], "metric": ["m"]} | {f"{k}{t}": [v[t]] for k, v in given.items() for t in (0, 1)}
    )
    mine = change.account_parts(accounts, people)
    theirs = change.manager_parts(
        pl.DataFrame({"manager_id": ["M"], "metric": ["m"], "d0": [d[0]], "d1": [d[1]]}), people
    )
    moved = [given["scale"][t] * given["z"][t] * (d[t] - given["mean"][t]) for t in (0, 1)]
    whole = sum(part.select(pl.col(pl.Float64)).sum_horizontal().sum() for part in (mine, theirs))
    assert whole == pytest.approx(moved[1] - moved[0], abs=1e-9)


def test_places_are_an_interval_that_holds_the_true_one() -> None:
    draw = np.random.default_rng(5)
    n, inside, wide = 40, [], []
    for _ in range(60):
        truth = draw.normal(0, 1, n)
        z = draw.uniform(0.3, 0.8, n)
        error = np.sqrt(1 - z)
        theta = z * (truth + draw.normal(0, 1, n) * np.sqrt((1 - z) / z))
        first, last = rank_interval(theta, error, 0.90)
        place = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
        inside.append(((first <= place) & (place <= last)).mean())
        wide.append((last - first).mean() / n)
    assert 0.85 < np.mean(inside) < 0.97
    assert np.mean(wide) > 0.3  # they cover most of the table, as they must


def test_places_are_certain_without_error_and_open_without_evidence() -> None:
    figures = np.array([3.0, 1.0, 2.0])
    first, last = rank_interval(figures, np.zeros(3))
    assert first.tolist() == last.tolist() == [1, 3, 2]
    first, last = rank_interval(np.zeros(20), np.ones(20))
    assert first.max() <= 2
    assert last.min() >= 19


def test_nobody_has_a_place_behind_the_last() -> None:
    first, last = rank_interval(np.arange(40.0, 58.0, 3.0), np.full(6, 5.0), 0.95)
    assert first.tolist() == [3, 2, 1, 1, 1, 1]
    assert last.tolist() == [6, 6, 6, 6, 5, 4]


def test_the_settings_are_those_of_the_method_as_published() -> None:
    chosen = Fairness()
    assert (chosen.ridge, chosen.folds, chosen.prior_accounts, chosen.prior_managers) == (20, 5, 50, 20)
    assert (chosen.least_z, chosen.sure, chosen.least_peers, chosen.points) == (0.30, 0.90, 5, (1, 1.5, 2, 3, 4))
