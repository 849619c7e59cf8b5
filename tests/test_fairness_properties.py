"""What must hold of the peers' engine whatever the data: order, units, names of managers, honest chances."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from fairness_made import LOGO, NRR, Made, small
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.peers.credibility import peers, shrink
from scoring.peers.intervals import chance_above, reach
from scoring.peers.score import scores
from scoring.peers.settings import Fairness
from scoring.peers.spread import paule_mandel
from scoring.peers.table import floored
from scoring.peers.weights import capped

FIGURES = ("difference", "noise", "z", "theta", "error", "low", "high")
WEIGHTS = {NRR.name: 0.6, LOGO.name: 0.4}


def figures(made: Made) -> np.ndarray:
    return made.rows().select(FIGURES).to_numpy()


@given(seed=st.integers(0, 1000))
@settings(max_examples=10)
def test_the_order_of_rows_changes_no_digit(seed: int) -> None:
    made = small(shared=0.3, skill=0.02, quarters=2, accounts=12)
    mixed = replace(
        made,
        units=made.units.sample(fraction=1, shuffle=True, seed=seed),
        shares=made.shares.sample(fraction=1, shuffle=True, seed=seed + 1),
        managers=made.managers.sample(fraction=1, shuffle=True, seed=seed + 2),
    )
    for way in (made.settings, Fairness(joint=True)):
        one, other = replace(made, settings=way), replace(mixed, settings=way)
        assert one.rows().equals(other.rows())
    both = [[m.estimate(), m.estimate(LOGO.name)] for m in (made, mixed)]
    assert scores(both[0], WEIGHTS).equals(scores(both[1], WEIGHTS))


def test_the_number_of_threads_changes_no_digit() -> None:
    code = "from fairness_made import small; m = small(shared=0.3, skill=0.02, quarters=2); print(m.rows().write_csv())"
    variables = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
    path = {"PYTHONPATH": str(Path(__file__).parent)}
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | path | dict.fromkeys(variables, threads),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "4")
    ]
    assert said[0] == said[1]


def test_adding_to_every_outcome_moves_nobody() -> None:
    made = small(shared=0.2, skill=0.02)
    more = made.with_units((pl.col(NRR.name) + 0.25).alias(NRR.name))
    assert figures(made) == pytest.approx(figures(more), abs=1e-10)
    assert (more.rows()["expected"] - made.rows()["expected"]).to_numpy() == pytest.approx(np.full(12, 0.25))


def test_stretching_every_outcome_stretches_the_differences_and_no_score() -> None:
    made = small(skill=0.02)
    wide = made.with_units((pl.col(NRR.name) * 3).alias(NRR.name)).having(spreads={NRR.name: 3 * NRR.spread})
    assert wide.rows()["theta"].to_numpy() == pytest.approx(3 * made.rows()["theta"].to_numpy(), abs=1e-10)
    ours, theirs = (scores([m.estimate()], {NRR.name: 1.0}) for m in (made, wide))
    assert ours["score"].to_numpy() == pytest.approx(theirs["score"].to_numpy(), abs=1e-8)


def test_what_managers_are_called_changes_only_their_fold() -> None:
    made = small(skill=0.03).having(features=())  # without a table, folds matter to nobody
    turned = {f"M{j:02}": f"M{(j * 5 + 3) % 12:02}" for j in range(12)}
    named = replace(made, shares=made.shares.with_columns(pl.col("manager_id").replace(turned)))
    ours = {r["manager_id"]: r for r in made.rows().iter_rows(named=True)}
    theirs = {r["manager_id"]: r for r in named.rows().iter_rows(named=True)}
    for before, after in turned.items():
        assert [ours[before][f] for f in FIGURES] == pytest.approx([theirs[after][f] for f in FIGURES], abs=1e-12)


def test_splitting_every_account_of_a_manager_in_two_leaves_the_difference_and_doubles_the_evidence() -> None:
    made = small(skill=0.02).having(features=(), account_weights="equal")
    mine = made.shares.filter(pl.col("manager_id") == "M05")
    twins = mine.with_columns(pl.col("account_id") + "b")
    again = made.units.join(mine, on="account_id", how="semi").with_columns(pl.col("account_id") + "b")
    split = replace(made, units=pl.concat([made.units, again]), shares=pl.concat([made.shares, twins]))
    before, after = made.of("M05"), split.of("M05")
    # what is expected of all moves a little, since these accounts are now more of the whole
    moved = after["expected"] - before["expected"]
    assert after["difference"] + moved == pytest.approx(before["difference"], abs=1e-12)
    assert after["evidence"] == pytest.approx(2 * before["evidence"], rel=0.05)
    others = made.rows().filter(pl.col("manager_id") != "M05")["evidence"].to_numpy()
    assert split.rows().filter(pl.col("manager_id") != "M05")["evidence"].to_numpy() == pytest.approx(others, rel=0.05)


def test_an_account_that_repeats_every_quarter_is_less_evidence_than_as_many_accounts() -> None:
    made = small(noise=0.2, quarters=1)
    same = pl.concat([made.units.with_columns(quarter=pl.lit(q)) for q in range(4)])
    held = pl.concat([made.shares.with_columns(quarter=pl.lit(q)) for q in range(4)])
    repeated = replace(made, units=same, shares=held)
    fresh = small(noise=0.2, quarters=4)
    assert repeated.estimate().scale.repeat > 0.9
    assert fresh.estimate().scale.repeat < 0.1
    assert repeated.rows()["evidence"].mean() < 1.2 * made.rows()["evidence"].mean()
    assert fresh.rows()["evidence"].mean() > 2.5 * made.rows()["evidence"].mean()


def test_equal_managers_are_labelled_no_more_often_than_stated() -> None:
    said = pl.concat([small(managers=30, accounts=40, seed=s).rows() for s in range(40)])
    published = said.filter(pl.col("label").is_not_null())
    assert (said["label"].fill_null("in line") != "in line").mean() < 0.20
    for side in ("above", "below"):
        assert (said["label"].fill_null("") == side).mean() < 0.10
    assert published.height < said.height


def test_one_in_ten_of_those_labelled_is_on_the_other_side_at_most() -> None:
    worlds = [small(managers=40, accounts=60, seed=s, skill=0.03) for s in range(40)]
    rows = pl.concat([
        w.rows().join(w.managers, on="manager_id").with_columns(ahead=pl.col("talent") - pl.col("talent").mean())
        for w in worlds
    ])  # fmt: skip
    below, above = (rows.filter(pl.col("label") == side)["ahead"] for side in ("below", "above"))
    assert min(len(below), len(above)) > 80  # enough to tell a tenth from more
    assert (below > 0).mean() < 0.10
    assert (above < 0).mean() < 0.10


@pytest.mark.parametrize(("quarters", "shared"), [(1, 0.0), (4, 0.3)])
def test_intervals_hold_the_truth_as_often_as_stated(quarters: int, shared: float) -> None:
    ways = {"split": Fairness(), "joint": Fairness(joint=True)}
    for way in ways.values():
        inside = []
        for seed in range(15):
            world = replace(
                small(managers=40, accounts=40, seed=seed, skill=0.03, quarters=quarters, shared=shared), settings=way
            )
            rows = world.rows().join(world.managers, on="manager_id")
            truth = rows["talent"] - rows["talent"].mean() + rows["peer_mean"]
            inside.append(((rows["low"] < truth) & (truth < rows["high"])).mean())
        assert 0.89 < np.mean(inside) <= 0.99


def test_believing_less_of_few_accounts_errs_less_than_believing_all() -> None:
    gain = []
    for seed in range(10):
        world = small(managers=40, accounts=15, seed=seed, skill=0.03)
        rows = world.rows().join(world.managers, on="manager_id")
        truth = rows["talent"] - rows["talent"].mean()
        error = [((rows[c] - rows["peer_mean"] - truth) ** 2).mean() for c in ("difference", "theta")]
        gain.append(error[1] / error[0])
    assert np.mean(gain) < 0.5


def test_the_table_does_not_pay_good_managers_skill_to_their_accounts() -> None:
    """Good managers hold the accounts of one segment only: a pooled table takes their skill for the segment's."""
    draw = np.random.default_rng(3)
    made = small(managers=40, accounts=50, seed=3, skill=0.05)
    good = made.managers.filter(pl.col("talent") > 0)["manager_id"].implode()
    owned = made.shares.with_columns(pl.col("manager_id").is_in(good).alias("is_good")).select("account_id", "is_good")
    often = pl.Series("chance", draw.random(made.units.height)) < 0.9
    confounded = replace(
        made,
        units=made.units.join(owned, on="account_id").with_columns(
            pl.when(pl.col("is_good") == often).then(pl.lit("big")).otherwise(pl.lit("small")).alias("industry")
        ),
    )
    right = {}
    for within in (True, False):
        rows = confounded.having(within_books=within).rows().join(made.managers, on="manager_id")
        right[within] = float(np.corrcoef(rows["difference"], rows["talent"])[0, 1])
    assert right[True] > right[False] + 0.1
    assert right[True] > 0.8


@given(
    values=st.lists(st.floats(-1, 1), min_size=2, max_size=30),
    noise=st.lists(st.floats(1e-4, 1), min_size=30, max_size=30),
)
@settings(max_examples=50)
def test_the_spread_solves_its_equation_or_is_nothing(values: list[float], noise: list[float]) -> None:
    d, v = np.array(values), np.array(noise[: len(values)])
    between = paule_mandel(d, v)
    assert between >= 0
    weight = 1 / (v + between)
    found = float(np.sum(weight * (d - np.sum(weight * d) / weight.sum()) ** 2))
    if between > 0:
        assert found == pytest.approx(len(d) - 1, rel=1e-6)
    else:
        assert found <= len(d) - 1 + 1e-9


@given(weights=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20), cap=st.floats(0.05, 1))
@settings(max_examples=80)
def test_a_cap_holds_and_never_raises(weights: list[float], cap: float) -> None:
    weight = np.array(weights)
    found = capped(weight, np.zeros(len(weight), dtype=np.int64), cap, 1)
    if len(weight) * cap > 1 + 1e-9:
        assert found.max() <= cap * found.sum() * (1 + 1e-9)
        assert np.all(found <= weight * (1 + 1e-12))
        assert np.all(np.diff(found[np.argsort(weight)]) >= -1e-9)
    else:
        assert np.ptp(found) <= 1e-9 * found.max()


@given(losses=st.lists(st.floats(-0.2, 0.9), min_size=1, max_size=50), part=st.floats(0, 1))
@settings(max_examples=80)
def test_expected_losses_add_up_to_those_that_happened(losses: list[float], part: float) -> None:
    loss = np.array(losses)
    whole = part * len(loss)
    found = floored(loss, whole)
    assert found.sum() == pytest.approx(whole, abs=1e-9)
    assert np.all(found >= min(0.002, whole / len(loss)) - 1e-12)


def test_losses_that_are_mere_rounding_are_not_scaled_up() -> None:
    found = floored(np.array([6e-321, -1e-53, 0.0]), 1.5)
    assert found == pytest.approx([0.5, 0.5, 0.5])


def test_a_range_of_few_peers_is_students() -> None:
    assert chance_above(np.ones(1), np.ones(1), np.array([5])) == pytest.approx([0.8130], abs=1e-4)
    assert reach(np.array([5, 29, 30, 1000])) == pytest.approx([2.776, 2.048, 1.960, 1.960], abs=1e-3)
    assert chance_above(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([9, 40])) == pytest.approx(
        [0.5, 0.8413], abs=1e-4
    )


def test_everything_is_believed_without_noise_and_nothing_without_a_spread() -> None:
    d, all_one = np.array([0.1, -0.1, 0.0, 0.2, -0.2]), (np.zeros(5, dtype=np.int64),)
    for noise, between, z in ((1e-12, 0.01, 1.0), (0.01, 0.0, 0.0)):
        v = np.full(5, noise)
        shrunk = shrink(d, v, between, peers(d, v, between, all_one))
        assert shrunk.z == pytest.approx(np.full(5, z))
        assert shrunk.theta == pytest.approx(d * z, abs=1e-9)
