"""Do the metrics and the ledger give what the definitions say? Every file in `tests/cases/`, case by case."""

import pytest
import worked
from worked import Worked

from scoring.checks import check
from scoring.errors import Severity
from scoring.metrics import CATALOGUE

FEWEST = 3
CASES = worked.everything()
LEDGER = [case for cases in (*worked.ledger_cases().values(), *worked.profile_cases().values()) for case in cases]


@pytest.mark.parametrize("case", CASES, ids=[f"{c.place}: {c.title}" for c in CASES])
def test_a_worked_case_comes_out_as_it_is_written(case: Worked) -> None:
    assert worked.differences(case) == []


def test_every_metric_has_a_usual_an_empty_and_an_awkward_case() -> None:
    cases = worked.metric_cases()
    assert set(cases) == set(CATALOGUE)
    assert {name: len(found) for name, found in cases.items() if len(found) < FEWEST} == {}


def test_a_definition_is_shown_as_it_is_so_it_has_no_marks_of_markdown() -> None:
    assert [m.name for m in CATALOGUE.values() if set("`*_") & {*m.definition}] == []


def test_every_metric_has_a_case_that_is_empty() -> None:
    figures = {
        name: [f for c in found for grains in c.expected.values() for names in grains.values() for f in names.values()]
        for name, found in worked.metric_cases().items()
    }
    reasons = {name: metric.undefined for name, metric in CATALOGUE.items()}
    assert [name for name, said in figures.items() if reasons[name] not in said] == []


@pytest.mark.parametrize("case", LEDGER, ids=[f"{c.place}: {c.title}" for c in LEDGER])
def test_the_tables_of_a_ledger_case_pass_the_checks(case: Worked) -> None:
    frames = worked.frames_of(case)
    checked = check(frames, currency=worked.rules_of(case).currency, known_metrics=CATALOGUE)
    assert [str(p) for p in checked.problems if p.severity is Severity.ERROR] == []


def test_no_two_cases_of_a_file_have_the_same_title() -> None:
    named = [(c.place, c.title) for c in CASES]
    assert len(named) == len(set(named))
