"""Is a formula computed exactly, whatever Polars does to products of decimals?"""

import operator
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.arithmetic import OPERAND, evaluate
from adapters.mapping.formula import FormulaError, Name, Node, Number, parse


def result(text: str, decimals: int = 4, **columns: str | None) -> Decimal | None:
    cells = {n: [None if v is None else Decimal(v)] for n, v in columns.items()}
    value = evaluate(parse(text), pl.DataFrame(cells, schema=dict.fromkeys(cells, OPERAND)), decimals)
    assert value.dtype == pl.Decimal(18, decimals)
    return value[0]  # type: ignore[no-any-return]


def test_price_times_quantity_less_discount_is_exact() -> None:
    text = "UnitPrice * Quantity * (1 - Discount)"
    assert result(text, UnitPrice="14.40", Quantity="12", Discount="0.15") == Decimal("146.88")
    assert result(text, UnitPrice="2.5", Quantity="3", Discount="0.05") == Decimal("7.125")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-a", "-1.2345"), ("a * a", "1.524"), ("a * a * a", "1.8814"), ("a - -a", "2.469"), ("a / 3", "0.4115"),
        ("(a + 1) * 2", "4.469"), ("a + 1 * 2", "3.2345"), ("1 / a / a", "0.6562"), ("a * .5", "0.6172"),
        ("2 / (a - 1.2345)", None), ("a * 0", "0"),
    ],
)  # fmt: skip
def test_signs_bind_as_usual_and_one_rounding_stands_at_the_end(text: str, value: str | None) -> None:
    assert result(text, a="1.2345") == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("250 // a", "2"), ("-(-250 // a)", "3"), ("-250 // a", "-3"), ("300 // a", "3"), ("250 // -a", "-3"),
        ("1.5 * (a // 7)", "21"), ("(a / 3) // 1", "33"), ("a // 0.3", "333"), ("a // (a - 100)", None),
    ],
)  # fmt: skip
def test_a_quotient_may_be_whole(text: str, value: str | None) -> None:
    assert result(text, a="100") == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("a", "value"), [("0.00005", "0"), ("0.00015", "0.0002"), ("-0.00005", "0"), ("-0.00025", "-0.0002")]
)
def test_a_half_is_rounded_to_even(a: str, value: str) -> None:
    assert result("a * 1", a=a) == Decimal(value)


def test_columns_may_have_twelve_decimals() -> None:
    assert result("a * b", a="0.000000000004", b="25000000") == Decimal("0.0001")
    assert result("a * 12", a="33.333333333333") == Decimal("400")
    assert result("a", a="9999999999999.000000000001") == Decimal("9999999999999")


def test_names_with_blanks_stand_in_backquotes() -> None:
    frame = pl.DataFrame(
        {"Split Percent": [Decimal(25)], "Größe": [Decimal(2)]},
        schema=dict.fromkeys(["Split Percent", "Größe"], OPERAND),
    )
    formula = parse("`Split Percent` / 100 * Größe")
    assert formula.columns == ("Split Percent", "Größe")
    assert evaluate(formula, frame, 6)[0] == Decimal("0.5")


def test_nothing_comes_of_nothing() -> None:
    assert result("a * b", a=None, b="2") is None


def test_a_result_that_is_too_large_is_none() -> None:
    assert result("a * b", a="99999999", b="99999999") is None


def test_steps_that_could_not_be_exact_are_refused() -> None:
    with pytest.raises(FormulaError, match="too large to be exact"):
        result("a * a * a", a="999999999999.999999")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a ** 2", "may use"), ("a % b", "not understood"), ("a.b", "not understood"), ("a[0]", "not understood"),
        ("__import__('os')", "not understood"), ("f(a)", "may use"), ("a b", "not a formula"), ("a +", "not a formula"),
        ("1e3 * a", "not understood"), ("0x10 * a", "not understood"), ("a, b", "not understood"),
        ("2 + 2", "names no column"),
        ("", "not a formula"), ("a * " * 60 + "a", "nested"),
        ("(" * 99 + "a", "not a formula"), ("a" * 501, "longer than"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str, what: str) -> None:
    with pytest.raises(FormulaError, match=what):
        parse(text)


NUMBERS = st.decimals(-9999, 9999, places=4)


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> str:
    """A formula over the columns a and b."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["a", "b", "2", "0.15", "100"]))
    left, right = draw(formulas(depth - 1)), draw(formulas(depth - 1))
    return f"({left} {draw(st.sampled_from(['+', '-', '*', '/', '//']))} {right})"


@given(formulas(), NUMBERS, NUMBERS)
def test_results_are_those_of_fractions(text: str, a: Decimal, b: Decimal) -> None:
    source = f"a + {text}"
    try:
        exact = round(of_fractions(parse(source).node, {"a": Fraction(a), "b": Fraction(b)}) * 10_000)
    except ZeroDivisionError:
        exact = None
    try:
        found = result(source, a=str(a), b=str(b))
    except FormulaError as error:
        assert "too large" in str(error)  # noqa: PT017
        return
    is_known = exact is not None and abs(exact) <= 10**17
    assert found == (Decimal(exact).scaleb(-4) if is_known and exact is not None else None)


def of_fractions(node: Node, columns: Mapping[str, Fraction]) -> Fraction:
    """The formula by Python's own fractions."""
    if isinstance(node, Number):
        return Fraction(node.value)
    if isinstance(node, Name):
        return columns[node.column]
    signs = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv}
    return Fraction(signs[node.sign](of_fractions(node.left, columns), of_fractions(node.right, columns)))
