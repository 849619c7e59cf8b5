"""Do other weights give what a run with them would give, without its exports, and can they be proposed?"""

import copy
import io
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from six_rules import six_rules
from tabled import tables
from test_cli import cli, contents
from test_exclusions import AS_OF, SOLD, company

from scoring import demo, pipeline, rules
from scoring.cli.compare.weighed import _manager
from scoring.compare.what_if import Basis, NotReweighableError, WeightsError, basis, changes, reweighed
from scoring.document import read_text
from scoring.intake import RULES, Request
from scoring.parquet import parquet_bytes
from scoring.period.account_quarters import Trail
from scoring.period.shared_chance import shared_chance
from scoring.rules import Rulebook
from scoring.rules.proposed import NotProposableError, is_text_of, patch, proposed
from scoring.rules.reading import fitted
from scoring.rules.versions import calendar_of
from scoring.run import rules_json
from scoring.scorecard.cards import Card, Scored
from scoring.scorecard.context import Context
from scoring.scorecard.lost import of_managers
from scoring.scorecard.trusted import trusted_cards
from scoring.scorecard.unweighed import account_points, estimates
from scoring.trust import Finding, Level, as_json, verdicts

METHODS = ("oe_credibility", "joint", "oe", "raw", "weighted", "target_bands", "peer_percentile")
TEXT = """\
# How we score.
name: R
currency: EUR
method: METHOD
publish: {min_z: 0, label_probability: 60%}
rules:
  - {name: keep, metric: gross_revenue_retention, weight: 2, grade: {floor: 50%, target: 100%}}
  - {name: stay, metric: churn_rate, weight: 1, grade: {floor: 50%, target: 0%}}   # fewer is better
  - {name: grow, metric: like_for_like_growth, weight: 1, grade: {floor: -5%, target: 5%}}
  - name: climb
    metric: tier_up_rate
    weight: 0   # shown
    grade: {floor: 0%, target: 20%}
    missing: withhold
"""
OTHER = {"keep": 1.0, "stay": 3.5}
PAYS_MORE = "m5-2x m5-2 300 month 2026-02-01 .\nm6-4x m6-4 50 month 2025-08-01 .\nm4-8x m4-8 90 month 2025-05-01 ."


def text_of(method: str = "oe_credibility", **weights: float) -> str:
    """The rules by that method, with other weights."""
    found = TEXT.replace("METHOD", method)
    for name, weight in weights.items():
        head, tail = found.split(f"name: {name}", 1)
        before, after = tail.split("weight: ", 1)
        found = f"{head}name: {name}{before}weight: {weight:g}{after[1:]}"
    return found


def book_of(text: str) -> Rulebook:
    book, _ = fitted(read_text(RULES, text))
    assert book is not None
    return book


def tables_of(*exclusions: str) -> dict[str, str]:
    """The small company: two of its accounts pay more and more."""
    found = company(*exclusions)
    return found | {"contracts": f"{found['contracts']}\n{PAYS_MORE}"}


Doubts = tuple[Finding, ...]


class Company:
    """The small company, booked once for all rules that compare it otherwise or weigh otherwise."""

    def __init__(self, text: str, *exclusions: str) -> None:
        self.known, book = tables(tables_of(*exclusions)), book_of(text)
        self.period = calendar_of(book).period("2026-Q2")
        self.before = calendar_of(book).previous(self.period)
        self.trail = Trail(self.known, book, AS_OF)
        self.has_exclusions = bool(exclusions)
        self.found = {
            period: pipeline.score(self.known, book, period, AS_OF, metrics=(), trail=self.trail)
            for period in (self.period, self.before)
        }

    def scored(self, book: Rulebook, period: Any) -> Scored:
        found, way = self.found[period], self.trail.under(book)
        judged = pipeline.judged_by_method(self.known, book, period, found.made, way)
        return Scored(judged, found.made.rows, found.made.moves)

    def run(self, text: str, then: str | None = None, doubts: Doubts = (), doubts_before: Doubts = ()) -> "Ran":
        """What a run by those rules says and keeps; `then` are other rules that the period before had, `doubts_before`
        what its data are in doubt for."""
        book, found = book_of(text), self.found[self.period]
        now, before = self.scored(book, self.period), self.scored(book, self.before)
        earlier = None if then is None else book_of(then)
        if earlier:
            before = replace(self.scored(earlier, self.before), again=before.judged)
        way = self.trail.under(book).with_all()
        if self.has_exclusions:
            now = replace(now, with_all=pipeline.judged_by_method(self.known, book, self.period, found.made, way))
        now = now.since(before)
        shared = shared_chance(book, self.period, self.before)
        context = Context(book, self.period, self.before, found.windows, AS_OF, {}, shared=shared, superseded=earlier)
        trusted = [verdicts(found, now.judged.scores["manager_id"]) for found in (doubts, doubts_before)]
        made = trusted_cards(now, before, context, *trusted)
        return Ran(made, now, before, context, (doubts, doubts_before))


class Ran:
    """What came out, and what is kept of it."""

    def __init__(
        self, cards: list[Card], now: Scored, before: Scored, context: Context, doubts: tuple[Doubts, Doubts]
    ) -> None:
        self.cards: list[Card] = json.loads(json.dumps(cards))
        book = context.rulebook
        self.frames = {
            "estimates": estimates(now, before, book), "account_points": account_points(now, before),
            "compared": now.judged.trace, "book": now.rows, "movements": now.moves,
        }  # fmt: skip
        lost = of_managers(now.judged.lost, book.interval)
        self.summary = {
            "rules": rules_json(book),
            "rules_before": rules_json(context.before) if context.superseded else {"settings": None},
            "period": {"name": context.period.name},
            "as_of": AS_OF.isoformat(),
            "trust": as_json(doubts[0]),
            "trust_before": as_json(doubts[1]),
            "company": {"kept": {"managers": [{"manager_id": m, "lost": found} for m, found in lost.items()]}},
        }

    @property
    def basis(self) -> Basis:
        """What is weighed otherwise: of files, as they are stored."""
        frames = {name: pl.read_parquet(io.BytesIO(parquet_bytes(frame))) for name, frame in self.frames.items()}
        return basis(self.cards, frames, json.loads(json.dumps(self.summary)))


def by_manager(cards: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {card["manager_id"]: card for card in cards}


@pytest.fixture(scope="module")
def small() -> Company:
    return Company(text_of())


@pytest.fixture(scope="module")
def usual(small: Company) -> Basis:
    """The small company by the default method."""
    return small.run(text_of()).basis


# ---- the same as a run ----


@pytest.mark.parametrize("method", METHODS)
def test_other_weights_give_every_card_as_a_run_with_them_does(method: str, small: Company) -> None:
    run, other = small.run(text_of(method)), small.run(text_of(method, **OTHER))
    assert reweighed(run.basis, {}) == run.cards
    assert reweighed(run.basis, OTHER) == other.cards
    assert [c["score"] for c in other.cards] != [c["score"] for c in run.cards]
    assert all(card["previous"]["score"] is not None for card in other.cards)


def test_rules_get_and_lose_all_weight_as_a_run_would_have_it(usual: Basis, small: Company) -> None:
    alone = {"keep": 0, "stay": 0, "grow": 4}
    assert reweighed(usual, alone) == small.run(text_of(**alone)).cards
    climbing = reweighed(usual, {"climb": 1})
    assert climbing == small.run(text_of(climb=1)).cards
    assert {card["score"] for card in climbing} == {None}
    assert {card["reason"] for card in climbing} == {"A rule that withholds the score has no value."}


def test_a_made_company_is_weighed_as_a_run_of_it_would_be(small_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_folder, tmp_path / "small"))
    run = pipeline.run(Request(folder, demo.AS_OF, set_aside=True))
    weights = {"grow_revenue": 0.0, "keep_revenue": 60.0, "grow_lifetime_value": 5.5}
    text = (folder / RULES).read_text(encoding="utf-8")
    (folder / RULES).write_text(proposed(text, weights), encoding="utf-8")
    other = pipeline.run(Request(folder, demo.AS_OF, set_aside=True))
    cards, other_cards, summary = json.loads(json.dumps([run.cards, other.cards, run.summary]))
    found = basis(cards, {name: pl.read_parquet(io.BytesIO(packed)) for name, packed in run.packed.items()}, summary)
    assert reweighed(found, {}) == cards
    assert reweighed(found, weights) == other_cards
    assert all(card["moved"] and card["drivers"] and card["without_largest"] for card in other_cards if card["change"])


@pytest.mark.parametrize("method", ["oe_credibility", "target_bands", "oe"])
def test_the_score_by_earlier_rules_stays_as_it_was_published(method: str, small: Company) -> None:
    then = text_of(method, keep=9, grow=5)
    run = small.run(text_of(method), then)
    assert reweighed(run.basis, {}) == run.cards
    made = reweighed(run.basis, {"keep": 7})
    assert made == small.run(text_of(method, keep=7), then).cards
    assert [card["previous"] for card in made] == [card["previous"] for card in run.cards]
    assert any(part["part"] == "rules" for card in made for part in card["moved"])


def test_without_exclusions_the_score_is_that_of_the_same_weights() -> None:
    sold = Company(text_of(), SOLD)
    run = sold.run(text_of())
    made = reweighed(run.basis, OTHER)
    assert made == sold.run(text_of(**OTHER)).cards
    assert by_manager(made)["m1"]["score_with_all"] != by_manager(run.cards)["m1"]["score_with_all"]


def test_scores_in_doubt_are_degraded_and_withheld_as_before(small: Company) -> None:
    doubts = (
        Finding("totals", Level.WITHHOLDS, "half is missing", "export again", managers=("m2",)),
        Finding("totals", Level.DEGRADES, "a row is missing", "export again", managers=("m1", "m3")),
    )
    found = small.run(text_of(), doubts=doubts).basis
    made = by_manager(reweighed(found, OTHER))
    assert list(made.values()) == small.run(text_of(**OTHER), doubts=doubts).cards
    assert (made["m2"]["score"], made["m1"]["group"], made["m1"]["lost"]) == (None, "within", None)
    unscored = reweighed(found, {"climb": 1})  # and so nothing of it is degraded
    assert unscored == small.run(text_of(climb=1), doubts=doubts).cards
    assert by_manager(unscored)["m1"]["lost"] is not None


@pytest.mark.parametrize("then", [None, text_of(keep=9, grow=5)])
def test_a_score_that_is_withheld_in_the_period_before_is_nothing_to_compare_with(
    then: str | None, small: Company
) -> None:
    doubts = (
        Finding("totals", Level.WITHHOLDS, "half is missing", "export again", managers=("m2",)),
        Finding("totals", Level.DEGRADES, "a row is missing", "export again", managers=("m1",)),
    )
    run = small.run(text_of(), then, doubts_before=doubts)
    for cards in (run.cards, reweighed(run.basis, OTHER)):
        made = by_manager(cards)
        assert made["m2"]["score"] is not None
        assert (made["m2"]["previous"], made["m2"]["change"], made["m2"]["moved"]) == (None, None, None)
        assert {(line["previous_points"], line["contribution_change"]) for line in made["m2"]["lines"]} == {
            (None, None)
        }
        assert made["m1"]["change"] is not None
        assert (made["m1"]["change_band"], made["m1"]["is_beyond_chance"]) == (None, False)
        assert made["m3"]["change_band"] is not None
    assert reweighed(run.basis, OTHER) == small.run(text_of(**OTHER), then, doubts_before=doubts).cards


# ---- what weights are ----


def test_only_the_proportion_of_weights_matters(usual: Basis) -> None:
    def bare(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**card, "rules_hash": "", "lines": [{**line, "weight": 0} for line in card["lines"]]} for card in cards
        ]

    tenfold = {name: 8 * weight for name, weight in usual.weights.items()}
    assert bare(reweighed(usual, tenfold)) == bare(list(usual.cards))


def test_a_rule_of_weight_0_adds_nothing_and_moves_nobody(usual: Basis) -> None:
    for card in reweighed(usual, {"keep": 0}):
        line = next(line for line in card["lines"] if line["rule"] == "keep")
        assert (line["weight"], line["share"], line["contribution"], line["contribution_change"]) == (0, 0, 0, 0)
        assert line["points"] is not None
        assert card["score"] == pytest.approx(sum(line["contribution"] for line in card["lines"]), abs=1e-8)


def test_the_parts_of_every_change_still_add_up_to_it(usual: Basis) -> None:
    made = [card for card in reweighed(usual, OTHER) if card["change"] is not None]
    assert made
    for card in made:
        assert sum(part["points"] for part in card["moved"]) == pytest.approx(card["change"], abs=1e-7)
        assert sum(line["contribution_change"] for line in card["lines"]) == pytest.approx(card["change"], abs=1e-7)


def test_cards_that_were_given_stay_as_they_are(usual: Basis) -> None:
    before = copy.deepcopy(usual.cards)
    reweighed(usual, OTHER)
    assert usual.cards == before


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"kep": 1}, 'there is no rule "kep": did you mean "keep"?'),
        ({"keep": -1}, "the weight of keep must be a number from 0 to 1,000, not -1"),
        ({"keep": float("nan")}, "the weight of keep must be a number from 0 to 1,000, not nan"),
        ({"stay": 1001}, "the weight of stay must be a number from 0 to 1,000, not 1001"),
        ({"keep": 0, "stay": 0, "grow": 0}, "the weights of all rules would be 0; give one of them a weight"),
        (
            {"praise": 1, "keep": -1},
            'there is no rule "praise": there are keep, stay, grow, climb; '
            "the weight of keep must be a number from 0 to 1,000, not -1",
        ),
    ],
)
def test_weights_that_rules_cannot_have_are_refused_in_one_sentence(
    usual: Basis, weights: Mapping[str, float], said: str
) -> None:
    with pytest.raises(WeightsError) as refused:
        reweighed(usual, weights)
    assert str(refused.value) == said


MORE = """\
  - {name: reach, metric: target_attainment, of: net_revenue_retention, weight: 0}
  - {name: praise, metric: nps, weight: 0}
"""


def test_what_the_run_does_not_say_is_refused_with_the_reason() -> None:
    run = Company(text_of() + MORE).run(text_of() + MORE)
    found = run.basis
    assert reweighed(found, {"keep": 5})
    with pytest.raises(WeightsError, match="reach can have no weight: target_attainment is no figure of accounts"):
        reweighed(found, {"reach": 1})
    with pytest.raises(NotReweighableError, match="scores would rest on answers as well"):
        reweighed(found, {"praise": 1})
    frames = {name: frame for name, frame in run.frames.items() if name != "estimates"}
    with pytest.raises(NotReweighableError, match="the run keeps no estimates, as it was stored by an earlier"):
        basis(run.cards, frames, run.summary)
    frames["estimates"] = run.frames["estimates"].drop("peer_observed")
    with pytest.raises(NotReweighableError, match="the run keeps no peer_observed, as it was stored by an earlier"):
        basis(run.cards, frames, run.summary)


# ---- who would stand elsewhere ----


def card_of(manager: str, score: float | None, group: str, label: str | None) -> dict[str, Any]:
    return {"manager_id": manager, "name": manager.upper(), "score": score, "group": group, "label": label}


def test_who_stands_elsewhere_is_counted_and_said() -> None:
    old = [card_of("a", 50.0, "within", "In line"), card_of("b", 60.0, "above", "Above"),
           card_of("c", 40.0, "within", "In line"), card_of("d", None, "not_scored", None)]  # fmt: skip
    new = [card_of("a", 53.0, "above", "Above"), card_of("b", 59.0, "above", "Above"),
           card_of("c", None, "not_scored", None), card_of("d", None, "not_scored", None)]  # fmt: skip
    found = changes(old, new)
    assert [(m.change, m.changes_group) for m in found.managers] == [
        (3, True),
        (-1, False),
        (None, True),
        (None, False),
    ]
    assert (found.of, found.groups, found.labels, found.scored) == (4, 2, 2, 2)
    assert (found.mean_move, found.largest_move) == (2, 3)
    told = "2 of 4 managers would change group; scores move by 2.0 points on average, by 3.0 at most."
    assert found.sentence == told
    assert changes(old[3:], new[3:]).sentence == "0 of 1 manager would change group."


def test_a_score_that_goes_is_counted_where_a_method_gives_no_labels_too() -> None:
    found = changes([card_of("a", 50.0, "within", None)], [card_of("a", None, "not_scored", None)])
    assert found.labels == 1
    assert _manager(found.managers[0], {"low": None, "high": None})[-1] == "(no label) → (no score)"


def test_a_group_that_follows_the_weights_is_seen(usual: Basis) -> None:
    found = changes(usual.cards, reweighed(usual, {"keep": 0, "stay": 0}))
    assert found.groups > 0
    assert changes(usual.cards, reweighed(usual, {})).sentence.startswith("0 of 6 managers")


# ---- a proposal ----


def applied(folder: Path, old: str, new: str, program: list[str]) -> str:
    """What a program makes of the old text by the patch."""
    (folder / RULES).write_bytes(old.encode())
    (folder / "it.patch").write_bytes(patch(old, new).encode())
    subprocess.run([*program, "it.patch"], cwd=folder, check=True, capture_output=True)
    return (folder / RULES).read_bytes().decode()


ENDS: dict[str, Callable[[str], str]] = {
    "lines": lambda text: text,
    "windows": lambda text: text.replace("\n", "\r\n"),
    "no last line end": lambda text: f"{text.rstrip()}\n# end",
    "byte order mark": lambda text: f"\ufeff{text}",
}


@pytest.mark.parametrize("program", [["patch", "-p0", "-i"], ["git", "apply", "-p0"]], ids=["patch", "git"])
@pytest.mark.parametrize("ends", ENDS)
def test_a_patch_is_applied_by_the_programs_that_people_have(ends: str, program: list[str], tmp_path: Path) -> None:
    if shutil.which(program[0]) is None:
        pytest.skip(f"{program[0]} is not installed")
    old = ENDS[ends](six_rules())
    new = proposed(old, {"keep_revenue": 60, "grow_lifetime_value": 7.25})
    assert applied(tmp_path, old, new, program) == new


def test_a_proposal_changes_the_numbers_and_nothing_else() -> None:
    old = rules.default_text()
    new = proposed(old, {"keep_revenue": 60, "grow_lifetime_value": 0.1, "grow_each_customer": 30})
    pairs = [(a, b) for a, b in zip(old.splitlines(), new.splitlines(), strict=True) if a != b]
    assert pairs == [("    weight: 50", "    weight: 60"), ("    weight: 20", "    weight: 0.1")]
    assert proposed(old, {"keep_revenue": 50.0}) == old
    assert patch(old, old) == ""
    assert patch(old, new, "our rules.yaml").startswith("--- our rules.yaml\t\n+++ our rules.yaml\t\n@@ ")


@pytest.mark.parametrize(
    ("line", "weight", "made"),
    [
        ("{name: a, weight: 1, metric: nps}", 2, "{name: a, weight: 2, metric: nps}"),
        ("{metric: nps, name: a, weight:   1.50} # 1.5", 3, "{metric: nps, name: a, weight:   3} # 1.5"),
        ('{"name": "a", "weight": 1,"metric": "nps"}', 0.000001, '{"name": "a", "weight": 0.000001,"metric": "nps"}'),
        (
            "{name: a, metric: nps, weight:\n      # why\n      1}",
            9,
            "{name: a, metric: nps, weight:\n      # why\n      9}",
        ),
    ],
)
def test_a_weight_is_found_however_it_is_written(line: str, weight: float, made: str) -> None:
    text = "name: Straße 🙂\ncurrency: EUR\nrules:\n  - {}\n"
    assert proposed(text.replace("{}", line), {"a": weight}) == text.replace("{}", made)


@pytest.mark.parametrize(
    ("text", "weights", "said"),
    [
        (TEXT, {"kep": 1}, 'rules.yaml has no rule "kep": did you mean "keep"?'),
        (TEXT, {"keep": -1}, "weight must be 0 or more"),
        (TEXT, {"keep": float("inf")}, "inf is no weight"),
        (TEXT, {"keep": 0, "stay": 0, "grow": 0}, "the weights of all rules are 0"),
        ("rules: [", {"keep": 1}, "this is not YAML"),
        ("name: R\n", {"keep": 1}, "currency is missing"),
        (TEXT.replace("weight: 2", "weight: &two 2"), {"keep": 1}, "has an anchor"),
    ],
)
def test_what_cannot_be_proposed_is_refused(text: str, weights: Mapping[str, float], said: str) -> None:
    with pytest.raises(NotProposableError, match=said):
        proposed(text.replace("METHOD", "joint"), weights)


def test_rules_that_mean_the_same_are_those_of_the_run(usual: Basis) -> None:
    sha256 = rules.fingerprint(usual.rulebook)
    assert is_text_of(f"# a remark\n{text_of()}", sha256)
    assert not is_text_of(text_of(keep=3), sha256)
    assert not is_text_of("rules: [", sha256)


# ---- the command ----


def written(folder: Path, text: str) -> Path:
    """The folder with the small company and those rules."""
    for name, table in tables_of().items():
        head, *lines = [line.split() for line in table.splitlines()]
        rows = [",".join("" if c == "." else c.replace("_", " ") for c in line) for line in lines]
        (folder / f"{name}.csv").write_text("\n".join([",".join(head), *rows, ""]), encoding="utf-8")
    (folder / RULES).write_text(text, encoding="utf-8")
    return folder


def test_the_command_tells_who_would_stand_elsewhere_and_saves_nothing(tmp_path: Path, usual: Basis) -> None:
    folder = written(tmp_path, text_of())
    assert cli("run", folder, "--period", "2026-Q2", "--as-of", "2026-06-30").code == 0
    before = contents(folder)
    asked = ("what-if", folder, "--weight", "keep=0", "--weight", "stay=0")
    told = cli(*asked)
    assert (told.code, "Nothing was saved." in told.out) == (0, True)
    data = json.loads(cli(*asked, "--json").out)["data"]
    assert data["weights"]["old"] == {"keep": 2, "stay": 1, "grow": 1, "climb": 0}
    assert data["weights"]["new"] == {"keep": 0, "stay": 0, "grow": 1, "climb": 0}
    assert data["sentence"] in told.out
    expected = reweighed(usual, {"keep": 0, "stay": 0})
    assert [m["new_score"] for m in data["managers"]] == [card["score"] for card in expected]
    exact = cli("what-if", folder, "--weight", "keep=0.3333333", "--run", "2026-Q2")
    assert exact.err == f"Next: bookscore what-if {folder} --run 2026-Q2 --weight keep=0.3333333 --propose\n"
    change = cli(*asked, "--propose")
    assert (change.code, data["sentence"] in change.err) == (0, True)
    assert change.out == patch(text_of(), text_of(keep=0, stay=0))
    assert contents(folder) == before
    (folder / RULES).write_text(text_of(keep=7), encoding="utf-8")
    aside = cli(*asked, "--propose")
    assert "rules.yaml is not what the run was scored by" in aside.err
    refused = cli("what-if", folder, "--weight", "kep=1")
    assert (refused.code, 'did you mean "keep"?' in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--weight", "keep"], "is not RULE=WEIGHT"),
        (["--weight", "keep=much"], '"much" is no number'),
        (["--weight", "keep=1", "--weight", "keep=2"], "keep is given twice"),
        ([], "--weight"),
    ],
)
def test_weights_that_cannot_be_read_are_refused(typed: list[str], said: str, tmp_path: Path) -> None:
    done = cli("what-if", tmp_path, *typed)
    assert done.code == 2
    assert said in done.err
