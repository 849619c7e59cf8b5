"""How is a figure printed?"""

from decimal import Decimal

import pytest
from babel.numbers import list_currencies
from hypothesis import given
from hypothesis import strategies as st

from adapters.values.currencies import decimals_of
from scoring.numbers import (
    apart,
    arrow,
    between,
    compact_money,
    decimals,
    figure,
    fixed,
    likely,
    money,
    percent,
    percentage_points,
    signed,
    signed_between,
)  # fmt: skip
from scoring.reports.dates import day, window
from scoring.reports.names import alphabetical, cleaned, file_names

N = "\u202f"


def _rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in text.strip().splitlines()]


FIGURES = """
1.038     | ratio    | 103.8~%
-0.0004   | ratio    | 0.0~%
-0.2077   | ratio    | −20.8~%
0.85      | multiple | 0.85~×
1234      | count    | 1,234
1         | steps    | 1~step
-3        | steps    | −3~steps
0.4       | steps    | 0.4~steps
0.04      | steps    | 0.04~steps
-0.0042   | steps    | −0.004~steps
0.0001    | steps    | 0.0~steps
15        | months   | 15~months
30.25     | points   | 30.2~points
4230000.5 | money    | €4.23~M
999999    | money    | €1.00~M
-412345   | money    | −€412~K
9999.49   | money    | €9,999
9999.5    | money    | €10.0~K
0         | money    | €0
1e15      | money    | €1000~T
"""


@pytest.mark.parametrize(("value", "unit", "printed"), _rows(FIGURES))
def test_a_figure_is_printed_by_its_unit(value: str, unit: str, printed: str) -> None:
    assert figure(value, unit, "EUR") == printed.replace("~", N).replace("1000", "1,000")


def test_what_was_not_measured_says_so() -> None:
    assert figure(None, "ratio") == "n/a"
    assert fixed(float("nan")) == percent(None) == money(None, "EUR") == compact_money(None, "EUR") == "n/a"


def test_zero_is_measured_and_nothing_is_never_negative() -> None:
    assert [fixed(v) for v in (0, -0.0, -0.04, 0.04)] == ["0.0"] * 4
    assert [signed(v) for v in (0, -0.0, -0.04, 0.04)] == ["0.0"] * 4
    assert money("-0.004", "EUR") == "€0.00"


def test_rounding_is_half_to_even_on_what_is_written() -> None:
    assert [fixed(v) for v in (0.25, 0.35, 2.45, 2.55)] == ["0.2", "0.4", "2.4", "2.6"]
    assert money("2.675", "EUR") == "€2.68"
    assert fixed(Decimal("1e40"), 0).startswith("10,000,")


def test_signs_are_true_minus_signs() -> None:
    assert signed(-0.8) == "−0.8"
    assert signed(2.4) == "+2.4"
    assert money("-1234.5", "EUR") == "−€1,234.50"


def test_money_has_the_decimals_and_the_sign_of_its_currency() -> None:
    assert money("1234.5", "JPY") == "¥1,234"
    assert money("1.2345", "KWD") == "KWD\u00a01.234"
    assert money("12", "CHF", 0) == "CHF\u00a012"


def test_reading_and_showing_know_the_same_decimals_of_currencies() -> None:
    codes = sorted(list_currencies())
    assert {code: decimals(code) for code in codes} == {code: decimals_of(code) for code in codes}


def test_a_likely_range_stands_in_one_word() -> None:
    assert likely(69.8, 76.1) == "70–76"
    assert likely(None, 76.1) == "n/a"


def test_a_likely_range_from_below_nothing_has_no_dash_beside_its_minus() -> None:
    assert likely(-7.2, 26) == "−7 to 26"
    assert likely(-7.2, -1) == "−7 to −1"
    assert likely(-0.2, 9, " to ") == likely(0, 9, " to ") == "0 to 9"


def test_a_change_is_what_is_between_two_printed_scores() -> None:
    assert signed_between(39.14, 35.16) == "−3.9"
    assert (signed_between("50.04", "50.06"), signed_between(50.06, 50.14)) == ("+0.1", "0.0")
    assert (signed_between(None, 50), signed_between(50, None), between(None, 1)) == ("", "", None)


def test_a_difference_of_shares_is_in_percentage_points() -> None:
    assert [percentage_points(v) for v in (0.0381, "-0.2", 0, None)] == [
        f"+3.8{N}pp",
        f"−20.0{N}pp",
        f"0.0{N}pp",
        "n/a",
    ]


def test_arrows_show_the_direction_without_colour() -> None:
    assert [arrow(v) for v in (1, -1, 0, None)] == ["▲", "▼", "■", "■"]


def test_days_are_printed_alike_on_every_machine() -> None:
    assert window("2026-04-01", "2026-06-30") == "1 Apr 2026 to 30 Jun 2026"
    assert day("soon") == "soon"


def test_names_lose_what_turns_text_and_keep_what_joins_letters() -> None:
    assert cleaned("a\u202eb\u2066c\u061cd\x00\x1b\ufeff\ud800") == "abcd\ufeff\ufffd"
    assert cleaned("two\nlines\u2028three") == "two lines three"
    assert cleaned("می‌خواهم") == "می‌خواهم"


def test_names_sort_without_regard_to_accents_and_case() -> None:
    assert sorted(["Zoe", "ägidius", "Łukasz", "Anna", "Óscar", "lukas", "Mia"], key=alphabetical) == [
        "ägidius",
        "Anna",
        "lukas",
        "Łukasz",
        "Mia",
        "Óscar",
        "Zoe",
    ]


HOSTILE_IDS = [
    "../../x",
    "a/b",
    "a\\b",
    "a b",
    "",
    ".",
    "..",
    "con",
    "NUL.txt",
    "x.",
    "-x",
    "é",
    "e",
    "E",
    "m" * 300,
]


def test_file_names_are_plain_and_nobody_shares_one() -> None:
    names = file_names(HOSTILE_IDS)
    assert len({n.casefold() for n in names.values()}) == len(HOSTILE_IDS)
    assert all(n[0].isalnum() and len(n) <= 130 and n.replace("-", "").isalnum() for n in names.values())


def test_plain_ids_keep_their_names_and_order_does_not_matter() -> None:
    assert file_names(["m01", "0051_x.Y"]) == {"m01": "m01", "0051_x.Y": "0051_x.Y"}
    assert file_names(HOSTILE_IDS) == file_names(reversed(HOSTILE_IDS))


def test_an_id_that_forges_another_ones_name_gets_it_and_the_other_a_longer_hash() -> None:
    forged = file_names(["a/b"])["a/b"]
    names = file_names(["a/b", forged])
    assert names[forged] == forged
    assert names["a/b"] != forged
    assert names["a/b"].startswith(forged)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_what_sets_ratios_apart_is_the_difference_of_what_is_printed(one: float, other: float) -> None:
    first, second = (percent(value).removesuffix(f"{N}%").replace("−", "-").replace(",", "") for value in (one, other))
    assert 100 * apart(one, other, "ratio") == Decimal(first) - Decimal(second)


@pytest.mark.parametrize(
    ("one", "other", "unit", "printed"),
    [
        (12.44, 10.06, "days", ("12.4 days", "10.1 days", "2.3 days")),
        (1.006, 0.994, "multiple", ("1.01 ×", "0.99 ×", "0.02 ×")),
        (12345.6, 11155.4, "money", ("€12.3 K", "€11.2 K", "€1,100")),
        (9.6, -0.6, "money", ("€10", "−€1", "€11")),
        (2.41, 2.44, "points", ("2.4 points", "2.4 points", "−0.03 points")),  # else it would say that they are alike
    ],
)
def test_what_sets_figures_apart_is_the_difference_of_what_is_printed(
    one: float, other: float, unit: str, printed: tuple[str, str, str]
) -> None:
    difference = apart(one, other, unit, "EUR", in_full=False)
    figures = [figure(one, unit, "EUR"), figure(other, unit, "EUR"), figure(difference, unit, "EUR", as_is=True)]
    assert [text.replace(N, " ") for text in figures] == list(printed)
