"""Are the made worlds what they are said to be, and does the peers' engine find the truth in a small one?"""

import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import fair_line
import fair_measures
import fairness
from fair_methods import DEFAULT, METHODS, RECOMMENDED, Read
from fair_worlds import KINDS, Plan, World, made, write
from fair_worlds.exports import PERIOD, export

from scoring.intake import Request
from scoring.pipeline import run

SMALL = 60
SEEDS = {"neutral": (1, 2), "rescue": (1, 2), "dumping": (1, 2, 3), "equal": (1, 2, 3)}
FRAMES = [name for name in World.__slots__ if name != "plan"]


@cache
def large(kind: str = "neutral") -> World:
    return made(Plan(kind=kind))  # type: ignore[arg-type]


@cache
def small(kind: str, seed: int = 1) -> World:
    return made(Plan(kind=kind, seed=seed, managers=SMALL))  # type: ignore[arg-type]


@cache
def figures(kind: str, seed: int) -> fairness.Figures:
    return fairness.of_world(small(kind, seed).plan)


def mean(kind: str, *path: str) -> float:
    return fairness.mean({kind: [figures(kind, seed) for seed in SEEDS[kind]]}, [kind], *path)


def changes(world: World) -> pl.DataFrame:
    """The months of accounts that paid the month before."""
    before = pl.col("mrr").shift(1).over("account_id", order_by="month")
    return world.revenue_monthly.with_columns(before=before).filter(pl.col("before") > 0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_plan_makes_the_same_world_and_another_seed_another(kind: str) -> None:
    again = made(small(kind).plan)
    assert all(getattr(again, name).equals(getattr(small(kind), name)) for name in FRAMES)
    assert not small(kind, 2).accounts.equals(small(kind).accounts)


def test_files_are_the_tables_and_the_truth_has_files_of_its_own(tmp_path: Path) -> None:
    write(small("neutral"), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*(f"{name}.csv" for name in FRAMES), "world.json"}
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write(made(small("neutral").plan), tmp_path)
    assert first == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert pl.read_csv(tmp_path / "owners_history.csv").columns == [
        "account_id",
        "manager_id",
        "start_date",
        "end_date",
    ]
    assert pl.read_csv(tmp_path / "revenue_monthly.csv").columns == ["account_id", "month", "mrr", "plan_tier"]


def test_books_and_accounts_are_as_many_as_said() -> None:
    world = large()
    first = world.owners_history.unique("account_id", keep="first", maintain_order=True)
    sizes = first.group_by("manager_id").len()["len"]
    assert (sizes.min(), sizes.max()) == (5, pytest.approx(200, abs=8))
    assert sizes.median() == pytest.approx(30, abs=5)
    assert world.accounts.height == pytest.approx(25_000, rel=0.1)
    assert Read.of(world).units.height == pytest.approx(88_000, rel=0.08)


def test_true_effects_and_books_differ_as_said() -> None:
    truth = large().truth_managers
    assert 100 * truth["nrr_common"].std() == pytest.approx(2.4, abs=0.2)
    assert 100 * truth["first_goodness"].std() == pytest.approx(4.9, abs=0.4)
    assert truth.select(pl.corr("skill_retention", "skill_expansion")).item() == pytest.approx(0.5, abs=0.1)
    assert truth.select(pl.corr("nrr_effect", "nrr_common", method="spearman")).item() > 0.9


@pytest.mark.parametrize(("kind", "expected"), [("neutral", 0.0), ("favoured", 0.4), ("rescue", -0.4)])
def test_the_mix_of_a_book_goes_with_skill_as_said(kind: str, expected: float) -> None:
    truth = large(kind).truth_managers.drop_nulls()
    assert truth.select(pl.corr("first_goodness", "nrr_common")).item() == pytest.approx(expected, abs=0.1)


def test_accounts_leave_grow_and_shrink_at_the_rates_of_the_reference_world() -> None:
    world = large()
    rows = changes(world)
    ratio = rows["mrr"] / rows["before"]
    lived = world.revenue_monthly.filter(pl.col("month") < pl.col("month").max()).height
    assert world.accounts["churn_date"].count() / lived == pytest.approx(0.02, abs=0.003)
    assert (ratio > 1.02).mean() == pytest.approx(0.043, abs=0.006)
    assert (ratio < 0.98).mean() == pytest.approx(0.013, abs=0.002)
    spread = Read.of(world).estimate(DEFAULT).scale
    assert spread is not None
    assert spread.k == pytest.approx(139, rel=0.2)


def test_one_in_a_hundred_is_free_and_a_few_hold_much_of_the_revenue() -> None:
    first = large().revenue_monthly.unique("account_id", keep="first", maintain_order=True)["mrr"]
    assert (first == 0).mean() == pytest.approx(0.01, abs=0.003)
    assert first.top_k(len(first) // 100).sum() / first.sum() > 0.2


def test_fifteen_in_a_hundred_change_hands_each_quarter_and_no_day_is_claimed_twice() -> None:
    spans = large().owners_history.sort("account_id", "start_date")
    later = spans.filter(pl.col("account_id") == pl.col("account_id").shift(1))
    alive = large().revenue_monthly.group_by("month").len().sort("month")["len"].gather_every(3)[:5].sum()
    assert later.height / alive == pytest.approx(0.15, abs=0.015)
    assert later["start_date"].dt.day().n_unique() > 25
    joined = spans.with_columns(after=pl.col("start_date").shift(-1).over("account_id", order_by="start_date"))
    assert joined.filter(pl.col("end_date") != pl.col("after")).is_empty()
    assert joined.filter(pl.col("end_date").is_null() & pl.col("after").is_not_null()).is_empty()


def test_nobody_pays_before_coming_or_after_leaving() -> None:
    rows = large().revenue_monthly.join(large().accounts, on="account_id")
    assert rows.filter((pl.col("month") < pl.col("created_date")) | (pl.col("month") > pl.col("churn_date"))).is_empty()
    assert rows.select("account_id", "month").is_unique().all()


def test_dumping_changes_nothing_but_who_has_dying_accounts_three_weeks_before() -> None:
    honest, world = large(), large("dumping")
    assert honest.revenue_monthly.equals(world.revenue_monthly)
    dumped = world.owners_history.join(honest.owners_history, on=honest.owners_history.columns[:3], how="anti")
    dated = dumped.join(world.accounts, on="account_id")
    assert (dated["churn_date"] - dated["start_date"] == timedelta(days=20)).all()
    dumpers = world.truth_managers.filter("is_dumper")
    assert dumpers.height == 50
    last = world.owners_history.unique("account_id", keep="last", maintain_order=True)
    died = world.accounts.drop_nulls("churn_date").join(last, on="account_id")
    kept = died.join(dated, on="account_id", how="anti").join(dumpers, on="manager_id", how="semi")
    assert dated.height / (dated.height + kept.height) == pytest.approx(0.47, abs=0.06)
    given = dated.join(world.owners_history, left_on=["account_id", "start_date"], right_on=["account_id", "end_date"])
    assert set(given["manager_id_right"]) <= set(dumpers["manager_id"])


def test_equal_managers_have_no_effect() -> None:
    truth = small("equal").truth_managers
    assert truth["nrr_effect"].drop_nulls().abs().max() == 0
    assert truth["nrr_common"].abs().max() == 0


def test_hidden_health_differs_by_book_only_where_it_should() -> None:
    def between(kind: str) -> float:
        first = large(kind).owners_history.unique("account_id", keep="first", maintain_order=True)
        book = first.join(large(kind).truth_accounts, on="account_id").group_by("manager_id")
        rows = book.agg(pl.col("health").mean(), pl.len()).filter(pl.col("len") > 50)
        return float(rows["health"].var())  # type: ignore[arg-type]

    assert between("neutral") < 0.05
    assert between("hidden") == pytest.approx(0.36, abs=0.12)


def test_a_small_neutral_world_is_read_better_than_by_naive_ranking() -> None:
    best, naive = ("year", RECOMMENDED), ("year", next(iter(METHODS)))
    assert mean("neutral", *best, "rho") > 0.45
    assert mean("neutral", *best, "rho") > mean("neutral", *naive, "rho") + 0.1
    assert mean("neutral", *best, "rmse") < 0.6 * mean("neutral", *naive, "rmse")
    assert mean("neutral", *best, "unjust") <= 0.2
    assert abs(mean("neutral", *best, "luck")) < 0.2
    assert 0.8 <= mean("neutral", *best, "cover") <= 0.99
    assert mean("neutral", "alarms", "quarters") < 0.12


def test_good_managers_with_hard_books_are_still_found() -> None:
    assert mean("rescue", "year", RECOMMENDED, "rho") > 0.4
    assert mean("rescue", "year", RECOMMENDED, "rho") > mean("rescue", "year", next(iter(METHODS)), "rho") + 0.15
    assert mean("rescue", "year", RECOMMENDED, "unjust") <= 0.25


def test_the_window_leaves_dumpers_nothing_and_costs_receivers_nothing() -> None:
    assert abs(mean("dumping", "window", "twin")) < 0.5
    assert abs(mean("dumping", "window", "receivers")) < 0.5
    assert mean("dumping", "event", "twin") > 5
    assert mean("dumping", "event", "receivers") < -1


def test_equal_managers_are_set_apart_no_oftener_than_chance_says() -> None:
    assert mean("equal", "outside") < 0.1
    assert mean("equal", "labelled") < 0.2


def test_every_gate_is_told_with_its_limit() -> None:
    worlds = {
        kind: [figures(kind if kind in ("neutral", "rescue", *fairness.TRUST) else "neutral", 1)] for kind in KINDS
    }
    told = fairness.gates(worlds)
    assert len(told) == 20
    wrong = {**worlds, "neutral": [{**figures("neutral", 1), "alarms": {"quarters": 1.0, "half-years": 0.0}}]}
    assert ("false alarms of change between quarters", True) not in [(n, ok) for n, *_, ok in fairness.gates(wrong)]
    assert fairness.main_table(worlds).count("\n") == len(METHODS) + 2
    assert "Dumping, default window" in fairness.further(worlds)


def test_measures_are_those_of_a_worked_example() -> None:
    truth = np.arange(20.0)
    value = truth.copy()
    value[[0, 19]] = value[[19, 0]]
    assert fair_measures.flagged(value, truth) == (0.5, 0.5)
    assert fair_measures.rank_correlation(truth, truth**3) == pytest.approx(1)
    assert fair_measures.percentile(truth[:4]).tolist() == [12.5, 37.5, 62.5, 87.5]
    assert fair_measures.root_mean_square(truth + 5, truth) == 0
    goodness = np.random.default_rng(1).normal(size=20)
    assert fair_measures.luck(truth + goodness, truth, goodness) == pytest.approx(1)


def test_the_line_from_exports_to_cards_says_what_the_engine_says(tmp_path: Path) -> None:
    """Files of a world, read, checked, booked and scored by the product, give the estimates of its bare engine."""
    world = made(Plan(managers=24, kind="neutral", seed=5))
    folder = export(world, tmp_path / "world")
    cards = run(Request(folder, date(2024, 1, 1), PERIOD)).cards
    told = pl.DataFrame([{"manager_id": c["manager_id"], **c["lines"][0]["compared"]} for c in cards])
    both = told.join(Read.of(world).estimate(DEFAULT).rows, on="manager_id", suffix="_of_engine")
    assert both.height >= 20
    for column, near in (("observed", 2e-4), ("expected", 2e-4), ("theta", 2e-4), ("z", 1e-3)):
        assert both.select((pl.col(column) - pl.col(f"{column}_of_engine")).abs().max()).item() < near
    assert (both["account_quarters"] == both["accounts"]).all()


def test_the_line_labels_equal_managers_no_oftener_than_chance_says(tmp_path: Path) -> None:
    """With the k of managers who do differ, at most a tenth is called above by chance, and at most a tenth below."""
    folder = export(small("equal"), tmp_path / "world", settings=fair_line.INTERVAL + fair_line.USUAL)
    cards = run(Request(folder, date(2024, 1, 1), PERIOD)).cards
    told = fair_line.equals(cards, cards)
    assert told["usual"]["scored"] > 0.5
    assert told["usual"]["share"] < 0.2


def test_figures_of_the_line_are_read_off_cards() -> None:
    truth = small("neutral").truth_managers.drop_nulls("nrr_effect")
    middle = float((truth["nrr_effect"] * truth["account_months"]).sum() / truth["account_months"].sum())
    cards = [
        {
            "manager_id": manager,
            "method": "oe_credibility",
            "score": None,
            "lines": [
                {
                    "value": 0.9, "points": 50 + 500 * (effect - middle), "low": 0.0, "high": 50.0,
                    "compared": {"scale": 500.0, "peer_mean": 0.0, "theta": effect},
                }
            ],
        }
        for manager, effect in truth.select("manager_id", "nrr_effect").iter_rows()
    ]  # fmt: skip
    found = fair_line.measured(small("neutral"), cards)
    assert (found["rho"], found["wrong"]) == (pytest.approx(1), 0)
    assert found["cover"] == pytest.approx((truth["nrr_effect"] <= middle).mean())
    told = fair_line.told({"neutral": [{"methods": dict.fromkeys(fair_line.METHODS, found), "seconds": 1.0,
                                        "peak_mib": 2.0, "labelled": {"share": 0.1, "scored": 0.5}}]}, 60)  # fmt: skip
    assert "| **oe_credibility** | 1.00 |" in told
