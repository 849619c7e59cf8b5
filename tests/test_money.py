"""Money stays exact, is rounded once, and the one division says when there is nothing to divide by."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.money import MONEY, added, divided, part, ratio, total

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


def exact_part(amount: Decimal, numerator: int, denominator: int) -> Decimal:
    """The same by fractions."""
    ten_thousandths = Fraction(amount) * 10_000 * numerator / denominator
    return Decimal(round(ten_thousandths)).scaleb(-4)


@given(amount=AMOUNTS, numerator=st.integers(0, 400), denominator=st.integers(1, 400))
def test_a_part_is_rounded_once_half_to_even(amount: Decimal, numerator: int, denominator: int) -> None:
    frame = pl.DataFrame({"amount": [amount]}, schema={"amount": MONEY})
    made = frame.select(part(pl.col("amount"), pl.lit(numerator), pl.lit(denominator))).item()
    assert made == exact_part(amount, numerator, denominator)


@given(halves=st.integers(-(10**24), 10**24), by=st.integers(-400, 400).filter(bool), more=st.integers(-1, 1))
def test_whole_numbers_are_divided_half_to_even_on_both_sides_of_zero(halves: int, by: int, more: int) -> None:
    whole = halves * by + more  # of twice `by`: a half, a little less, or a little more
    made = pl.select(divided(pl.lit(whole, dtype=pl.Int128), pl.lit(2 * by)))
    assert made.item() == round(Fraction(whole, 2 * by))


@pytest.mark.parametrize("by", [0, None])
def test_what_is_divided_by_nothing_is_null(by: int | None) -> None:
    assert pl.select(divided(pl.lit(7, dtype=pl.Int128), pl.lit(by, dtype=pl.Int64))).item() is None


@given(amounts=st.lists(AMOUNTS, max_size=20))
def test_sums_are_exact_in_any_order(amounts: list[Decimal]) -> None:
    frame = pl.Series(amounts, dtype=MONEY)
    assert added(frame) == added(frame.reverse()) == sum(amounts, Decimal(0))


def test_a_twelfth_of_a_years_fee_comes_back_as_the_fee() -> None:
    frame = pl.DataFrame({"fee": [Decimal("1000.00")]}, schema={"fee": MONEY})
    monthly = frame.select(part(pl.col("fee"), pl.lit(1), pl.lit(12)).alias("monthly"))["monthly"]
    assert monthly.item() == Decimal("83.3333")
    assert (monthly.item() * 12).quantize(Decimal("0.01"), ROUND_HALF_EVEN) == Decimal("1000.00")


def test_a_rate_keeps_more_than_two_decimals() -> None:
    frame = pl.DataFrame({"kept": [Decimal("995.20")], "before": [Decimal("1000.00")]})
    assert frame.select(ratio(pl.col("kept"), pl.col("before"))).item() == pytest.approx(0.9952, rel=1e-15)


@pytest.mark.parametrize("bottom", [0, None])
def test_nothing_to_divide_by_is_null_and_never_infinite(bottom: int | None) -> None:
    frame = pl.DataFrame({"top": [1], "bottom": [bottom]}, schema={"top": pl.Int64, "bottom": pl.Int64})
    assert frame.select(ratio(pl.col("top"), pl.col("bottom"))).item() is None


def test_the_sum_of_nothing_is_null_and_of_zeros_zero() -> None:
    empty = pl.DataFrame({"amount": [None]}, schema={"amount": MONEY})
    assert empty.select(total(pl.col("amount"))).item() is None
    assert empty.fill_null(0).select(total(pl.col("amount"))).item() == 0
