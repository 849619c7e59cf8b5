"""Is `rules.yaml` read as it is meant, and is everything that is wrong with it said at once?"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from scoring.errors import Problem, ProblemsFoundError, Severity
from scoring.peers.settings import Fairness
from scoring.rules import (
    Bands,
    Linear,
    Rule,
    Rulebook,
    default_text,
    docs_text,
    fingerprint,
    rules_hash,
    schema_text,
    version,
)
from scoring.rules.comparing import AccountWeights, Window
from scoring.rules.fairness import fairness

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Facts:
    name: str
    unit: str = "ratio"
    better: str = "higher"


CATALOGUE = {
    m.name: m
    for m in (
        Facts("net_revenue_retention"),
        Facts("gross_revenue_retention"),
        Facts("logo_retention"),
        Facts("like_for_like_growth"),
        Facts("tier_up_rate"),
        Facts("lifetime_value_growth"),
        Facts("target_attainment"),
        Facts("churn_rate", better="lower"),
        Facts("revenue", unit="money"),
        Facts("revenue_share", better="neither"),
        Facts("new_logos", unit="count"),
    )
}

HEAD = "name: Test\ngoal: Test them.\ncurrency: EUR\n"
GRADED = "method: target_bands\n"
RULES = "rules:\n  - {name: keep, metric: net_revenue_retention, weight: 1, grade: {floor: 90%, target: 110%}}\n"


def reading(folder: Path, text: str) -> tuple[Rulebook, tuple[Problem, ...]]:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    found = version(path, CATALOGUE)
    return found.rulebook, found.problems


def said(folder: Path, text: str) -> list[str]:
    with pytest.raises(ProblemsFoundError) as caught:
        reading(folder, text)
    return [str(p) for p in caught.value.problems if p.severity is Severity.ERROR]


def warned(folder: Path, text: str) -> list[str]:
    return [f"{p.severity} {p}" for p in reading(folder, text)[1]]


def one_rule(metric: str, grade: str, more: str = "") -> str:
    """A rulebook that grades by targets, with its rule from line 5 on."""
    return HEAD + f"rules:\n  - name: r\n    metric: {metric}\n    weight: 1\n    grade: {grade}\n{more}" + GRADED


def compared(metric: str, weight: str = "1", method: str = "oe_credibility") -> str:
    """A rulebook without grades, with its rule in line 6."""
    return HEAD + f"method: {method}\nrules:\n  - {{name: r, metric: {metric}, weight: {weight}}}\n"


def test_the_default_rulebook_is_read_without_a_warning() -> None:
    found = version(ROOT / "rules.yaml", CATALOGUE)
    rulebook = found.rulebook
    assert found.problems == ()
    assert [r.weight for r in rulebook.rules] == [50, 30, 20]
    assert rulebook.ladder.tiers == ("Entry", "Standard", "Premium")
    assert rulebook.calendar.fiscal_year_starts == 1
    assert rulebook.rules[0].segments is not None
    assert rulebook.rules[0].segments.grades["SMB"] == Linear(floor=0.65, target=0.92)


def test_the_packaged_default_the_schema_and_the_page_are_fresh() -> None:
    assert (ROOT / "rules.yaml").read_text(encoding="utf-8") == default_text()
    assert (ROOT / "rules.schema.json").read_text(encoding="utf-8") == schema_text()
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == docs_text()


def test_the_page_of_settings_names_every_limit() -> None:
    rows = [line.split(" | ") for line in docs_text().splitlines() if line.startswith("| `")]
    values = {row[0].strip("| `"): row[1] for row in rows}
    assert values["ridge"] == "number, more than 0 and at most 1000000"
    assert values["k"] == "name to number, more than 0"
    assert values["min_coverage"] == "number or percentage, 0 to 1"
    assert values["interval"] == "number or percentage, 0.5 to less than 1"
    assert values["chance"] == "number or percentage, more than 0 and less than 1"
    assert values["min_n"] == "name to whole number from 1"


def test_the_first_line_of_the_default_names_the_schema() -> None:
    first = default_text().split("\n", 1)[0]
    assert first == "# yaml-language-server: $schema=./rules.schema.json"


def test_the_default_file_writes_out_the_defaults_of_the_models(tmp_path: Path) -> None:
    written = version(ROOT / "rules.yaml", CATALOGUE).rulebook
    implied, _ = reading(tmp_path, HEAD + RULES)
    for setting in (
        "basis",
        "grain",
        "retention_window",
        "credit",
        "policies",
        "lifetime",
        "method",
        "window",
        "responsibility",
        "expectation",
        "weights",
        "winsor",
        "credibility",
        "missing",
        "min_coverage",
    ):
        assert getattr(written, setting) == getattr(implied, setting), setting
    assert (written.grades, written.interval, written.publish) == (
        implied.grades, implied.interval, implied.publish,
    )  # fmt: skip


def test_every_setting_is_described() -> None:
    schema = json.loads(schema_text())
    for group in (schema, *schema["$defs"].values()):
        assert group["description"]
        assert all(field.get("description") for field in group["properties"].values()), group["title"]


@pytest.mark.parametrize("text", ["90%", "90 %", '"90%"', "0.9", "0.90"])
def test_a_percentage_is_the_number_it_stands_for(tmp_path: Path, text: str) -> None:
    rulebook, _ = reading(tmp_path, one_rule("logo_retention", f"{{floor: -10%, target: {text}}}"))
    assert rulebook.rules[0].grade == Linear(floor=-0.1, target=0.9)


@pytest.mark.parametrize("text", ['"90,5%"', "about 90%", "9O%", "true", "[1]", "NO"])
def test_what_is_no_percentage_is_refused(tmp_path: Path, text: str) -> None:
    (line,) = said(tmp_path, one_rule("logo_retention", f"{{floor: 10%, target: {text}}}"))
    assert line.startswith("rules.yaml:8: rule r: grade.target must be a number")


def test_a_month_may_be_named_or_numbered(tmp_path: Path) -> None:
    for month in ("April", "april", "4"):
        rulebook, _ = reading(tmp_path, HEAD + f"calendar: {{fiscal_year_starts: {month}}}\n" + RULES)
        assert rulebook.calendar.fiscal_year_starts == 4


def test_all_problems_come_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """\
name: Test
goal: Test them.
currency: Euro
basis: contract
calendar: {fiscal_year_starts: 13, period: week, time_zone: Europe/Berln}
grain: account
grain: parent
credit: {churn: at_clos}
policies:
  gap_tolerance_days: 010
  early_renewal_days: NO
ladder:
  tiers: [Entry, Standard, Premium]
  products: {Basic: Entri, Pro: Standard}
lifetime: {margin: 180%, horizon: 12}
min_n: {nps: 30}
min_coverage: .nan
rules:
  - name: keep_revenue
    metric: nrr
    wieght: 40
    grade: {floor: 90%, target: 110%}
  - name: bands
    metric: churn_rate
    weight: high
    grade:
      bands:
        - {from: 1%, points: 10}
        - {from: 5%, points: 20}
grades:
  - {from: 20, label: Fine}
"""
    assert said(tmp_path, text) == [
        'rules.yaml:3: currency must be a currency code of three capital letters: "Euro"; write it like EUR',
        'rules.yaml:4: basis must be contracts or invoices: "contract"; did you mean "contracts"?',
        'rules.yaml:5: calendar.fiscal_year_starts must be 12 or less: "13"',
        'rules.yaml:5: calendar.period must be quarter, month or year: "week"; choose one of them',
        'rules.yaml:5: calendar.time_zone is not a time zone: "Europe/Berln"; did you mean "Europe/Berlin"?',
        "rules.yaml:7: grain is a duplicate; line 6 has it too; keep one",
        "rules.yaml:8: credit.churn must be at_open, at_event, at_close or time_weighted: "
        '"at_clos"; did you mean "at_close"?',
        "rules.yaml:10: policies.gap_tolerance_days has a leading zero, which programs read differently: "
        '"010"; write an ordinary number, or put it in quotes if it is a name',
        'rules.yaml:11: policies.early_renewal_days must be a whole number: "NO"; write digits, such as 30',
        'rules.yaml:14: ladder.products.Basic stands on no known tier: "Entri"; did you mean "Entry"?',
        'rules.yaml:15: no setting "lifetime.horizon"; did you mean "horizon_months"?',
        'rules.yaml:15: lifetime.margin must be 1 or less: "180%"',
        'rules.yaml:16: min_n.nps: no metric "nps"; `bookscore metrics` lists them',
        'rules.yaml:17: min_coverage is not a finite number: ".nan"; '
        "write an ordinary number, or put it in quotes if it is a name",
        'rules.yaml:20: rule keep_revenue: no metric "nrr"; did you mean "net_revenue_retention"?',
        'rules.yaml:21: rule keep_revenue: no setting "wieght"; did you mean "weight"?',
        'rules.yaml:25: rule bands: weight must be a number: "high"; write digits, such as 30',
        "rules.yaml:27: rule bands: grade.bands: the points rise the wrong way, lower is better for "
        "churn_rate; give better bands more points",
        'rules.yaml:31: grade 1: the lowest grade must be from 0: "20"; write 0',
    ]


@pytest.mark.parametrize(
    ("metric", "grade", "expected"),
    [
        (
            "logo_retention",
            "{floor: 97%, target: 75%}",
            "grade.floor is above the target, but higher",
        ),
        ("churn_rate", "{floor: 1%, target: 5%}", "grade.floor is below the target, but lower is better"),
        ("churn_rate", "{floor: 5%, target: 5%}", "grade.floor equals the target"),
        ("logo_retention", "{floor: 75, target: 97}", "grade.floor stands for 7500\u202f% of logo_retention"),
        ("revenue", "{floor: 10%, target: 5000}", "grade.floor is a percentage, but revenue is no ratio"),
        ("revenue_share", "{bands: [{from: 0, points: 1}]}", "grade.better is missing"),
        ("logo_retention", "{bands: []}", "grade.bands needs 1 or more entries"),
        (
            "logo_retention",
            "{floor: 1%, bands: [{from: 0, points: 1}]}",
            'no setting "grade.floor"',
        ),
        (
            "logo_retention",
            "{bands: [{from: 0, points: 1}, {from: 2, points: 2}, {from: 1, points: 3}]}",
            "from is out of order",
        ),
        (
            "logo_retention",
            "{bands: [{from: 0, points: 1}, {from: 1, points: 3}, {from: 2, points: 2}]}",
            "points does not go on rising",
        ),
        (
            "logo_retention",
            "{better: lower, bands: [{from: 0, points: 1}, {from: 1, points: 2}]}",
            "grade.better is lower, but the points rise the other way",
        ),
        ("logo_retention", "{bands: [{from: 0, points: 1}, {from: 0, points: 2}]}", "from is out of order"),
    ],
)
def test_a_grade_that_cannot_be_meant_is_refused(tmp_path: Path, metric: str, grade: str, expected: str) -> None:
    lines = said(tmp_path, one_rule(metric, grade))
    assert lines[0].startswith("rules.yaml:8: rule r")
    assert expected in lines[0]


def test_the_grades_of_segments_are_checked_too(tmp_path: Path) -> None:
    more = "    segments:\n      by: segment\n      grades:\n        SMB: {floor: 90%, target: 80%}\n"
    (line,) = said(tmp_path, one_rule("logo_retention", "{floor: 80%, target: 90%}", more))
    assert line.startswith("rules.yaml:12: rule r: segments.grades.SMB.floor is above the target")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ladder: {tiers: [A]}", "ladder.tiers needs two tiers or more"),
        ("ladder: {tiers: [A, B, A]}", "is named twice"),
        ('ladder: {tiers: [A, "(none)"]}', "ladder.tier 2 is the word under which accounts without a tier are counted"),
        ("ladder: {products: {X: A}}", "ladder.products.X stands on no known tier"),
        (
            "ownership: {policy: territory, managers: {North: M1}}",
            "policy territory needs ownership.attribute",
        ),
        ("ownership: {policy: territory, attribute: region}", "policy territory needs ownership.managers"),
        ("grades: [{from: 0, label: A}, {from: 0, label: B}]", "from is the beginning of another grade"),
        ("interval: 20%", "interval must be 0.5 or more"),
        ("publish: {chance: 0}", "publish.chance must be more than 0"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(tmp_path: Path, text: str, expected: str) -> None:
    (line,) = said(tmp_path, HEAD + text + "\n" + RULES)
    assert line.startswith("rules.yaml:4: ")
    assert expected in line


def test_weights_may_have_any_sum_but_not_all_be_zero(tmp_path: Path) -> None:
    rulebook, _ = reading(tmp_path, HEAD + RULES.replace("weight: 1", "weight: 0.39"))
    assert rulebook.rules[0].weight == 0.39
    (line,) = said(tmp_path, HEAD + RULES.replace("weight: 1", "weight: 0"))
    assert "the weights of all rules are 0" in line


def test_two_rules_cannot_have_one_name(tmp_path: Path) -> None:
    second = RULES.split("\n")[1].replace("net_revenue_retention", "logo_retention")
    (line,) = said(tmp_path, HEAD + RULES + second + "\n")
    assert line == 'rules.yaml:6: rule keep: name is taken by another rule: "keep"; give each its own name'


def test_target_attainment_names_the_metric_with_the_target(tmp_path: Path) -> None:
    good = one_rule("target_attainment", "{floor: 80%, target: 100%}", "    of: revenue\n")
    assert reading(tmp_path, good)[0].rules[0].of == "revenue"
    assert "target_attainment needs of" in said(tmp_path, good.replace("    of: revenue\n", ""))[0]
    assert 'no metric "revenu"; did you mean "revenue"?' in said(tmp_path, good.replace("of: revenue", "of: revenu"))[0]
    other = good.replace("metric: target_attainment", "metric: logo_retention")
    assert "of belongs to target_attainment only" in said(tmp_path, other)[0]


def test_less_of_a_target_is_better_where_less_of_the_metric_is(tmp_path: Path) -> None:
    less = one_rule("target_attainment", "{floor: 200%, target: 100%}", "    of: churn_rate\n")
    assert reading(tmp_path, less)[1] == ()
    more = one_rule("target_attainment", "{floor: 50%, target: 100%}", "    of: churn_rate\n")
    assert "below the target, but lower is better for churn_rate" in said(tmp_path, more)[0]


def test_odd_settings_are_warned_about(tmp_path: Path) -> None:
    text = """\
name: Test
currency: EUR
compare: previous_period
ownership: {policy: current, attribute: region}
min_n: {churn_rate: 5}
method: target_bands
rules:
  - {name: a, metric: tier_up_rate, weight: 1, grade: {floor: 0, target: 1}}
  - {name: b, metric: logo_retention, weight: 1, grade: {floor: 0, target: 1}}
  - {name: c, metric: logo_retention, weight: 0, grade: {floor: 0, target: 1}}
  - {name: d, metric: revenue_share, weight: 1, grade: {floor: 0, target: 1}}
  - {name: e, metric: churn_rate, weight: 1, grade: {bands: [{from: 0, points: 9}], better: higher}}
"""
    assert warned(tmp_path, text.replace("{churn_rate: 5}", "{revenue: 5}")) == [
        "warning rules.yaml:1: goal is empty; say in a sentence what the scores are for; cards print it",
        "warning rules.yaml:3: compare is not used with basis contracts; delete it",
        "warning rules.yaml:4: ownership.attribute is not used with policy current; delete it",
        "warning rules.yaml:5: min_n.revenue: no rule uses revenue; delete the line, or add a rule",
        "warning rules.yaml:8: rule a: tier_up_rate needs a ladder; add `ladder` with its tiers",
        "warning rules.yaml:10: rule c: b scores the same metric; delete one of the two",
        "warning rules.yaml:11: rule d: revenue_share is information: neither more nor less of it is good by "
        "itself; give it weight 0",
        "warning rules.yaml:12: rule e: grade.better is higher, but lower is better for churn_rate; "
        "check that it is meant",
        "note rules.yaml:10: rule c: the weight is 0: shown, not scored",
    ]
    assert not any("min_n" in line for line in warned(tmp_path, text))


def test_more_than_seven_scored_rules_are_too_many(tmp_path: Path) -> None:
    rule = "  - {{name: r{n}, metric: {m}, weight: 1, grade: {{floor: 0, target: 1}}}}\n"
    names = [m.name for m in CATALOGUE.values() if m.better == "higher" and m.name != "target_attainment"]
    many = "".join(rule.format(n=n, m=names[n % len(names)]) for n in range(8))
    said = "8 rules are scored: the more is key, the less is; keep 7, and give the others weight 0"
    assert f"warning rules.yaml:4: rules: {said}" in warned(tmp_path, HEAD + "rules:\n" + many)
    fewer = many.replace("weight: 1", "weight: 0", 1)
    assert not any("rules are scored" in line for line in warned(tmp_path, HEAD + "rules:\n" + fewer))


def test_the_same_metric_for_other_segments_is_no_repetition(tmp_path: Path) -> None:
    rule = "  - {name: NAME, metric: logo_retention, weight: 1, grade: {floor: 0, target: 1}SEGMENTS}\n"
    segments = ", segments: {by: segment, grades: {SMB: {floor: 0, target: 90%}}}"
    text = rule.replace("NAME", "a").replace("SEGMENTS", "")
    text += rule.replace("NAME", "b").replace("SEGMENTS", segments)
    assert warned(tmp_path, HEAD + GRADED + "rules:\n" + text) == []
    (line,) = warned(tmp_path, HEAD + "rules:\n" + text)  # the other methods do not read segments
    assert "a scores the same metric" in line


def test_the_hash_is_of_the_meaning_not_of_the_text(tmp_path: Path) -> None:
    one, _ = reading(tmp_path, HEAD + "min_n: {logo_retention: 5, net_revenue_retention: 6}\n" + RULES)
    shuffled = RULES.replace("90%", "0.9") + "min_n: {net_revenue_retention: 6, logo_retention: 5}  # why\n"
    other, _ = reading(tmp_path, shuffled + "missing: exclude_reweight\n" + HEAD)
    assert fingerprint(one) == fingerprint(other)
    assert len(fingerprint(one)) == 64
    assert rules_hash(one) == fingerprint(one)[:12]
    changed, _ = reading(tmp_path, HEAD + RULES.replace("90%", "91%"))
    assert rules_hash(changed) != rules_hash(one)


def test_a_score_has_the_label_of_the_highest_grade_it_reaches(tmp_path: Path) -> None:
    grades = "grades: [{from: 0, label: Low}, {from: 85, label: High}, {from: 40, label: Middle}]\n"
    rulebook, _ = reading(tmp_path, HEAD + grades + RULES)
    assert [rulebook.label(s) for s in (0, 39.9, 40, 84.99, 85, 100)] == [
        "Low", "Low", "Middle", "Middle", "High", "High",
    ]  # fmt: skip


def test_bands_are_recognised_by_their_setting(tmp_path: Path) -> None:
    rulebook, _ = reading(tmp_path, one_rule("logo_retention", "{bands: [{from: 90%, points: 100}]}"))
    assert isinstance(rulebook.rules[0].grade, Bands)
    assert rulebook.rules[0].grade.bands[0].from_ == 0.9


def test_the_rules_for_invoices_and_sellers_are_the_default_read_otherwise(tmp_path: Path) -> None:
    place = tmp_path / "rules.yaml"
    place.write_text(default_text(basis="invoices", policy="seller"), encoding="utf-8")
    found = version(place, CATALOGUE)
    assert (found.rulebook.basis, found.rulebook.ownership.policy) == ("invoices", "seller")
    assert found.problems == ()


def test_a_rulebook_without_grades_compares_with_what_was_expected(tmp_path: Path) -> None:
    rulebook, problems = reading(tmp_path, compared("logo_retention").replace("method: oe_credibility\n", ""))
    assert problems == ()
    assert (rulebook.method, rulebook.rules[0].grade) == ("oe_credibility", None)
    assert (rulebook.window.quarters, rulebook.window.parts) == (4, (1, 1, 1, 1))
    own = rulebook.responsibility
    assert (own.days, own.end_before_outcome, own.rule) == (90, 30, "share")
    expected = rulebook.expectation
    assert (expected.fit, expected.ridge, expected.folds, expected.segment) == ("within_book", 20, 5, "segment")
    assert expected.features == ("segment", "size_band", "tenure_band", "tier", "industry", "region", "quarter")
    assert rulebook.weights == AccountWeights(account="size_points", points=(1, 1.5, 2, 3, 4), max_share=None)
    believed, publish = rulebook.credibility, rulebook.publish
    assert (rulebook.winsor, believed.k, believed.tau0, believed.prior_managers) == ({}, {}, {}, 20)
    assert (publish.min_z, publish.label_probability, publish.rank) == (0.3, 0.9, "none")
    assert (publish.peers, publish.least_peers, publish.chance) == ((), 5, 0.1)


def test_target_bands_need_a_grade_for_every_rule(tmp_path: Path) -> None:
    text = compared("logo_retention", method="target_bands")
    assert said(tmp_path, text) == [
        "rules.yaml:6: rule r: grade is needed by method target_bands; "
        "add one, such as {floor: 80%, target: 100%}, or use another method"
    ]
    segments = ", segments: {by: segment, grades: {SMB: {floor: 0, target: 90%}}}}"
    (line,) = said(tmp_path, text.replace("weight: 1}", "weight: 0.5" + segments))
    assert "add one for the kinds that segments leaves out" in line
    for method in ("raw", "weighted", "peer_percentile", "oe", "joint"):
        assert reading(tmp_path, compared("logo_retention", method=method))[1] == ()


def test_a_rule_gives_its_grade_or_says_that_it_has_none() -> None:
    grade = Linear(floor=0, target=1)
    assert Rule(name="r", metric="logo_retention", weight=1, grade=grade).given_grade is grade
    with pytest.raises(ValueError, match="rule r has no grade"):
        _ = Rule(name="r", metric="logo_retention", weight=1).given_grade


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "method: oe_credible",
            "method must be raw, weighted, target_bands, peer_percentile, oe, oe_credibility or joint: "
            '"oe_credible"; did you mean "oe_credibility"?',
        ),
        ("window: {quarters: 13}", 'window.quarters must be 12 or less: "13"'),
        ("lifetime: {margin: 80}", 'lifetime.margin must be 1 or less: "80"; write 80%'),
        ("interval: 95", 'interval must be less than 1: "95"; write 95%'),
        ("calendar: {time_zone: PST}", 'time_zone is not a time zone: "PST"; write it like Europe/Berlin'),
        ("calendar: {time_zone: UTC+1}", 'time_zone is not a time zone: "UTC+1"; write it like Europe/Berlin'),
        (
            "window: {weights: [1, 0.5]}",
            "window.weights must have 4 entries, one for each quarter; write the latest quarter's first",
        ),
        (
            "window: {quarters: 2, weights: [0, 0]}",
            "window.weights has no quarter that counts; give one of them more than 0",
        ),
        ("window: {quarters: 1, weights: [-1]}", 'window.weight 1 must be 0 or more: "-1"'),
        ("responsibility: {days: 0}", 'responsibility.days must be 1 or more: "0"'),
        ("responsibility: {end_before_outcome: 500}", "responsibility.end_before_outcome must be 400 or less"),
        ("responsibility: {rule: owner}", "responsibility.rule must be share, snapshot, quarter_days or event_owner"),
        ("expectation: {ridge: 0}", "expectation.ridge must be more than 0"),
        ("expectation: {folds: 1}", "expectation.folds must be 2 or more"),
        ("expectation: {features: [region, tier, region]}", "expectation.feature 3 is named twice"),
        ("weights: {points: [1, 2, 3]}", "weights.points needs 5 or more entries"),
        ("weights: {points: [1, 2, 3, 4, 5, 6]}", "weights.points may have 5 entries at most"),
        (
            "weights: {account: revenue}",
            "weights.max_share is needed with account revenue: one customer could be the whole score; "
            "add it, such as 10%, or write `account: size_points`",
        ),
        ("weights: {account: sqrt}", "weights.max_share is needed with account sqrt"),
        ("weights: {account: sqrt, max_share: 0}", "weights.max_share must be more than 0"),
        ("winsor: {logo_retention: [99%, 1%]}", "logo_retention: the lower quantile must be below the upper one"),
        ("winsor: {logo_retention: [1%]}", "winsor.logo_retention 2 is missing"),
        ("winsor: {logo_retention: [1%, 120%]}", "winsor.logo_retention 2 must be 1 or less"),
        ("credibility: {k: {logo_retention: 0}}", "credibility.k.logo_retention must be more than 0"),
        ("credibility: {tau0: {logo_retention: 0%}}", "credibility.tau0.logo_retention must be more than 0"),
        ("credibility: {prior_managers: -1}", "credibility.prior_managers must be 0 or more"),
        ("publish: {min_z: 2}", "publish.min_z must be 1 or less"),
        ("publish: {label_probability: 40%}", "publish.label_probability must be 0.5 or more"),
        ("publish: {rank: bare}", "publish.rank must be none or interval"),
        ("publish: {peers: [team, team]}", "publish.peer 2 is named twice"),
        ("publish: {least_peers: 1}", "publish.least_peers must be 2 or more"),
        ("winsor: {logo_retentoin: [1%, 99%]}", 'no metric "logo_retentoin"; did you mean "logo_retention"?'),
        ("credibility: {k: {nrr: 60}}", 'credibility.k.nrr: no metric "nrr"; did you mean "net_revenue_retention"?'),
        ("credibility: {tau0: {grr: 2%}}", 'credibility.tau0.grr: no metric "grr"; did you mean "gross_revenue_ret'),
    ],
)
def test_what_cannot_be_meant_about_comparing_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    (line,) = said(tmp_path, HEAD + text + "\n" + RULES)
    assert line.startswith("rules.yaml:4: ")
    assert expected in line


def test_what_is_no_figure_of_accounts_cannot_be_compared(tmp_path: Path) -> None:
    text = compared("target_attainment, of: revenue")
    assert said(tmp_path, text) == [
        "rules.yaml:6: rule r: target_attainment is no figure of accounts, so it cannot be compared; "
        "give it weight 0 or use method: target_bands"
    ]
    both = text + "  - {name: s, metric: logo_retention, weight: 1}\n"
    assert reading(tmp_path, both.replace("weight: 1", "weight: 0", 1))[0].rules[0].weight == 0


def test_what_is_neither_good_nor_bad_cannot_be_compared(tmp_path: Path) -> None:
    assert said(tmp_path, compared("revenue_share")) == [
        "rules.yaml:6: rule r: revenue_share is information: neither more nor less of it is good, "
        "so it cannot be compared; give it weight 0"
    ]


@pytest.mark.parametrize("metric", ["revenue", "new_logos"])
def test_amounts_compare_worse_than_rates(tmp_path: Path, metric: str) -> None:
    (line,) = warned(tmp_path, compared(metric))
    assert line == (
        f"warning rules.yaml:6: rule r: {metric} is an amount, which differs with the size of accounts; "
        "score a rate, which compares better"
    )
    assert warned(tmp_path, one_rule(metric, "{floor: 1, target: 2}")) == []


def test_settings_of_comparing_are_not_used_by_target_bands(tmp_path: Path) -> None:
    text = "window: {quarters: 2}\ncredibility: {prior_managers: 10}\n"
    assert warned(tmp_path, HEAD + GRADED + text + RULES) == [
        "warning rules.yaml:5: window is not used with method target_bands; delete it",
        "warning rules.yaml:6: credibility is not used with method target_bands; delete it",
    ]
    assert warned(tmp_path, HEAD + text + RULES) == []


def test_quarters_without_weights_are_all_alike(tmp_path: Path) -> None:
    assert Window(quarters=2).parts == (1, 1)
    assert Window(quarters=2, weights=(1, 0.5)).parts == (1, 0.5)
    implied, _ = reading(tmp_path, HEAD + "window: {quarters: 2}\n" + RULES)
    written, _ = reading(tmp_path, HEAD + "window: {quarters: 2, weights: [1, 1]}\n" + RULES)
    assert fingerprint(implied) == fingerprint(written)


def test_the_lines_to_uncomment_are_the_defaults(tmp_path: Path) -> None:
    """The section of the default file and its `publish`; what has no default has an example."""
    section, publish = (
        default_text().split(f"{start}", 1)[1].split("\n# ----", 1)[0]
        for start in ("managers are compared", "publish:")
    )
    lines = re.findall(r"^# ((?: {2})*\w+:.*)$", section, re.MULTILINE)
    lines += ["publish:", *re.findall(r"^(?:  # |  )(\w+:.*)$", publish, re.MULTILINE)]
    text = "\n".join(f"  {line}" if n > lines.index("publish:") else line for n, line in enumerate(lines))
    rules = "rules:\n" + default_text().split("\nrules:\n", 1)[1].split("\n# ----", 1)[0]
    written, problems = reading(tmp_path, HEAD + text + "\n" + rules)
    implied, _ = reading(tmp_path, HEAD + rules)
    assert problems == ()
    assert written.weights == implied.weights.model_copy(update={"max_share": 0.1})
    assert written.winsor == {"like_for_like_growth": (0.01, 0.99)}
    examples = {"k": {"gross_revenue_retention": 60}, "tau0": {"like_for_like_growth": 0.02}}
    assert written.credibility == implied.credibility.model_copy(update=examples)
    for setting in ("window", "responsibility", "expectation", "publish"):
        assert setting in written.model_fields_set
        assert getattr(written, setting) == getattr(implied, setting), setting
        assert len(getattr(written, setting).model_fields_set) == len(type(getattr(written, setting)).model_fields)


def test_the_engine_hears_everything_about_comparing(tmp_path: Path) -> None:
    text = """\
method: joint
interval: 80%
window: {quarters: 2, weights: [1, 0.5]}
expectation: {fit: pooled, ridge: 7, folds: 3, features: [plan], segment: plan}
weights: {account: revenue, points: [1, 1, 1, 2, 2], max_share: 20%}
credibility: {k: {logo_retention: 60}, tau0: {logo_retention: 3%}, prior_managers: 10}
publish: {min_z: 40%, label_probability: 95%, peers: [team, country], least_peers: 8}
"""
    rulebook, _ = reading(tmp_path, HEAD + text + RULES)
    assert fairness(rulebook) == Fairness(
        features=("plan",),
        groups=("team", "country"),
        segment="plan",
        account_weights="revenue",
        points=(1, 1, 1, 2, 2),
        max_share=0.2,
        quarter_weights=(1, 0.5),
        within_books=False,
        ridge=7,
        folds=3,
        prior_managers=10,
        spreads={"logo_retention": 0.03},
        frozen_k={"logo_retention": 60},
        coverage=0.8,
        least_peers=8,
        least_z=0.4,
        sure=0.95,
        joint=True,
    )


def test_the_defaults_are_those_of_the_engine(tmp_path: Path) -> None:
    rulebook, _ = reading(tmp_path, HEAD + RULES)
    assert fairness(rulebook) == Fairness(coverage=0.90)
