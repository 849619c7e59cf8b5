"""What the peers' engine says where there is little to say: one account, no peers, whales, nobody."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from fairness_made import LOGO, NRR, Made, small, tabled

from scoring.credit.ownership import UNASSIGNED
from scoring.peers.bands import size_bands
from scoring.peers.estimate import estimate
from scoring.peers.outcomes import Outcome
from scoring.peers.score import scores
from scoring.peers.weights import account_weights
from scoring.peers.window import responsibility

ONLY_NRR = {NRR.name: 1.0}


def score_of(made: Made, manager: str) -> dict[str, object]:
    rows = scores([made.estimate()], ONLY_NRR, made.settings)
    return rows.row(by_predicate=pl.col("manager_id") == manager, named=True)


def lone(made: Made, manager: str, accounts: int) -> Made:
    """The company in which that manager has but so many accounts."""
    mine = made.shares.filter(pl.col("manager_id") == manager).tail(-accounts)
    return Made(
        made.units.join(mine, on="account_id", how="anti"), made.shares.join(mine, on="account_id", how="anti"),
        made.managers, made.settings,
    )  # fmt: skip


def test_one_account_moves_a_score_hardly_and_is_not_published() -> None:
    said = score_of(lone(small(managers=80, noise=0.25, skill=0.03), "M07", 1), "M07")
    assert said["z"] < 0.02
    assert said["score"] == pytest.approx(50, abs=3)
    assert said["high"] - said["low"] == pytest.approx(40, abs=4)  # all that a manager can be, and a doubtful mean
    assert (said["is_published"], said["reason"], said["label"]) == (False, "thin_evidence", None)


def test_one_customer_of_one_manager_does_not_say_how_far_all_managers_differ() -> None:
    made = small(managers=20, noise=0.15, skill=0.01)
    alone = lone(made, "M07", 1)
    mine = alone.shares.filter(pl.col("manager_id") == "M07")["account_id"].implode()
    left = alone.with_units(pl.when(~pl.col("account_id").is_in(mine)).then(NRR.name).otherwise(0.0).alias(NRR.name))
    without = Made(
        left.units.filter(~pl.col("account_id").is_in(mine)), left.shares.filter(pl.col("manager_id") != "M07"),
        left.managers, left.settings,
    )  # fmt: skip
    both = without.rows().join(left.rows(), on="manager_id").drop_nulls("z")
    assert both.height == 19
    assert both["z_right"].to_list() == pytest.approx(both["z"].to_list(), abs=0.05)
    assert both["label_right"].to_list() == both["label"].to_list()
    said = score_of(left, "M07")
    assert said["z"] < 0.05
    assert (said["is_published"], said["reason"], said["label"]) == (False, "thin_evidence", None)


def test_a_company_of_small_books_takes_the_rules_word_for_how_far_managers_differ() -> None:
    made = small(managers=30, accounts=3, noise=0.2, skill=0.05).estimate()
    assert (made.scale.found, made.scale.between) == (0.0, pytest.approx(NRR.spread**2))


@pytest.mark.parametrize("seed", range(1, 8))
def test_books_of_just_enough_evidence_say_how_far_managers_differ(seed: int) -> None:
    made = small(managers=6, accounts=4, noise=0.05, skill=0.3, seed=seed).with_units(pl.lit("s").alias("segment"))
    assert made.estimate().scale.found > 0


def test_a_book_in_which_all_did_the_same_has_the_noise_of_everybodys_accounts() -> None:
    made = small()
    mine = made.shares.filter(pl.col("manager_id") == "M03")["account_id"].implode()
    flat = made.with_units(pl.when(pl.col("account_id").is_in(mine)).then(1.0).otherwise(NRR.name).alias(NRR.name))
    row, others = flat.of("M03"), flat.rows()["noise"]
    assert row["noise"] > 0.5 * others.median()
    assert row["high"] - row["low"] > 0.01


def test_a_group_of_four_is_compared_with_its_parent() -> None:
    made = small(managers=14, skill=0.03)
    teams = made.managers.with_columns(pl.Series("team", ["a"] * 4 + ["b"] * 10))
    rows = Made(made.units, made.shares, teams, made.settings).having(groups=("team",)).rows()
    assert rows["peers"].to_list() == [14] * 4 + [10] * 10
    assert rows["peer_level"].to_list() == [1] * 4 + [0] * 10
    assert rows["peer_mean"].n_unique() == 2


def test_four_managers_get_observed_minus_expected_and_no_score() -> None:
    made = small(managers=4, accounts=50)
    rows, said = made.rows(), scores([made.estimate()], ONLY_NRR)
    assert rows["reason"].to_list() == ["no_peers"] * 4
    assert rows["theta"].null_count() == 4
    assert (rows["low"] < rows["difference"]).all()
    assert (rows["difference"] < rows["high"]).all()
    assert said["score"].null_count() == said["low"].null_count() == 4
    assert said["reason"].to_list() == ["no_peers"] * 4


def test_a_company_of_three_managers_and_forty_accounts_is_told_the_truth() -> None:
    draw = np.random.default_rng(4)
    units = pl.DataFrame({
        "account_id": [f"A{n:02}" for n in range(40)], "quarter": [1] * 40, "segment": ["s", "t"] * 20,
        "opening": [100.0] * 40, "closing": np.where(draw.random(40) < 0.1, 0.0, 100.0),
    })  # fmt: skip
    shares = units.select("account_id", "quarter", pl.Series("manager_id", ["A", "B", "C", "C"] * 10), share=1.0)
    made = tabled(units, shares)
    for name in (NRR.name, LOGO.name):
        rows = made.rows(name)
        assert rows["reason"].to_list() == ["no_peers"] * 3
        assert (rows["high"] - rows["low"]).min() > 0.13  # wider than any manager is good or bad
        assert rows["few_comparable"].to_list() == rows["accounts"].to_list()  # nobody has 20 of a kind elsewhere


def test_accounts_that_pay_alike_weigh_alike_and_are_of_one_size_whatever_they_are_called() -> None:
    paid = np.array([50.0, *[100.0] * 7, 900.0, 900.0])
    alike = np.zeros(10, dtype=np.int64)
    assert account_weights("size_points", paid, alike).tolist() == [1.0, *[2.0] * 7, 4.0, 4.0]
    assert size_bands(paid, alike).tolist() == [0, *[2] * 7, 4, 4]
    assert account_weights("size_points", np.full(10, 7.0), alike).tolist() == [2.0] * 10


def test_six_managers_of_seven_accounts_are_scored_with_wide_ranges_and_not_published() -> None:
    made = small(managers=6, accounts=7, noise=0.3, skill=0.02)
    said = scores([made.estimate()], ONLY_NRR)
    assert said["is_published"].to_list() == [False] * 6
    assert (said["high"] - said["low"]).min() > 30
    assert said["label"].null_count() == 6


def test_new_accounts_are_no_retention_and_never_nought() -> None:
    units = pl.DataFrame({
        "account_id": [f"A{n}" for n in range(60)], "quarter": [1] * 60, "segment": ["s"] * 60,
        "opening": [0.0] * 10 + [100.0] * 50, "closing": [100.0, 90.0] * 30,
    })  # fmt: skip
    shares = units.select(
        "account_id", "quarter", (pl.int_range(60) // 10).cast(pl.String).alias("manager_id"), share=1.0
    )
    made = tabled(units, shares)
    assert made.units[NRR.name].is_null().to_list() == [True] * 10 + [False] * 50
    for name in (NRR.name, LOGO.name):
        row = made.of("0", name)
        assert (row["accounts"], row["observed"], row["theta"]) == (0, None, None)
        assert row["reason"] == "no_eligible_accounts"
    said = score_of(made, "0")
    assert (said["score"], said["is_published"], said["reason"]) == (None, False, "no_eligible_accounts")


SPANS = {
    "account_id": pl.String(),
    "manager_id": pl.String(),
    "starts_on": pl.Date(),
    "ends_on": pl.Date(),
    "weight": pl.Int64(),
}


def held(
    *rows: tuple[str, str, str, int], cancelled: date | None = None, **settings: object
) -> dict[str, tuple[object, ...]]:
    """Whose the account was: manager to share, is_fallback, is_overlapping."""
    spans = [("X", m, date.fromisoformat(s), date.fromisoformat(e), w * 10_000) for m, s, e, w in rows]
    units = pl.DataFrame(
        {
            "account_id": ["X"], "quarter": [1], "starts_on": [date(2024, 1, 1)], "ends_on": [date(2024, 4, 1)],
            "cancelled_on": [cancelled],
        },
        schema_overrides={"cancelled_on": pl.Date()},
    )  # fmt: skip
    found = responsibility(units, pl.DataFrame(spans, schema=SPANS, orient="row"), **settings)  # type: ignore[arg-type]
    assert found["share"].sum() == pytest.approx(1, abs=1e-12)
    return {r["manager_id"]: (r["share"], r["is_fallback"], r["is_overlapping"]) for r in found.iter_rows(named=True)}


def test_an_account_that_nobody_had_is_unassigned() -> None:
    assert held() == {UNASSIGNED: (1.0, False, False)}
    assert held(("A", "2020-01-01", "2023-06-01", 100)) == {UNASSIGNED: (1.0, False, False)}


def test_who_came_after_the_window_answers_where_nobody_was_in_it() -> None:
    assert held(("A", "2024-03-10", "2025-01-01", 100)) == {"A": (1.0, True, False)}


def test_days_claimed_twice_are_split_and_flagged() -> None:
    both = held(("A", "2020-01-01", "2025-01-01", 100), ("B", "2020-01-01", "2025-01-01", 100))
    assert both == {"A": (0.5, False, True), "B": (0.5, False, True)}
    late = held(
        ("A", "2020-01-01", "2025-01-01", 100), ("B", "2024-02-01", "2025-01-01", 100)
    )  # 60 days, and 30 of both
    assert late == {"A": (pytest.approx(75 / 90), False, True), "B": (pytest.approx(15 / 90), False, True)}


def test_agreed_parts_of_an_account_are_no_overlap() -> None:
    agreed = held(("A", "2020-01-01", "2025-01-01", 70), ("B", "2020-01-01", "2025-01-01", 30))
    assert agreed == {"A": (pytest.approx(0.7), False, False), "B": (pytest.approx(0.3), False, False)}


def test_the_part_of_an_account_that_is_given_to_nobody_is_nobodys() -> None:
    ever = ("2020-01-01", "2025-01-01")
    assert held(("A", *ever, 10)) == {"A": (0.1, False, False), UNASSIGNED: (0.9, False, False)}
    assert held(("A", *ever, 50), ("B", "2024-01-17", "2025-01-01", 30)) == {
        "A": (0.5, False, False),
        "B": (pytest.approx(0.15), False, False),
        UNASSIGNED: (pytest.approx(0.35), False, False),
    }
    assert held(("A", "2024-01-17", "2025-01-01", 40)) == {"A": (0.4, False, False), UNASSIGNED: (0.6, False, False)}


def test_a_manager_written_down_twice_is_one() -> None:
    assert held(("A", "2020-01-01", "2025-01-01", 100), ("A", "2023-01-01", "2025-01-01", 100)) == {
        "A": (1.0, False, False)
    }


def test_several_parts_of_one_manager_add_up_as_those_of_children_do() -> None:
    ever = ("2020-01-01", "2025-01-01")
    assert held(("A", *ever, 40), ("A", *ever, 30), ("B", *ever, 30)) == {
        "A": (pytest.approx(0.7), False, False),
        "B": (pytest.approx(0.3), False, False),
    }


def test_sellers_share_an_account_by_all_that_they_sold_and_are_told_of_each_other() -> None:
    ever = ("2020-01-01", "2025-01-01")
    assert held(("A", *ever, 300), ("A", *ever, 300), ("B", *ever, 300), whole=None) == {
        "A": (pytest.approx(2 / 3), False, True),
        "B": (pytest.approx(1 / 3), False, True),
    }


def test_who_stands_in_during_a_leave_gets_those_days() -> None:
    found = held(
        ("A", "2020-01-01", "2024-01-02", 100),
        ("B", "2024-01-02", "2024-02-01", 100),
        ("A", "2024-02-01", "2025-01-01", 100),
    )
    assert found == {"A": (pytest.approx(60 / 90), False, False), "B": (pytest.approx(30 / 90), False, False)}


def test_who_receives_what_ended_with_the_quarter_before_is_not_charged_with_it() -> None:
    ended = date(2023, 12, 31)
    rows = ("A", "2020-01-01", "2024-01-20", 100), ("B", "2024-01-20", "2025-01-01", 100)
    assert held(*rows, cancelled=ended) == {"A": (1.0, False, False)}
    assert held(*rows, cancelled=ended, rule="event_owner") == {"A": (1.0, False, False)}
    assert held(*rows, cancelled=ended, rule="quarter_days") == {"A": (1.0, False, False)}
    assert set(held(*rows, cancelled=ended, rule="snapshot")) == {"B"}
    assert set(held(*rows, cancelled=date(2023, 12, 30))) == {"A", "B"}


def test_other_rules_ask_for_other_days() -> None:
    rows = (
        ("A", "2020-01-01", "2024-02-05", 100),
        ("B", "2024-02-05", "2024-03-31", 100),
        ("C", "2024-03-31", "2025-01-01", 100),
    )
    left = date(2024, 2, 9)
    assert set(held(*rows, rule="snapshot")) == {"C"}
    assert set(held(*rows, rule="event_owner", cancelled=left)) == {"B"}
    assert held(*rows, rule="quarter_days", cancelled=left)["A"][0] == pytest.approx(35 / 40)
    assert held(*rows, cancelled=left) == {"A": (1.0, False, False)}


def test_what_belongs_to_nobody_is_nobodys_score_and_moves_no_peers() -> None:
    made = small()
    lost = pl.when(pl.col("manager_id") == "M03").then(pl.lit(UNASSIGNED)).otherwise("manager_id").alias("manager_id")
    rows = Made(made.units, made.shares.with_columns(lost), made.managers).rows()
    assert UNASSIGNED not in rows["manager_id"].to_list()
    assert rows["peers"].unique().to_list() == [11]


def test_a_whale_is_shown_in_money_and_bounded_in_the_score() -> None:
    made = small(managers=20, accounts=12, noise=0.05)
    whale = made.shares.filter(pl.col("manager_id") == "M05")["account_id"][0]
    is_whale = pl.col("account_id") == whale
    units = made.units.with_columns(
        pl.when(is_whale).then(1e7).otherwise("opening").alias("opening"),
        pl.when(is_whale).then(0.0).otherwise(NRR.name).alias(NRR.name),
    )
    hit = Made(units, made.shares, made.managers)
    row = hit.of("M05")
    assert row["largest_part"] < 4 / 12
    assert -0.3 < row["difference"] < -0.05  # of a revenue that is all but gone
    assert 30 < score_of(hit, "M05")["score"] < 50


def test_no_account_outweighs_four_of_its_kind() -> None:
    made = small()
    weight = made.company.weight
    assert weight.max() / weight.min() == 4
    assert small().having(account_weights="revenue", max_share=0.2).rows()["largest_part"].max() == pytest.approx(0.2)


def test_without_a_spread_everybody_is_at_fifty() -> None:
    alike = pl.when(pl.col("account_id").rank("ordinal") % 2 == 0).then(1.0).otherwise(0.8)
    made = small(managers=10).with_units(alike.alias(NRR.name)).having(prior_managers=0.0)
    scale = made.estimate().scale
    assert scale is not None
    assert (scale.between, scale.k) == (0.0, None)
    said = scores([made.estimate()], ONLY_NRR, made.settings)
    assert said["score"].to_list() == [50.0] * 10
    assert not said["is_published"].any()


def test_a_metric_that_is_the_same_for_all_accounts_tells_nobody_apart() -> None:
    rows = small().with_units(pl.lit(0.9).alias(NRR.name)).rows()
    assert rows["reason"].unique().to_list() == ["no_variation"]
    assert rows["observed"].to_numpy() == pytest.approx(np.full(12, 0.9))
    assert rows["theta"].null_count() == 12


@pytest.mark.parametrize("turned", [False, True])
def test_why_nobody_has_a_score_hangs_on_no_order_and_on_no_metric_without_weight(*, turned: bool) -> None:
    """Retention was the same for all, renewals were due for nobody: the first is the reason, as long as it counts."""
    made = small().with_units(pl.lit(0.9).alias(NRR.name), pl.lit(None, dtype=pl.Float64).alias(LOGO.name))
    both = [made.estimate(), made.estimate(LOGO.name)][:: -1 if turned else 1]
    assert set(scores(both, {NRR.name: 1.0, LOGO.name: 1.0}, made.settings)["reason"]) == {"no_variation"}
    assert set(scores(both, {NRR.name: 0.0, LOGO.name: 1.0}, made.settings)["reason"]) == {"no_eligible_accounts"}


def test_a_metric_that_is_the_same_for_all_does_not_hide_that_there_are_no_peers() -> None:
    made = small(managers=4).with_units(pl.lit(1.0).alias(LOGO.name))
    both = [made.estimate(), made.estimate(LOGO.name)]
    assert set(both[1].rows["reason"]) == {"no_variation"}
    assert set(scores(both, {NRR.name: 1.0, LOGO.name: 1.0}, made.settings)["reason"]) == {"no_peers"}


def test_a_kind_seen_in_one_book_only_is_drawn_to_nothing_and_flagged() -> None:
    made = small(accounts=40)
    mine = made.shares.filter(pl.col("manager_id") == "M04")["account_id"].head(15).implode()
    odd = made.with_units(
        pl.when(pl.col("account_id").is_in(mine)).then(pl.lit("odd")).otherwise(pl.lit("usual")).alias("industry"),
        pl.when(pl.col("account_id").is_in(mine)).then(pl.col(NRR.name) + 0.3).otherwise(NRR.name).alias(NRR.name),
    )
    made_of = odd.estimate()
    names = odd.company.features.names
    place = names.with_row_index("n").filter(pl.col("level") == "odd")["n"][0]
    fold = made_of.expectation.fold[4]
    assert made_of.expectation.points[fold, place] == pytest.approx(0, abs=1e-12)  # its own book is never asked
    assert odd.of("M04")["few_comparable"] == 15
    assert odd.of("M05")["few_comparable"] == 0


def taken_over(share: float, accounts: int = 30) -> Made:
    """The company in which a new manager, M99, had so much of so many of the accounts of M02."""
    made = small(skill=0.05, noise=0.1, managers=40)
    mine = pl.col("manager_id") == "M02"
    new = made.shares.filter(mine).with_columns(pl.lit("M99").alias("manager_id"), share=pl.lit(share)).head(accounts)
    old = made.shares.join(new.select("account_id", part="share"), on="account_id", how="left")
    old = old.with_columns(pl.col("share") - pl.col("part").fill_null(0)).drop("part")
    return Made(made.units, pl.concat([old, new]), made.managers)


def test_a_new_manager_of_few_accounts_is_believed_little() -> None:
    rows = taken_over(0.05, accounts=5).rows()
    z = dict(zip(rows["manager_id"], rows["z"], strict=True))
    assert z["M99"] < 0.5 * z["M02"]


def test_who_had_accounts_for_a_few_days_has_the_evidence_of_a_few_days() -> None:
    new, old = (score_of(taken_over(1 / 90), manager) for manager in ("M99", "M02"))
    assert (new["is_published"], new["reason"], new["label"], new["grade"]) == (False, "thin_evidence", None, "none")
    assert (old["is_published"], old["grade"]) == (True, "high")


def test_evidence_counts_an_account_by_the_part_of_it_that_was_the_managers() -> None:
    grades = [score_of(taken_over(share), "M99")["grade"] for share in (1 / 90, 0.15, 0.3, 0.6, 0.999)]
    assert grades == ["none", "low", "low", "medium", "high"]


def test_a_contract_that_is_not_up_for_renewal_counts_nowhere() -> None:
    made = small()
    bound = pl.col("account_id").str.ends_with("7")
    unasked = made.with_units(pl.when(~bound).then(NRR.name).alias(NRR.name))
    absent = Made(made.units.filter(~bound), made.shares, made.managers)
    assert unasked.rows()["accounts"].to_list() == absent.rows()["accounts"].to_list()
    left, right = unasked.having(account_weights="equal").rows(), absent.having(account_weights="equal").rows()
    assert left["accounts"].sum() < made.rows()["accounts"].sum()
    assert left["noise"].to_numpy() == pytest.approx(right["noise"].to_numpy(), rel=0.05)


def test_a_metric_nobody_asked_about_adds_nothing_and_all_its_doubt() -> None:
    made = small(skill=0.05, noise=0.1, managers=40)
    mine = made.shares.filter(pl.col("manager_id") == "M01")["account_id"].implode()
    asked = made.with_units(
        pl.when(~pl.col("account_id").is_in(mine)).then(pl.col(LOGO.name) * 8).alias("satisfaction")
    )
    both = [asked.estimate(), estimate(asked.company, Outcome("satisfaction", 0.2), asked.settings)]
    weights = {NRR.name: 0.6, "satisfaction": 0.4}
    row = scores(both, weights).row(by_predicate=pl.col("manager_id") == "M01", named=True)
    alone = scores(both[:1], ONLY_NRR).row(by_predicate=pl.col("manager_id") == "M01", named=True)
    assert row["score"] - 50 == pytest.approx(0.6 * (alone["score"] - 50))
    assert row["error"] > 10 * 0.4 * 0.99
    assert row["z"] == pytest.approx(0.6 * alone["z"])


def test_a_company_without_units_says_so() -> None:
    made = small()
    nothing = made.with_units(pl.lit(None, dtype=pl.Float64).alias(NRR.name)).rows()
    assert nothing["reason"].unique().to_list() == ["no_eligible_accounts"]
    assert nothing["accounts"].sum() == 0


def test_nothing_that_is_not_a_number_leaves_the_engine() -> None:
    for made in (small(), small(managers=4), small(managers=1, accounts=1), small(managers=7, accounts=1)):
        said = scores([made.estimate(), made.estimate(LOGO.name)], {NRR.name: 0.5, LOGO.name: 0.5})
        for frame in (made.rows(), said):
            assert frame.select(pl.col(pl.Float64).is_finite().fill_null(value=True).all()).row(0) == (True,) * len(
                frame.select(pl.col(pl.Float64)).columns
            )
