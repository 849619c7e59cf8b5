"""Is every period scored by the rules that were in force, and does a change of rules leave nothing of a score over?"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from random_rules import rulebooks
from remembered import remember
from test_cli import AS_OF, cli
from test_compared import KEEP, STAY, company, rulebook
from worlds import MANAGERS, World, compared_worlds, examples

from scoring import demo, pipeline, rules
from scoring.calendar import Calendar
from scoring.compare import simulating
from scoring.errors import ProblemsFoundError
from scoring.intake import RULES, Request
from scoring.intake import folder as folder_module
from scoring.intake.folder import opened
from scoring.metrics import CATALOGUE
from scoring.period import booking
from scoring.period.account_quarters import Trail
from scoring.rules import Rulebook, fingerprint
from scoring.rules.versions import calendar_of
from scoring.run import Run
from scoring.scorecard.cards import Card, Scored, cards
from scoring.scorecard.context import Context

BOOK = "name: Test\ngoal: Test them.\ncurrency: EUR\n"
ONE = "rules: [{name: keep, metric: gross_revenue_retention, weight: 1}]\n"


def written(folder: Path, **files: str) -> Path:
    """Rules in files, `now` as rules.yaml; the name of another stands before .yaml."""
    for name, text in files.items():
        place = folder / ("rules.yaml" if name == "now" else f"{name}.yaml")
        place.write_text(f"{BOOK}{text}{ONE}", encoding="utf-8")
    return folder / "rules.yaml"


def refused(place: Path) -> list[str]:
    with pytest.raises(ProblemsFoundError) as caught:
        rules.read_versions(place, CATALOGUE)
    return [str(p) for p in caught.value.problems]


def held(place: Path, period: str) -> str:
    """The file of the rules that are in force for the period."""
    versions = rules.read_versions(place, CATALOGUE)
    version, _ = rules.in_force(versions, lambda v: rules.calendar_of(v.rulebook).period(period))
    return version.file


CHAIN = {
    "now": "version: '2026-2'\neffective_from: 2026-Q3\nsupersedes: spring.yaml\n",
    "spring": "version: '2026-1'\neffective_from: 2026-02-15\nsupersedes: old.yaml\n",
    "old": "",
}


# ---- which rules are in force ----


@pytest.mark.parametrize(
    ("period", "file"),
    [
        ("2027-Q1", "rules.yaml"),
        ("2026-Q3", "rules.yaml"),
        ("2026-Q2", "spring.yaml"),
        ("2026-Q1", "old.yaml"),  # it had begun when the new rules came into force
        ("2026-03", "spring.yaml"),
        ("2026", "old.yaml"),
        ("1999-Q1", "old.yaml"),
    ],
)
def test_a_period_is_scored_by_the_rules_in_force_on_its_first_day(tmp_path: Path, period: str, file: str) -> None:
    assert held(written(tmp_path, **CHAIN), period) == file


def test_a_period_is_counted_in_the_fiscal_year_of_the_rules(tmp_path: Path) -> None:
    from_july = "calendar: {fiscal_year_starts: July}\n"
    place = written(tmp_path, now=f"effective_from: 2026-q1\nsupersedes: old.yaml\n{from_july}", old=from_july)
    assert rules.read_versions(place, CATALOGUE)[0].effective_on == date(2025, 7, 1)
    assert (held(place, "2026-Q1"), held(place, "2025-Q4")) == ("rules.yaml", "old.yaml")


def test_before_the_first_rules_nothing_is_scored_and_the_line_says_so(tmp_path: Path) -> None:
    place = written(tmp_path, now="effective_from: 2026-Q2\n")
    assert held(place, "2026-Q2") == "rules.yaml"
    with pytest.raises(ProblemsFoundError) as caught:
        held(place, "2026-Q1")
    assert str(caught.value) == "1 problem found"
    assert str(caught.value.problems[0]) == (
        'rules.yaml:4: effective_from: 2026-Q1 begins on 2026-01-01, before any rules were in force: "2026-Q2"; name '
        "the rules of that time under supersedes, or an earlier day"
    )


def test_the_period_before_is_the_one_of_the_rules_of_then(tmp_path: Path) -> None:
    monthly = "calendar: {period: month}\neffective_from: 2026-07\nsupersedes: old.yaml\n"
    versions = rules.read_versions(written(tmp_path, now=monthly, old=""), CATALOGUE)
    new, old = versions

    def before(name: str) -> tuple[str, str]:
        period = Calendar(length="month").period(name)
        found = rules.before(versions, new, period)
        assert found is not None
        return found[0].file, found[1].name

    assert before("2026-08") == ("rules.yaml", "2026-07")
    assert before("2026-07") == ("old.yaml", "2026-Q2")
    assert rules.before(versions[:1], new, Calendar(length="month").period("2026-07")) is None
    quarter = Calendar().period("2026-Q1")
    assert rules.before(versions, old, quarter) == (old, Calendar().period("2025-Q4"))


# ---- what is wrong with a chain ----


def test_a_superseded_file_must_be_there(tmp_path: Path) -> None:
    place = written(tmp_path, now="effective_from: 2026-Q3\nsupersedes: sprnig.yaml\n", spring="")
    assert refused(place) == [
        'rules.yaml:5: supersedes names a file that is not there: "sprnig.yaml"; did you mean "spring.yaml"?'
    ]


@pytest.mark.parametrize(
    ("last", "first"), [("rules.yaml", "rules.yaml"), ("spring.yaml", "spring.yaml"), ("./old.yaml", "old.yaml")]
)
def test_rules_cannot_supersede_each_other_in_a_circle(tmp_path: Path, last: str, first: str) -> None:
    old = f"effective_from: 2025-Q1\nsupersedes: {last}\n"
    (problem,) = refused(written(tmp_path, **{**CHAIN, "old": old}))
    assert problem == (
        f'old.yaml:5: supersedes leads back to {first}, which is newer, or this file itself: "{last}"; name older '
        "rules, or delete the line"
    )


@pytest.mark.parametrize("day", ["2026-Q3", "2026-07-01", "2026-12-31"])
def test_rules_must_be_newer_than_those_they_supersede(tmp_path: Path, day: str) -> None:
    spring = f"effective_from: {day}\nsupersedes: old.yaml\n"
    (problem,) = refused(written(tmp_path, **{**CHAIN, "spring": spring}))
    first = {"2026-Q3": "2026-07-01"}.get(day, day)
    assert problem == (
        f"rules.yaml:5: effective_from is 2026-07-01, but spring.yaml, which is older, is in force from {first} on; "
        "move one of the two days, or correct supersedes"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("supersedes: old.yaml\n",
         "effective_from is needed with supersedes; say from when on these rules are in force, as 2026-Q3"),
        ("effective_from: 2026-Q5\n",
         'effective_from must be a period or a day: "2026-Q5"; write it like 2026-Q3 or 2026-07-01'),
        ("effective_from: 2026-02-30\n",
         'effective_from must be a period or a day: "2026-02-30"; write it like 2026-Q3 or 2026-07-01'),
        ("effective_from: 2026-Q3\nsupersedes: ../old.yaml\n",
         'supersedes must lie beside this file: "../old.yaml"; write it like rules-2025.yaml'),
        ("effective_from: 2026-Q3\nsupersedes: /old.yaml\n",
         'supersedes must lie beside this file: "/old.yaml"; write it like rules-2025.yaml'),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_about_versions_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    found = refused(written(tmp_path, now=text, old=""))
    assert [p.partition(": ")[2] for p in found if problem in p] == [problem]
    assert all(p.startswith("rules.yaml:") for p in found)


def test_an_error_in_superseded_rules_stands_at_their_own_line(tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    place = written(tmp_path, now="effective_from: 2026-Q3\nsupersedes: before/rules.yaml\n")
    (tmp_path / "before" / "rules.yaml").write_text(f"{BOOK}interval: 2\n{ONE}", encoding="utf-8")
    (problem,) = refused(place)
    assert problem.startswith("before/rules.yaml:4: interval must be")


# ---- a run over the change of rules ----

AFTER = date(2026, 9, 30)
LATER = ("version: '2026-2'\neffective_from: 2026-Q2\nsupersedes: rules-old.yaml\n", "weight: 25", "weight: 60")


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    """Exports are read once a folder: here only rules change."""
    with pytest.MonkeyPatch.context() as patch:
        remember(patch, folder_module, "take_in")
        yield


@pytest.fixture(scope="module")
def changed(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company, whose rules changed with the second quarter of 2026."""
    folder = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("changed") / "demo"))
    (folder / RULES).rename(folder / "rules-old.yaml")
    text = (folder / "rules-old.yaml").read_text(encoding="utf-8")
    head, old, new = LATER
    assert old in text
    (folder / RULES).write_text(f"{head}{text.replace(old, new, 1)}", encoding="utf-8")
    return folder


@cache
def ran(folder: Path, period: str, file: str | None = None, as_of: date = demo.AS_OF) -> Run:
    return pipeline.run(Request(folder, as_of, period, folder / file if file else None, set_aside=True))


@pytest.fixture(scope="module")
def always(changed: Path) -> str:
    """A file with the new rules as if they had always been in force."""
    text = (changed / RULES).read_text(encoding="utf-8").replace(LATER[0], "")
    (changed / "always.yaml").write_text(text, encoding="utf-8")
    return "always.yaml"


@pytest.fixture(scope="module")
def first(changed: Path) -> Run:
    """The first quarter under the new rules."""
    return ran(changed, "2026-Q2")


def test_a_period_before_the_change_is_scored_as_if_there_never_were_other_rules(changed: Path) -> None:
    run, alone = ran(changed, "2026-Q1"), ran(changed, "2026-Q1", "rules-old.yaml")
    assert run.run_id == alone.run_id
    assert run.summary == alone.summary
    assert run.cards == alone.cards


def test_the_score_before_is_the_one_that_was_given_then(first: Run, changed: Path) -> None:
    then = {c["manager_id"]: c for c in ran(changed, "2026-Q1").cards}
    told = [c for c in first.cards if c["previous"]]
    assert len(told) > 5
    for card in told:
        assert card["previous"] == {n: then[card["manager_id"]][n] for n in ("period", "score", "low", "high")}


def test_the_parts_of_the_change_add_up_and_that_of_the_rules_is_the_quarter_before_under_the_new_ones(
    first: Run, changed: Path, always: str
) -> None:
    again = {c["manager_id"]: c["score"] for c in ran(changed, "2026-Q1", always).cards}  # fmt: skip
    told = [c for c in first.cards if c["change"] is not None]
    assert len(told) > 5
    for card in told:
        parts = {p["part"]: p for p in card["moved"]}
        assert sum(p["points"] for p in card["moved"]) == pytest.approx(card["change"], abs=1e-7)
        assert list(parts)[-1] == "rules"
        expected = again[card["manager_id"]] - card["previous"]["score"]
        assert parts["rules"]["points"] == pytest.approx(expected, abs=1e-7)
        assert abs(sum(a["points"] for a in parts["rules"]["accounts"])) > 0
    assert max(abs(p["points"]) for c in told for p in c["moved"] if p["part"] == "rules") > 0.5


def test_a_change_of_rules_alone_is_never_more_than_chance(changed: Path, always: str) -> None:
    """The mark beside a change is about what accounts did: that of the same rules, with their band."""
    same = {c["manager_id"]: c for c in ran(changed, "2026-Q2", always).cards}  # fmt: skip
    for card in ran(changed, "2026-Q2").cards:
        if card["change"] is not None and same[card["manager_id"]]["change"] is not None:
            assert card["change_band"] == same[card["manager_id"]]["change_band"]
            assert card["is_beyond_chance"] == same[card["manager_id"]]["is_beyond_chance"]


def test_the_run_says_which_rules_were_in_force_for_both_periods(first: Run, changed: Path) -> None:
    new, old = (v.rulebook for v in rules.read_versions(changed / RULES, CATALOGUE))
    told, before = first.summary["rules"], first.summary["rules_before"]
    assert (told["version"], told["effective_from"], told["sha256"]) == ("2026-2", "2026-Q2", fingerprint(new))
    assert (before["version"], before["sha256"]) == (None, fingerprint(old))
    assert Rulebook.model_validate(before["settings"]) == old
    card = first.cards[0]
    assert (card["rules_version"], card["rules_hash"]) == ("2026-2", fingerprint(new)[:12])
    assert card["rules_change"].startswith(f"2026-Q1 was scored by Keep and grow ({fingerprint(old)[:12]}), 2026-Q2 is")
    third = ran(changed, "2026-Q3", as_of=AFTER)
    assert third.cards[0]["rules_change"] is None
    assert third.summary["rules_before"]["settings"] is None


def test_the_run_is_another_one_when_the_superseded_rules_are(first: Run, changed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(changed, tmp_path / "demo"))
    old = folder / "rules-old.yaml"
    old.write_text(old.read_text(encoding="utf-8").replace("weight: 25", "weight: 24", 1), encoding="utf-8")
    other = ran(folder, "2026-Q2")
    assert other.run_id != first.run_id
    assert ran(folder, "2026-Q3", as_of=AFTER).run_id == ran(changed, "2026-Q3", as_of=AFTER).run_id


def test_without_rules_before_there_is_no_change(small_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_folder, tmp_path / "demo"))
    (folder / RULES).write_text("effective_from: 2026-Q2\n" + (folder / RULES).read_text(encoding="utf-8"), "utf-8")
    run = ran(folder, "2026-Q2")
    assert run.summary["rules_before"] is None
    assert {c["previous"] for c in run.cards} == {None}
    done = cli("run", folder, "--period", "2026-Q1", "--set-aside", "--as-of", AS_OF)
    assert done.code == 4
    assert "rules.yaml:1: effective_from: 2026-Q1 begins on 2026-01-01, before any rules were in force" in done.err


def test_graded_by_other_targets_the_rules_and_their_lines_make_the_change(changed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(changed, tmp_path / "demo"))
    for file in (RULES, "rules-old.yaml"):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace("method: oe_credibility", "method: target_bands  "), encoding="utf-8")
    told = [c for c in ran(folder, "2026-Q2").cards if c["change"] is not None]
    assert len(told) > 5
    for card in told:
        assert sum(p["points"] for p in card["moved"]) == pytest.approx(card["change"], abs=1e-7)
        assert {p["part"] for p in card["moved"]} <= {"line", "rules"}
    assert any(p["part"] == "rules" for c in told for p in c["moved"])


# ---- the other commands ----


def test_commands_that_look_at_one_period_use_the_rules_in_force_for_it(changed: Path) -> None:
    weights = {}
    for period in ("2026-Q1", "2026-Q2"):
        done = cli("diagnose", changed, "--period", period, "--set-aside", "--as-of", AS_OF, "--json")
        weights[period] = {r["rule"]: r["weight"] for r in done.json["data"]["rules"]}["keep_revenue"]
    assert weights == {"2026-Q1": 25, "2026-Q2": 60}
    request = Request(changed, demo.AS_OF, "2026-Q1", set_aside=True)
    assert opened(request).rulebook == rules.read_versions(changed / RULES, CATALOGUE)[1].rulebook


def test_a_simulation_holds_new_rules_against_those_of_then(
    changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(monkeypatch, simulating, "of_folder")
    new = tmp_path / "new.yaml"
    text = (changed / RULES).read_text(encoding="utf-8")
    new.write_text(text.replace("2026-Q2", "2027-Q1", 1).replace("weight: 30", "weight: 5", 1), encoding="utf-8")
    found, _ = simulating.of_folder(Request(changed, demo.AS_OF, set_aside=True), new, (), 2)
    (then,) = found.earlier
    assert (found.periods, found.version) == (("2026-Q2",), "2026-2")
    assert (then.periods, then.version) == (("2026-Q1",), None)
    assert [s.name for s in found.switches] == ["grow_revenue"]
    assert [s.name for s in then.switches] == ["grow_revenue", "keep_revenue"]
    for one in (found, then):
        said = {c["manager_id"]: c["score"] for c in ran(changed, one.periods[0]).cards}
        assert {m.manager_id: m.old.score for m in one.managers if m.old} == said
        assert all(m.residual == 0 for m in one.managers)
    done = cli("simulate", new, changed, "--last", "2", "--set-aside", "--as-of", AS_OF, "--json")
    assert [p["period"] for p in done.json["data"]["periods"]] == ["2026-Q2"]
    assert [p["period"] for e in done.json["data"]["earlier"] for p in e["periods"]] == ["2026-Q1"]
    printed = cli("simulate", new, changed, "--last", "2", "--set-aside", "--as-of", AS_OF)
    assert "Keep and grow version 2026-2 and Keep and grow" in printed.out
    assert f"of {len(found.managers) + len(then.managers)} labels would change" in printed.out


def test_rules_lists_the_versions_and_what_differs(changed: Path) -> None:
    done = cli("rules", changed, "--as-of", AS_OF, "--json")
    new, old = done.json["data"]["versions"]
    assert (new["file"], new["first"], new["last"], new["is_now"]) == ("rules.yaml", "2026-04-01", None, True)
    assert (old["file"], old["first"], old["last"], old["is_now"]) == ("rules-old.yaml", None, "2026-03-31", False)
    assert cli("rules", changed, "--as-of", "2026-02-01", "--json").json["data"]["versions"][1]["is_now"]
    for words in (("rules-old.yaml", "2026-2"), (old["sha256"][:8], "2026-Q2"), ("old", new["sha256"])):
        settings = cli("rules", changed, "--diff", *words, "--json").json["data"]["settings"]
        assert {c["setting"]: (c["old"], c["new"]) for c in settings} == {
            "version": (None, "2026-2"),
            "effective_from": (None, "2026-Q2"),
            "supersedes": (None, "rules-old.yaml"),
            "rules.keep_revenue.weight": (25, 60),
        }
    printed = cli("rules", changed, "--diff", "rules-old.yaml", "rules.yaml", "--as-of", AS_OF)
    assert "rules.keep_revenue.weight" in printed.out
    assert "in force" in printed.out
    assert cli("rules", changed, "--diff", "rules-old.yaml", "2031").code == 2


def test_check_reads_all_versions(changed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(changed, tmp_path / "demo"))
    old = folder / "rules-old.yaml"
    text = old.read_text(encoding="utf-8")
    old.write_text(text.replace("breakdowns: [segment", "breakdowns: [sgment"), encoding="utf-8")
    done = cli("check", folder, "--as-of", AS_OF)
    assert done.code == 4
    assert 'rules-old.yaml: breakdowns: accounts have no attribute "sgment"; did you mean "segment"?' in done.out
    new = (folder / RULES).read_text(encoding="utf-8")
    (folder / RULES).write_text(new.replace("2026-Q2", "2025-Q3", 1), encoding="utf-8")
    assert cli("check", folder, "--as-of", AS_OF).code == 3  # neither of the last two periods needs them any more
    old.write_text(text.replace("weight: 30", "weight: -30"), encoding="utf-8")
    assert "error: rules-old.yaml:" in cli("check", folder, "--as-of", AS_OF).out


# ---- in worlds made at random ----


def judged(world: World, now: Rulebook, then: Rulebook) -> tuple[list[Card], Scored, Scored]:
    """The cards of a period under rules that are `now` in force, when others were `then`, as a run makes them."""
    trail = Trail(world.tables, now, world.as_of)
    before = calendar_of(now).previous(world.period)

    def scored(book: Rulebook, period: Any, way: Trail) -> pipeline.Result:
        return pipeline.score(world.tables, book, period, world.as_of, metrics=(), trail=way)

    again, theirs = scored(now, before, trail), scored(then, before, trail.by(world.tables, then))
    latest = scored(now, world.period, trail)
    earlier = replace(theirs.scored, again=again.scored.judged)
    context = Context(now, world.period, before, latest.windows, world.as_of, {}, superseded=then)
    return cards(latest.scored, earlier, context), earlier, latest.scored


@st.composite
def two_rulebooks(draw: st.DrawFn) -> tuple[World, Rulebook]:
    """A world with rules that are in force now, and other rules that were before; any two methods, any two policies."""
    methods = st.sampled_from(["oe_credibility", "oe_credibility", "joint", "raw", "oe", "target_bands"])
    world = draw(compared_worlds(accounts=(10, 14), grain="account", min_coverage=0.0, method=draw(methods)))
    same = world.rulebook
    fixed = {n: getattr(same, n) for n in ("basis", "grain", "calendar", "publish")} | {"min_coverage": 0.0}
    other = draw(rulebooks(MANAGERS, **fixed, method=draw(methods)))
    if draw(st.booleans()):  # the same rules, but for how they are compared
        weights = tuple(r.model_copy(update={"weight": r.weight + 1}) for r in same.rules)
        other = same.model_copy(update={"rules": weights, "method": other.method})
    return world, other


@examples(12)
@given(two_rulebooks())
def test_switching_rulebooks_leaves_nothing_of_a_change_over(both: tuple[World, Rulebook]) -> None:
    world, then = both
    found, earlier, _ = judged(world, world.rulebook, then)
    assert earlier.again is not None
    again = {m: s for m, s in earlier.again.scores.select("manager_id", "score").iter_rows() if s is not None}
    for card in found:
        if card["change"] is None:
            assert card["moved"] is None
            continue
        assert sum(p["points"] for p in card["moved"]) == pytest.approx(card["change"], abs=1e-6)
        of_rules = sum(p["points"] for p in card["moved"] if p["part"] == "rules")
        if card["manager_id"] in again:
            assert of_rules == pytest.approx(again[card["manager_id"]] - card["previous"]["score"], abs=1e-6)


@examples(8)
@given(two_rulebooks())
def test_quarters_are_shared_only_between_rulebooks_that_make_the_same_of_them(both: tuple[World, Rulebook]) -> None:
    world, other = both
    trail = Trail(world.tables, world.rulebook, world.as_of)
    made = booking.booked(world.tables, world.rulebook, world.period, world.as_of, metrics=())
    trail.until(world.period, made)
    theirs = booking.booked(world.tables, other, world.period, world.as_of, metrics=())
    shared = trail.by(world.tables, other).until(world.period, theirs)
    alone = Trail(world.tables, other, world.as_of).until(world.period, theirs)
    assert_frame_equal(shared.units, alone.units)
    assert_frame_equal(shared.shares, alone.shares)


def test_a_longer_window_is_told_as_rules_and_not_as_what_accounts_did() -> None:
    """Two years instead of one: a loss of two years ago counts again, and nobody did anything."""
    then = rulebook(KEEP)
    now = then.model_copy(update={"window": rulebook(KEEP, window={"quarters": 8}).window})
    known = company(lost={"m1-1": "2024-11-15", "m2-1": "2025-08-15"})
    world = World(known, now, Calendar().period("2026-Q2"), date(2026, 6, 30))
    found, _, _ = judged(world, now, then)
    card = next(c for c in found if c["manager_id"] == "m1")
    parts = {p["part"]: p["points"] for p in card["moved"]}
    assert sum(parts.values()) == pytest.approx(card["change"], abs=1e-7)
    assert parts["rules"] < -1
    assert abs(parts.get("kept", 0)) < abs(parts["rules"]) / 2


def test_one_account_makes_what_another_rule_does_to_a_score() -> None:
    """Who lost a small customer stands better by revenue than by heads: its account is the one that is named."""
    then, now = rulebook(STAY), rulebook(KEEP, weights={"account": "revenue", "max_share": 0.9})
    world = World(company(lost={"m1-1": "2025-11-20"}), now, Calendar().period("2026-Q2"), date(2026, 6, 30))
    found, _, _ = judged(world, now, then)
    part = {p["part"]: p for p in next(c for c in found if c["manager_id"] == "m1")["moved"]}["rules"]
    assert part["points"] > 0
    assert part["accounts"][0]["account_id"] == "m1-1"
