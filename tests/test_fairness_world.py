"""The peers' engine gives the reference world's figures: 20 managers, 688 accounts, worked out by another program."""

from functools import cache

import numpy as np
import polars as pl
import pytest
from fairness_made import NAMES, NRR, WORLD, Made, measured, stored_spans, stored_units

from scoring.peers.settings import Fairness
from scoring.peers.window import responsibility

EXACT = 1e-9
FIGURES = ("difference", "noise", "z", "theta", "error", "peer_mean", "evidence")


@cache
def world() -> Made:
    units = stored_units()
    shares = responsibility(units, stored_spans())
    return Made(measured(units), shares, shares.select("manager_id").unique(), Fairness())


def test_shares_are_those_of_the_90_days_that_end_30_days_before_the_outcome() -> None:
    expected = pl.read_csv(WORLD / "shares.csv")
    shared = world().shares.filter(pl.col("share") < 1).select("account_id", "manager_id", "share")
    assert shared.select("account_id", "manager_id").equals(expected.select("account_id", "manager_id"))
    assert shared["share"].to_numpy() == pytest.approx(expected["share"].to_numpy(), abs=EXACT)


@pytest.mark.parametrize("short", NAMES)
def test_managers_figures_are_the_reference_worlds(short: str) -> None:
    expected = pl.read_csv(WORLD / "managers.csv").filter(pl.col("metric") == short).sort("manager_id")
    rows = world().rows(NAMES[short])
    assert rows["manager_id"].to_list() == expected["manager_id"].to_list()
    for figure in FIGURES:
        assert rows[figure].to_numpy() == pytest.approx(expected[figure].to_numpy(), abs=EXACT), figure


@pytest.mark.parametrize("short", NAMES)
def test_what_is_expected_of_each_account_is_the_reference_worlds(short: str) -> None:
    made, company = world().estimate(NAMES[short]), world().company
    expected = company.shelf.units[f"expected_{short}"].to_numpy()
    assert made.expectation.expected == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("short", NAMES)
def test_the_scale_of_each_metric_is_the_reference_worlds(short: str) -> None:
    expected = pl.read_csv(WORLD / "scales.csv").row(by_predicate=pl.col("metric") == short, named=True)
    scale = world().estimate(NAMES[short]).scale
    assert scale is not None
    assert (scale.between, scale.within, scale.k) == pytest.approx([expected[c] for c in ("between", "within", "k")])
    units = world().units
    assert (units[f"raw_{NAMES[short]}"] > units[NAMES[short]]).sum() == expected["clipped"]


def test_expected_outcomes_add_up_to_those_that_happened() -> None:
    for name in NAMES.values():
        made, units = world().estimate(name), world().company.shelf.units
        assert made.expectation.expected.sum() == pytest.approx(units[name].sum(), abs=EXACT)


def test_no_account_is_expected_to_be_lost_with_less_than_two_in_a_thousand() -> None:
    expected = world().estimate("logo_retention").expectation.expected
    assert 1 - expected.max() == pytest.approx(0.002, abs=1e-12)


def test_every_surprise_is_credited_and_none_twice() -> None:
    made, company = world().estimate(), world().company
    books = made.books
    surprise = company.shelf.units[NRR.name].to_numpy() - made.expectation.expected
    credited = np.bincount(books.manager, books.share * surprise[books.unit])
    assert credited.sum() == pytest.approx(surprise.sum(), abs=EXACT)
    assert np.bincount(books.manager, made.part) == pytest.approx(np.ones(books.managers))


def test_the_order_of_rows_changes_no_digit() -> None:
    first = world()
    other = Made(
        first.units.sample(fraction=1, shuffle=True, seed=5),
        first.shares.sample(fraction=1, shuffle=True, seed=6),
        first.managers.reverse(),
        first.settings,
    )
    for name in NAMES.values():
        assert first.rows(name).equals(other.rows(name))
