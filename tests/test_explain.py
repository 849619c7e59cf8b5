"""Does an explanation add up? From the score to the rows, on the made company and on small worlds."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from explained import evidence_of, stored_evidence
from six_rules import six_rules

from scoring import demo, explain, intake, pipeline
from scoring.cli.explain.explain import FRAMES
from scoring.cli.explain.values import CONSTANT, _tops
from scoring.credit.ownership import UNASSIGNED
from scoring.explain import Evidence, Explanation
from scoring.explain.columns import called
from scoring.explain.ends import whole
from scoring.explain.measuring import measured
from scoring.explain.movements import accounts
from scoring.explain.names import chosen
from scoring.letters import bare
from scoring.metrics import OVER_BOOK, REASONS
from scoring.metrics.metric import Parts
from scoring.money import MONEY
from scoring.rules import points
from scoring.run import Run, json_text
from scoring.scorecard.of_rules import better_of


@pytest.fixture(scope="module")
def graded_run(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of the made company where values are graded by targets, without its faulty rows."""
    rules = tmp_path_factory.mktemp("rules") / "rules.yaml"
    rules.write_text(six_rules().replace("\nmethod: oe_credibility", "\nmethod: target_bands"), encoding="utf-8")
    return pipeline.run(intake.Request(demo_folder, demo.AS_OF, rules=rules, set_aside=True))


@pytest.fixture(scope="module")
def evidence(graded_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The made company's run as it comes out of files."""
    return stored_evidence(graded_run, tmp_path_factory.mktemp("stored"))


@pytest.fixture(scope="module")
def explanations(evidence: Evidence) -> Mapping[str, Explanation]:
    """Every manager's explanation, by id."""
    return {card["manager_id"]: explain.explain(evidence, card["manager_id"]) for card in evidence.cards}


def test_what_rules_add_is_the_score_to_the_last_digit(explanations: Mapping[str, Explanation]) -> None:
    scored = [found for found in explanations.values() if found.score is not None]
    assert len(scored) >= 24
    for found in scored:
        adds = [line.adds for line in found.lines if line.adds is not None]
        assert sum(adds) == found.score


def test_the_parts_of_accounts_are_the_value_to_the_last_digit(explanations: Mapping[str, Explanation]) -> None:
    checked = 0
    for found in explanations.values():
        for said in (line.measured for line in found.lines if line.measured.is_sum):
            assert said.n == len(said.parts)
            if said.value is None:
                assert said.reason
                continue
            assert sum(p.part for p in said.parts if p.part is not None) == said.value + said.less
            assert sum(p.top for p in said.parts if p.top is not None) == said.top
            assert sum(p.bottom for p in said.parts if p.bottom is not None) == said.bottom
            checked += 1
    assert checked >= 24 * 4


def test_what_kinds_add_is_the_points_of_their_rule(explanations: Mapping[str, Explanation]) -> None:
    graded = [line for found in explanations.values() for line in found.lines if line.kinds]
    assert len(graded) == len(explanations)
    for line in graded:
        assert sum(kind.adds for kind in line.kinds if kind.adds is not None) == Decimal(str(line.points))
        assert sum(kind.n for kind in line.kinds) == line.measured.n


def test_the_score_can_be_computed_again_from_what_is_shown(
    evidence: Evidence, explanations: Mapping[str, Explanation]
) -> None:
    grades = {rule.name: rule for rule in evidence.rulebook.rules}
    again = 0
    for found in explanations.values():
        total = weights = 0.0
        for line in (each for each in found.lines if each.points is not None):
            rule = grades[line.rule or ""]
            kinds = [k for k in line.kinds if k.value is not None]
            apart = [(rule.segments.grades.get(k.name, rule.grade), k.value, k.n) for k in kinds if rule.segments]
            whole = [(rule.grade, _value_again(line.measured), line.measured.n)]
            graded = [(_points(grade, value, better_of(rule)), n) for grade, value, n in apart or whole]
            got = sum(p * n for p, n in graded) / sum(n for _, n in graded)
            total, weights = total + got * rule.weight, weights + rule.weight
        if found.score is not None:  # some have too few accounts for one
            assert total / weights == pytest.approx(float(found.score), abs=1e-6)
            again += 1
    assert again > 10


def test_movements_and_hand_overs_lead_from_opening_to_closing(
    graded_run: Run, explanations: Mapping[str, Explanation]
) -> None:
    for card in graded_run.cards:
        found = explanations[card["manager_id"]]
        for account in found.accounts:
            moved = sum(move.adds for move in account.movements) + account.transferred
            assert account.opening + moved == account.closing
        assert sum(a.closing for a in found.accounts) == Decimal(card["bridge"]["closing"])


def test_every_movement_names_the_rows_it_was_read_from(
    demo_folder: Path, explanations: Mapping[str, Explanation]
) -> None:
    lines = (demo_folder / "exports/billing/subscriptions.csv").read_text(encoding="utf-8").splitlines()
    moves = [(a, m) for found in explanations.values() for a in found.accounts for m in a.movements if m.kind != "fx"]
    assert len(moves) > 50
    for account, move in moves:
        assert move.rows
        for place in move.rows:
            file, _, row = place.rpartition(":")
            assert file == "exports/billing/subscriptions.csv"
            assert account.account_id in lines[int(row)]


def test_every_metric_is_explained_as_the_run_says_it(evidence: Evidence, graded_run: Run) -> None:
    measures = pl.read_parquet(graded_run.packed["measures"])
    of_managers = measures.filter(pl.col("grain") == "manager")
    said = {(row["id"], row["metric"]): row for row in of_managers.iter_rows(named=True)}
    few = 0
    for (manager,), book in evidence.book.collect().partition_by("manager_id", as_dict=True).items():
        for metric in OVER_BOOK if manager != UNASSIGNED else ():
            row, found = said[manager, metric.name], measured(book, metric, "contracts")
            value = row["value"] if row["amount"] is None else float(row["amount"])
            assert (found.value is None) == (value is None), (manager, metric.name)
            assert found.value is None or float(found.value) == pytest.approx(value, rel=1e-6, abs=1e-8)
            assert found.reason == REASONS.get(row["reason"])
            if row["reason"] == "few_answers":
                assert {(p.part, p.without) for p in found.parts} == {(None, None)}
                few += 1
    assert few > 5


@pytest.mark.parametrize("metric", [m.name for m in OVER_BOOK])
def test_every_metric_can_be_explained(evidence: Evidence, metric: str) -> None:
    found = explain.explain(evidence, "Aino Kärkkälä", metric=metric)
    for said in (line.measured for line in found.lines):
        assert said.sentence
        assert "_" not in said.sentence
        if said.is_sum and said.value is not None:
            assert sum(p.part for p in said.parts if p.part is not None) == said.value + said.less
        elif not said.is_sum:
            assert "no sum" in said.sentence
            assert all(p.figures for p in said.parts)


def test_every_column_that_an_explanation_shows_has_words() -> None:
    shown = {c for m in OVER_BOOK for c in (m.columns if m.parts is None else _columns_of(m.parts))}
    assert {c for c in shown - set(CONSTANT) if called(c) == c} == set()


def _columns_of(parts: Parts) -> set[str]:
    whole = [e for e in (parts.top, parts.bottom) if e is not None and e.meta.is_column()]
    return {e.meta.output_name() for e in whole} | ({parts.top_name} if parts.top_name else set())


def test_money_that_no_rule_looks_at_is_exact(evidence: Evidence, graded_run: Run) -> None:
    (line,) = explain.explain(evidence, "Aino Kärkkälä", metric="closing").lines
    assert line.rule is None
    assert line.points is None
    card = next(c for c in graded_run.cards if c["name"] == "Aino Kärkkälä")
    assert line.value == Decimal(card["bridge"]["closing"])


def test_parts_of_an_amount_add_up_to_it_as_they_are_printed(evidence: Evidence) -> None:
    (line,) = explain.explain(evidence, "Aino Kärkkälä", metric="closing").lines
    said = replace(line.measured, top=Decimal("3.012"))
    assert _tops([Decimal("1.004")] * 3, said, "EUR") == ["€1.01", "€1.00", "€1.00"]


def test_an_account_is_shown_alone(evidence: Evidence) -> None:
    whole = explain.explain(evidence, "Aino Kärkkälä")
    first = whole.lines[0].measured.parts[0]
    found = explain.explain(evidence, "Aino Kärkkälä", account=first.name)
    assert [a.account_id for a in found.accounts] == [first.account_id]
    assert found.lines[0].measured.parts == (first,)
    assert found.lines[0].measured.top == whole.lines[0].measured.top


def test_without_an_account_the_value_is_what_the_others_give(evidence: Evidence) -> None:
    said = explain.explain(evidence, "Aino Kärkkälä", metric="gross_revenue_retention").lines[0].measured
    out = said.parts[0]
    assert said.top is not None
    assert said.bottom is not None
    assert out.without == round((said.top - (out.top or 0)) / (said.bottom - (out.bottom or 0)), 9)


def test_json_holds_amounts_as_text_that_adds_up(evidence: Evidence) -> None:
    text = json.dumps(explain.plain(explain.explain(evidence, "Aino Kärkkälä")), allow_nan=False)
    found: dict[str, Any] = json.loads(text)
    assert sum(Decimal(line["adds"]) for line in found["lines"]) == Decimal(found["score"])
    part = found["lines"][0]["measured"]["parts"][0]
    assert isinstance(part["top"], str)
    assert found["accounts"][0]["opening"].count(".") == 1


def test_a_book_that_does_not_lead_to_the_card_is_not_explained(evidence: Evidence) -> None:
    changed = replace(evidence, book=evidence.book.with_columns(pl.col("after") * 2))
    with pytest.raises(explain.UnexplainedError, match="the card says"):
        explain.explain(changed, "Aino Kärkkälä")


def test_movements_that_do_not_lead_to_the_closing_are_not_explained(evidence: Evidence) -> None:
    changed = replace(evidence, movements=evidence.movements.filter(pl.col("kind") != "expansion"))
    with pytest.raises(explain.UnexplainedError, match="expansion of account"):
        explain.explain(changed, "Aino Kärkkälä")


def test_rules_that_are_not_those_of_the_run_are_refused(evidence: Evidence) -> None:
    summary = json.loads(json_text(dict(evidence.summary)))
    summary["rules"]["settings"]["min_coverage"] = 0.1
    frames = {name: getattr(evidence, name) for name in FRAMES}
    with pytest.raises(explain.UnexplainedError, match="hash of the rules"):
        explain.of_stored(summary, evidence.cards, frames)


def test_every_account_comes_down_to_its_rows_at_both_ends(graded_run: Run) -> None:
    by_account = {key: rows for (key,), rows in graded_run.lines.partition_by("account_id", as_dict=True).items()}
    checked = 0
    for (account,), book in graded_run.book.partition_by("account_id", as_dict=True).items():
        found = whole(account, by_account.pop(account, graded_run.lines.clear()), book)
        for end in ("before", "after"):
            assert sum(getattr(row, end) for row in found.rows) == getattr(found, end) == book[end].sum()
        checked += bool(found.rows)
    assert checked > 500
    assert by_account == {}


def test_rows_behind_an_account_are_lines_of_its_export(demo_folder: Path, graded_run: Run) -> None:
    lines = (demo_folder / "exports/billing/subscriptions.csv").read_text(encoding="utf-8").splitlines()
    for row in graded_run.lines.sample(50, seed=1).iter_rows(named=True):
        assert row["origin_file"] == "exports/billing/subscriptions.csv"
        assert row["account_id"] in lines[row["origin_row"]]
        assert row["line_id"] in lines[row["origin_row"]]


def test_lines_are_stored_in_order_and_bring_something(graded_run: Run) -> None:
    order = ["account_id", "line_id", "origin_file", "origin_row"]
    assert graded_run.lines.select(order).rows() == graded_run.lines.select(order).sort(order).rows()
    assert graded_run.lines.filter((pl.col("before") == 0) & (pl.col("after") == 0)).is_empty()
    assert [graded_run.lines.schema[end] for end in ("before", "after")] == [MONEY, MONEY]


def test_rows_that_do_not_lead_to_the_book_are_not_explained(evidence: Evidence) -> None:
    changed = replace(evidence, lines=evidence.lines.with_columns(pl.col("before", "after") * 2))
    name = explain.explain(changed, "Aino Kärkkälä").lines[0].measured.parts[0].name
    with pytest.raises(explain.UnexplainedError, match=r"what account .* brought before"):
        explain.explain(changed, "Aino Kärkkälä", account=name)


WORLD = {
    "accounts.csv": "account_id,name,segment\nA,Ada,Big\nB,Bob,\nC,Cy,Big\n",
    "managers.csv": "manager_id,name\nM,Mia\n",
    "ownership.csv": "account_id,manager_id,starts_on,ends_on,share\nA,M,,,0.6\nB,M,,,\nC,M,,,\n",
    "invoices.csv": "line_id,account_id,dated_on,amount\n1,A,2025-05-01,30.00\n2,A,2026-05-01,10.00\n"
    "3,B,2025-05-01,10.01\n4,B,2026-06-01,20.00\n5,C,2025-05-01,70.00\n",
    "targets.csv": "manager_id,metric,period,value\nM,closing,2026-Q2,40\n",
    "rules.yaml": """
name: Small
currency: EUR
basis: invoices
method: target_bands
min_coverage: 20%
rules:
  - {name: reach, metric: target_attainment, of: closing, weight: 1, grade: {floor: 0%, target: 100%}}
  - name: keep
    metric: logo_retention
    weight: 2
    grade: {floor: 0%, target: 100%}
    segments: {by: segment, grades: {Big: {floor: 0%, target: 50%}}}
  - {name: live, metric: clv_margin, weight: 1, grade: {floor: 0, target: 100}}
""",
}


def small_run(folder: Path, **changed: str) -> Evidence:
    """The run of a small world, with files changed."""
    for name, text in {**WORLD, **{f"{table}.csv": text for table, text in changed.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return evidence_of(pipeline.run(intake.Request(folder, date(2026, 6, 30))))


@pytest.fixture(scope="module")
def small_evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The run of a manager with three accounts on invoices, one of them shared."""
    return small_run(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def small(small_evidence: Evidence) -> Explanation:
    """The explanation of the manager."""
    return explain.explain(small_evidence, "mia")


def test_a_target_is_explained_by_what_was_reached(small: Explanation) -> None:
    reach = small.lines[0]
    assert (reach.agreed, reach.value, reach.measured.value) == (40.0, Decimal("0.65"), Decimal("26.0000"))
    assert {p.name: p.part for p in reach.measured.parts} == {"Ada": Decimal(6), "Bob": Decimal(20), "Cy": Decimal(0)}


@pytest.mark.parametrize("asked", ["reach", "closing", "target_attainment", "target_attainment.closing"])
def test_a_target_is_found_by_all_that_it_is_called(small_evidence: Evidence, asked: str) -> None:
    (line,) = explain.explain(small_evidence, "mia", metric=asked).lines
    assert (line.rule, line.agreed) == ("reach", 40.0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("target_attainment", "targets are explained where a rule scores them"),
        (
            "target_attainment.closing",
            "targets are explained where a rule scores them; `--metric closing` shows what was reached",
        ),
    ],
)
def test_a_target_that_no_rule_scores_is_not_taken_for_another_word(evidence: Evidence, asked: str, said: str) -> None:
    with pytest.raises(explain.UnknownNameError) as refused:
        explain.explain(evidence, "Aino Kärkkälä", metric=asked)
    assert str(refused.value) == f'there is no rule on "{asked}"; {said}'


def test_shares_and_kinds_are_explained(small: Explanation) -> None:
    keep = small.lines[1]
    assert (keep.measured.top, keep.measured.bottom) == (Decimal("1.6"), Decimal("2.6"))
    assert [(k.name, k.n, k.points) for k in keep.kinds] == [("(none)", 1, 100.0), ("Big", 2, 75.0)]
    assert {p.name: p.kind for p in keep.measured.parts} == {"Ada": "Big", "Bob": "", "Cy": "Big"}


def test_a_metric_that_the_basis_does_not_have_is_explained_by_its_reason(small: Explanation) -> None:
    live = small.lines[2]
    assert (live.points, live.adds, live.measured.parts) == (None, None, ())
    assert live.measured.reason == "it needs contracts, and the revenue is measured on invoices"
    assert sum(line.adds for line in small.lines if line.adds is not None) == Decimal("77.222222223")


def test_three_accounts_are_too_few_for_a_score(small: Explanation) -> None:
    assert small.score is None


def test_a_movement_on_invoices_names_the_lines_of_the_window(small: Explanation) -> None:
    bob = next(a for a in small.accounts if a.name == "Bob")
    (move,) = bob.movements
    assert (move.kind, move.adds, move.rows) == ("expansion", Decimal("9.9900"), ("invoices.csv:4",))
    assert bob.opening + move.adds == bob.closing


def rows_of(found: Explanation) -> list[tuple[str, str, str]]:
    """The rows behind the one account: place, before, after."""
    (account,) = found.accounts
    assert account.whole is not None
    return [(row.place, f"{row.before:.2f}", f"{row.after:.2f}") for row in account.whole.rows]


def test_a_shared_account_is_shown_whole_with_the_managers_part(small_evidence: Evidence) -> None:
    found = explain.explain(small_evidence, "mia", account="Ada")
    assert rows_of(found) == [("invoices.csv:1", "30.00", "0.00"), ("invoices.csv:2", "0.00", "10.00")]
    (ada,) = found.accounts
    assert (ada.share, ada.before, ada.after) == (Decimal("0.6"), 18, 6)
    assert found.sentences[-1] == "A row counts with its amount, at the exchange rates of 1 April 2026."


def test_rows_are_given_only_for_one_account(small: Explanation) -> None:
    assert [a.whole for a in small.accounts] == [None, None, None]


def test_rows_in_another_currency_and_returns_add_up_below_nothing(tmp_path: Path) -> None:
    invoices = """line_id,account_id,dated_on,amount,currency,product
1,B,2025-05-01,10.01,EUR,Tea
2,B,2025-06-30,100.00,USD,
3,B,2026-01-15,70.00,EUR,Tea
4,B,2026-04-01,5.00,EUR,Tea
5,B,2026-06-30,-25.50,EUR,Tea
"""
    rates = "currency,dated_on,rate\nUSD,2025-01-01,0.95\nUSD,2026-04-01,0.9\nUSD,2026-05-01,0.8\n"
    found = explain.explain(small_run(tmp_path, invoices=invoices, rates=rates), "mia", account="Bob")
    assert rows_of(found) == [
        ("invoices.csv:2", "90.00", "0.00"),
        ("invoices.csv:5", "0.00", "-25.50"),
        ("invoices.csv:1", "10.01", "0.00"),
        ("invoices.csv:4", "0.00", "5.00"),
    ]
    (bob,) = found.accounts
    assert bob.whole is not None
    assert (bob.whole.before, bob.whole.after) == (Decimal("100.01"), Decimal("-20.5"))
    assert (bob.before, bob.after) == (Decimal("100.01"), 0)
    told = explain.plain(found)["accounts"][0]["whole"]
    assert told["rows"][0] == {
        "place": "invoices.csv:2", "line_id": "2", "product": None, "before": "90.0000", "after": "0.0000",
    }  # fmt: skip
    assert told["after"] == "-20.5000"


NAMES = {"m1": "Zoë Ångström", "m2": "Łukasz Wiśnicki", "m3": "Ann Lee", "m4": "Annabel Lee", "M5": "José Díaz"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("m1", "m1"),
        ("M1", "m1"),
        ("zoe", "m1"),
        ("ANGSTROM", "m1"),
        ("lukasz", "m2"),
        ("ann lee", "m3"),
        ("diaz", "M5"),
    ],
)
def test_people_are_found_without_case_and_accents(word: str, expected: str) -> None:
    assert chosen("manager", word, NAMES) == expected


def test_a_part_that_several_have_names_them_all() -> None:
    with pytest.raises(explain.AmbiguousNameError, match="Ann Lee, Annabel Lee"):
        chosen("manager", "lee", NAMES)


def test_two_of_the_same_name_are_told_apart_by_id() -> None:
    with pytest.raises(explain.AmbiguousNameError, match=r"Ann \(a\), Ann \(b\)"):
        chosen("manager", "ann", {"a": "Ann", "b": "Ann"})


def test_the_id_behind_a_shared_name_need_not_be_typed_where_only_one_is_meant() -> None:
    names = {"a": "Ann (a)", "c": "Annabel"}
    assert {chosen("account", word, names) for word in ("ann", "Ann (a)", "a")} == {"a"}
    with pytest.raises(explain.AmbiguousNameError, match=r"Ann \(a\), Ann \(b\)"):
        chosen("account", "Ann", {**names, "b": "Ann (b)"})


def test_an_unknown_name_is_met_with_the_nearest() -> None:
    with pytest.raises(explain.UnknownNameError, match='did you mean "José Díaz"'):
        chosen("manager", "Jose Dias", NAMES)


def test_nothing_is_part_of_no_name() -> None:
    assert bare("  ÉCOLE ") == "ecole"
    assert bare("Tom O\u2019Neill\u2011Dupont") == "tom o'neill-dupont"
    with pytest.raises(explain.UnknownNameError):
        chosen("manager", "", NAMES)


def test_an_unknown_metric_is_met_with_the_nearest(evidence: Evidence) -> None:
    with pytest.raises(explain.UnknownNameError, match='did you mean "net_revenue_retention"'):
        explain.explain(evidence, "Aino Kärkkälä", metric="nrr")


def test_accounts_of_an_empty_book_are_none(graded_run: Run) -> None:
    assert accounts(graded_run.book.clear(), graded_run.movements.clear()) == ()


def _value_again(said: explain.Measured) -> float:
    """The value from the sums that are shown."""
    if said.top is None or said.bottom is None:
        return float(said.value or 0)
    return float(said.top) / float(said.bottom) - float(said.less)


def _points(grade: Any, value: float | None, better: str) -> float:
    return float(pl.select(points(grade, pl.lit(value, dtype=pl.Float64), better)).item())
