"""In which order are problems told, and by which place?"""

from dataclasses import fields, replace

import pytest

from scoring.errors import Problem, Severity, in_order

ONE = Problem("it is wrong", "mend it", "a.csv", 7, "amount", "x", "invoices", Severity.NOTE, 8)
NUMBERS = ("row", "line")


@pytest.mark.parametrize("name", [field.name for field in fields(Problem) if field.name != "severity"])
def test_problems_that_differ_in_one_thing_only_are_told_in_the_order_of_that(name: str) -> None:
    said = [replace(ONE, **{name: number if name in NUMBERS else str(number)}) for number in range(100, 150)]
    assert list(in_order(said)) == list(in_order(reversed(said))) == said


def test_no_value_and_an_empty_one_are_told_in_one_order() -> None:
    pairs = [(replace(ONE, row=n, value=""), replace(ONE, row=n, value=None)) for n in range(20)]
    found = in_order(problem for pair in pairs for problem in pair)
    assert [problem.value for problem in found] == ["", None] * 20


def test_errors_come_first_and_what_is_said_twice_is_told_once() -> None:
    error, warning = replace(ONE, severity=Severity.ERROR, row=9), replace(ONE, severity=Severity.WARNING)
    assert in_order([ONE, warning, error, ONE]) == (error, warning, ONE)


def test_errors_of_whole_files_come_before_those_of_rows_that_follow_from_them() -> None:
    row = replace(ONE, severity=Severity.ERROR)
    whole = replace(row, file="sources.yaml", row=None)
    assert in_order([row, whole]) == (whole, row)


def test_a_place_counts_lines_of_rules_and_rows_of_exports() -> None:
    rules, rows = (
        Problem("x", file="rules.yaml", row=9, column="name"),
        Problem("x", file="a.csv", row=9, column="name"),
    )
    assert (rules.place, rules.within) == ("rules.yaml:9", "line 9")
    assert (rows.place, rows.within) == ("a.csv row 9, column name", "row 9, column name")
    in_lines = replace(rows, line=12)
    assert (in_lines.place, in_lines.within) == ("a.csv row 9 (line 12), column name", "row 9 (line 12), column name")
    whole = replace(rows, row=None)
    assert (whole.place, whole.within) == ("a.csv, column name", "column name")
    assert (replace(whole, column=None).place, replace(rules, row=None).within) == ("a.csv", "")


def test_the_blank_of_money_is_no_control_character_and_others_are_shown() -> None:
    problem = Problem("11 lines, CHF\u00a0152,751.00", "mend it", value="1\u00a0234\n")
    assert str(problem) == '11 lines, CHF\u00a0152,751.00: "1\\xa0234\\n"; mend it'
