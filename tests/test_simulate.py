"""Does `bookscore simulate` say what runs under both rules would say, and leave nothing of a change over?"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import test_compared
from remembered import remember
from six_rules import six_rules
from test_cli import AS_OF, cli, contents

from scoring import demo, pipeline, rules
from scoring.calendar import Calendar
from scoring.cli.compare.simulated import View, show
from scoring.cli.shared import places
from scoring.compare import Simulation, simulate, simulating
from scoring.compare.rulebooks import Effect, Standing
from scoring.compare.simulating import of_folder
from scoring.compare.switching import switches
from scoring.intake import RULES, Request
from scoring.intake import folder as folder_module
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook, fingerprint

SHOWN = ("score", "low", "high", "label", "group")

LADDER = """  - name: climb_the_ladder
    metric: tier_up_rate
    weight: 10
    grade: {floor: 0%, target: 20%}
"""
VOICE = """  - name: keep_quick
    metric: quick_ratio
    weight: 15
    grade: {floor: 0, target: 4}
"""


GRADED = ("method: oe_credibility ", "method: target_bands ")


def written(folder: Path, *exchanged: tuple[str, str]) -> Path:
    """The default rules, graded by targets and with texts exchanged, as a file."""
    text = six_rules()
    for old, new in (GRADED, *exchanged):
        assert old in text
        text = text.replace(old, new, 1)
    place = folder / "new-rules.yaml"
    place.write_text(text, encoding="utf-8")
    return place


MUCH = (("retention_window: 12m", "retention_window: period"), ("weight: 25", "weight: 5"), (LADDER, VOICE),
        ("min_coverage: 60%", "min_coverage: 40%"))  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    """Exports are read once a folder: here only rules change."""
    with pytest.MonkeyPatch.context() as patch:
        remember(patch, folder_module, "take_in")
        yield


@pytest.fixture(scope="module")
def graded_folder(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company with rules that grade by targets."""
    folder = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("graded") / "demo"))
    written(folder).rename(folder / RULES)
    return folder


@pytest.fixture(scope="module")
def simulated(graded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Simulation]:
    place = tmp_path_factory.mktemp("rules")

    def made(*exchanged: tuple[str, str], last: int = 1) -> Simulation:
        request = Request(graded_folder, demo.AS_OF, set_aside=True)
        return of_folder(request, written(place, *exchanged), last=last)[0]

    return made


@pytest.fixture(scope="module")
def much(simulated: Callable[..., Simulation]) -> Simulation:
    """Two quarters under rules that differ in a window, a weight, the coverage, and one rule in place of another."""
    return simulated(*MUCH, last=2)


def test_what_is_simulated_is_what_a_run_under_the_new_rules_says(
    much: Simulation, graded_folder: Path, tmp_path: Path
) -> None:
    place = written(tmp_path, *MUCH)
    run = pipeline.run(Request(graded_folder, demo.AS_OF, much.periods[0], place, set_aside=True))
    said = {c["manager_id"]: [c[name] for name in SHOWN] for c in run.cards}
    mine = [m for m in much.managers if m.period == much.periods[0]]
    assert {m.manager_id: [getattr(m.new, name) for name in SHOWN] for m in mine if m.new} == said
    assert any(m.old and m.new and m.old.score != m.new.score for m in mine)


def test_effects_add_up_to_the_change_of_every_score(much: Simulation) -> None:
    changed = [m for m in much.managers if m.change]
    assert len(changed) > 8
    for manager in changed:
        assert manager.residual == 0
        assert sum((e.effect or Decimal(0) for e in manager.effects), Decimal(0)) == manager.change
        largest = max(manager.effects, key=lambda e: abs(e.effect or 0))
        assert manager.by == largest.switch


def test_settings_are_switched_first_then_rules_in_the_order_of_the_file_then_those_that_are_gone(
    much: Simulation,
) -> None:
    assert [(s.name, s.what) for s in much.switches] == [
        ("retention_window", "changed"),
        ("min_coverage", "changed"),
        ("keep_revenue", "changed"),
        ("keep_quick", "added"),
        ("climb_the_ladder", "gone"),
    ]


def test_the_last_switch_makes_the_new_rulebook(tmp_path: Path) -> None:
    old, new = (rules.version(written(tmp_path, *more), CATALOGUE).rulebook for more in ((), MUCH))

    def sorted_rules(book: Rulebook) -> str:
        return fingerprint(book.model_copy(update={"rules": tuple(sorted(book.rules, key=lambda r: r.name))}))

    assert sorted_rules(switches(old, new)[-1].rulebook) == sorted_rules(new)
    assert switches(old, old) == ()
    turned = old.model_copy(update={"rules": old.rules[::-1]})
    assert switches(old, turned) == ()


def test_the_same_rules_change_nothing(simulated: Callable[..., Simulation]) -> None:
    found = simulated(("name: Keep and grow", "name: Keep and grow"))
    assert found.settings == ()
    assert {m.change for m in found.managers if m.old and m.old.score is not None} == {Decimal(0)}
    assert not any(m.changes_label or m.by for m in found.managers)


def test_one_changed_weight_is_the_reason_of_every_change(simulated: Callable[..., Simulation]) -> None:
    found = simulated(("weight: 30", "weight: 90"))
    assert [c.setting for c in found.settings] == ["rules.grow_revenue.weight"]
    assert {m.by for m in found.managers if m.change} == {"grow_revenue"}


def test_other_words_for_the_same_score_are_counted_without_moving_it(simulated: Callable[..., Simulation]) -> None:
    found = simulated(("{from: 65, label: On target}", "{from: 1, label: On target}"), ("from: 40", "from: 0.5"))
    scored = [m for m in found.managers if m.old and m.old.score is not None]
    assert {m.change for m in scored} == {Decimal(0)}
    changed = [m for m in scored if m.changes_label]
    assert changed == [m for m in scored if m.old and 1 <= (m.old.score or 0) < 65]
    assert {m.by for m in changed} == {"grades"}


def test_a_rule_that_withholds_scores_is_named_where_they_go(simulated: Callable[..., Simulation]) -> None:
    never = "  - {name: never, metric: time_to_value, weight: 1, missing: withhold, grade: {floor: 90, target: 1}}\n"
    found = simulated((LADDER, LADDER + never), ("logo_retention: 5", "logo_retention: 5\n  time_to_value: 100000"))
    lost = [m for m in found.managers if m.old and m.old.score is not None]
    assert lost
    assert all(m.new and m.new.score is None and m.changes_label for m in lost)
    assert {m.by for m in lost} == {"never"}


@pytest.mark.parametrize(("limits", "level"), [("0.01%, 90%", "degraded"), ("0%, 0.01%", "withheld")])
def test_scores_that_a_run_would_degrade_or_withhold_are_simulated_so(
    simulated: Callable[..., Simulation], graded_folder: Path, tmp_path: Path, limits: str, level: str
) -> None:
    doubtful = ("min_coverage: 60%", f"trust: {{set_aside: [{limits}]}}\nmin_coverage: 60%")
    found = simulated(doubtful)
    run = pipeline.run(
        Request(graded_folder, demo.AS_OF, found.periods[0], written(tmp_path, doubtful), set_aside=True)
    )
    said = {c["manager_id"]: [c[name] for name in SHOWN] for c in run.cards}
    assert {m.manager_id: [getattr(m.new, name) for name in SHOWN] for m in found.managers} == said
    changed = [m for m in found.managers if m.changes_label]
    assert {m.by for m in changed} == {"trust"}
    withheld = [c["manager_id"] for c in run.cards if c["trust"]["level"] == "withheld"]
    told = {e.effect for m in found.managers if m.manager_id in withheld for e in m.effects}
    assert told == ({None} if withheld else set()), "parts of a score would tell it"
    assert level in {c["trust"]["level"] for c in run.cards}


# ---- accounts compared ----

COMPARED = ("method: target_bands ", "method: oe_credibility ")
WHOEVER = ("  chance: 10% ", "  min_z: 0\n  chance: 10% ")
OTHER = (("# weights:   ", "weights: {account: equal}   # "), ("weight: 25", "weight: 5"),
         ("# responsibility:  ", "responsibility: {rule: event_owner}   # "))  # fmt: skip
GRADE = {"grade": {"floor": 0.5, "target": 1}}


def adds_up(found: Simulation) -> int:
    """How many scores changed, each by what its effects add up to."""
    for manager in found.managers:
        assert manager.residual == 0
        if manager.change is not None:
            assert sum((e.effect or Decimal(0) for e in manager.effects), Decimal(0)) == manager.change
    return sum(bool(m.change) for m in found.managers)


def small(old: Rulebook, new: Rulebook, periods: Sequence[str] = ("2026-Q2",)) -> Simulation:
    """Both rulebooks over the company of six managers."""
    known = test_compared.company()
    return simulate(lambda _: known, old, new, [Calendar().period(p) for p in periods], test_compared.AS_OF)


def test_what_is_simulated_of_a_comparison_is_what_a_run_under_the_new_rules_says(
    small_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_folder, tmp_path / "compared"))
    written(tmp_path, COMPARED, WHOEVER).rename(folder / RULES)
    place = written(tmp_path, COMPARED, WHOEVER, *OTHER)
    found, _ = of_folder(Request(folder, demo.AS_OF, set_aside=True), place, last=2)
    assert [s.name for s in found.switches] == ["responsibility", "weights", "keep_revenue"]
    assert adds_up(found) > 8
    run = pipeline.run(Request(folder, demo.AS_OF, found.periods[1], place, set_aside=True))
    said = {c["manager_id"]: [c[name] for name in SHOWN] for c in run.cards}
    mine = [m for m in found.managers if m.period == found.periods[1]]
    assert {m.manager_id: [getattr(m.new, name) for name in SHOWN] for m in mine if m.new} == said


@pytest.mark.parametrize(
    ("settings", "switch"),
    [
        ({"weights": {"account": "equal"}}, "weights"),
        ({"responsibility": {"rule": "event_owner"}}, "responsibility"),
        ({"window": {"quarters": 2}}, "window"),
        ({"expectation": {"features": ["size_band"]}}, "expectation"),
        ({"credibility": {"k": {"logo_retention": 20}}}, "credibility"),
        ({"method": "joint"}, "method"),
        ({"method": "raw"}, "method"),
    ],
)
def test_a_setting_of_the_comparison_is_the_reason_of_every_change(settings: dict[str, Any], switch: str) -> None:
    found = small(test_compared.rulebook(), test_compared.rulebook(**settings), ["2026-Q1", "2026-Q2"])
    assert [s.name for s in found.switches] == [switch]
    assert adds_up(found) or switch == "responsibility"  # nothing was handed over
    assert {m.by for m in found.managers if m.change} <= {switch}


@pytest.mark.parametrize("is_turned", [False, True])
def test_from_grades_to_a_comparison_and_back_everything_adds_up(*, is_turned: bool) -> None:
    """The rules that are compared have no grades, which those that are graded bring along."""
    graded = test_compared.rulebook({**test_compared.STAY, **GRADE}, method="target_bands")
    compared = test_compared.rulebook(test_compared.STAY, {**test_compared.KEEP, "weight": 2})
    old, new = (compared, graded) if is_turned else (graded, compared)
    found = small(old, new)
    assert [s.name for s in found.switches] == (["stay", "keep", "method"] if is_turned else ["method", "stay", "keep"])
    assert adds_up(found) == 6
    assert found.switches[-1].rulebook == new


def test_weight_may_pass_from_one_rule_to_the_other() -> None:
    stay, keep = test_compared.STAY, test_compared.KEEP
    old, new = (test_compared.rulebook({**stay, "weight": n}, {**keep, "weight": 1 - n}) for n in (1, 0))
    found = small(old, new)
    assert [s.name for s in found.switches] == ["stay", "keep"]
    assert all(m.change is not None and m.effects[0].effect is None for m in found.managers)
    assert [m.effects[1].effect for m in found.managers] == [m.change for m in found.managers]


def test_what_may_be_published_is_named_where_labels_come_and_go() -> None:
    usual, sure = test_compared.rulebook(), {"min_z": 0, "label_probability": 0.5}
    found = small(usual, test_compared.rulebook(publish=sure))
    assert {m.change for m in found.managers} == {Decimal(0)}
    assert {m.by for m in found.managers if m.changes_label} == {"publish"}
    found = small(usual, test_compared.rulebook(publish={"min_z": 1}))
    assert all(m.new and m.new.score is None and m.by == "publish" for m in found.managers)


# ---- the command ----


@pytest.fixture
def company(graded_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded_folder, tmp_path / "company"))


def test_nothing_is_saved_and_the_count_is_what_is_listed(company: Path, tmp_path: Path) -> None:
    new = written(tmp_path, ("weight: 30", "weight: 90"))
    before = contents(company)
    done = cli("simulate", new, company, "--set-aside", "--as-of", AS_OF, "--last", "1", "--json")
    assert contents(company) == before
    told = done.json["data"]
    (period,) = told["periods"]
    assert period["period"] == "2026-Q2"
    assert period["other_label"] == sum(m["changes_label"] for m in period["managers"])
    assert {Decimal(m["residual"]) for m in period["managers"]} == {Decimal(0)}
    assert told["settings"] == [{"setting": "rules.grow_revenue.weight", "old": 30.0, "new": 90.0}]


@pytest.mark.parametrize("columns", [80, 120])
def test_the_tables_fit_the_terminal(
    much: Simulation, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    show(View(much, Path("new-rules.yaml"), Path("demo"), Request(Path("demo"), places.today()), everything=True))
    told = capsys.readouterr()
    assert "Rules added: keep_quick." in told.out
    assert "Rules gone: climb_the_ladder." in told.out
    labels = sum(m.changes_label for m in much.managers)
    assert f"Altogether {labels} of {len(much.managers)} labels would change" in told.out
    tables = [text for text in told.out.splitlines() if "   " in text or "──" in text]
    assert max(len(text) for text in tables) <= columns
    assert told.err == "Next: bookscore run demo --rules new-rules.yaml\n"


def test_what_a_switch_adds_is_printed_as_the_change_that_it_makes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    found = small(
        test_compared.rulebook(publish={"min_z": 0}), test_compared.rulebook(publish={"min_z": 0}, method="oe")
    )
    was = Standing(45.149, 40.0, 50.0, "In line with peers", "within")
    lost = replace(was, score=None, low=None, high=None, label=None, group="not_scored")
    one = replace(found.managers[0], old=was, new=replace(was, score=45.05), change=Decimal("-0.099"), by="method",
                  effects=(Effect("method", Decimal("-0.099")),))  # fmt: skip
    none = replace(one, old=lost, change=None)
    request = Request(Path("demo"), places.today())
    show(View(replace(found, managers=(one, none)), Path("new.yaml"), request.folder, request, everything=True))
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith(one.name)]
    assert rows[0][-2:] == ["method", "−0.1"]
    assert rows[1][-1] == "method"


def test_a_score_that_goes_is_listed_where_a_method_gives_no_labels_too(capsys: pytest.CaptureFixture[str]) -> None:
    raw = {"method": "raw", "window": {"quarters": 2}}
    found = small(test_compared.rulebook(**raw), test_compared.rulebook(**raw | {"window": {"quarters": 1}}))
    stays, goes, *_ = found.managers
    goes = replace(goes, new=None, change=None, effects=(Effect("window", None),), by="window")
    request = Request(Path("demo"), places.today())
    view = View(replace(found, managers=(stays, goes)), Path("new.yaml"), request.folder, request, everything=True)
    for shown in (view, replace(view, everything=False)):
        show(shown)
        told = capsys.readouterr().out
        assert "2026-Q2: 1 of 2 managers would have another label" in told
        assert "(no label) → (no book)" in told
    assert stays.old
    assert stays.old.score is not None
    assert not stays.changes_label


def test_the_periods_are_those_asked_for_or_the_last_that_the_exports_hold(
    graded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "simulate", lambda *given, **_: [p.name for p in given[3]])
    request, new = Request(graded_folder, demo.AS_OF, set_aside=True), written(tmp_path)
    assert of_folder(request, new, ["2026-Q2", "2026-Q1", "2026-Q2"])[0] == ["2026-Q1", "2026-Q2"]
    assert of_folder(request, new)[0] == ["2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"]
    assert of_folder(request, new, last=1)[0] == ["2026-Q2"]
    held = of_folder(request, new, last=40)[0]
    assert 4 <= len(held) < 40


def test_wrong_usage_and_wrong_rules_are_told(company: Path, tmp_path: Path) -> None:
    new = written(tmp_path)
    both = cli("simulate", new, company, "--period", "2026-Q2", "--last", "2")
    assert (both.code, both.out) == (2, "")
    assert cli("simulate", tmp_path / "none.yaml", company).code == 2
    assert cli("simulate", new, company, "--period", "soon", "--set-aside").code == 2
    assert cli("simulate", new, company, "--last", "0").code == 2
    assert cli("simulate", new, company).code == 3
    broken = tmp_path / "broken.yaml"
    broken.write_text(six_rules().replace("metric: logo_retention", "metric: logo"), encoding="utf-8")
    done = cli("simulate", broken, company, "--set-aside")
    assert done.code == 4
    assert "error: broken.yaml:" in done.err
