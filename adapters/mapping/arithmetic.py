"""What does a formula come to? Exact, in whole numbers of 128 bits, and rounded once at the end.

Polars multiplies decimals at the scale of the left one (1.2345 * 1.2345 = 1.5240), so every term is kept as a
whole number over a power of ten, and over a whole divisor where the formula divides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from adapters.mapping.formula import Formula, FormulaError, Name, Node, Number
from adapters.values.numbers import largest
from adapters.values.parsing import DTYPES, SCALES

OPERAND = DTYPES["operand"]
"""What a column is read as to be computed with."""

_MOST_BITS = 126
_SCALE = SCALES["operand"]


@dataclass(frozen=True, slots=True)
class _Term:
    """`top / (bottom * 10**scale)`; the bounds are the largest amounts `top` and `bottom` can reach."""

    top: pl.Expr
    bound: int
    scale: int = 0
    bottom: pl.Expr | None = None
    bottom_bound: int = 1

    def __post_init__(self) -> None:
        if max(self.bound, self.bottom_bound).bit_length() > _MOST_BITS:
            raise FormulaError("comes to numbers too large to be exact")


def evaluate(formula: Formula, operands: pl.DataFrame, decimals: int) -> pl.Series:
    """The results as Decimal(18, decimals), half rounded to even.

    `operands` has the columns of the formula as `OPERAND`. Null where one of them is null, where the
    formula divides by zero, and where the result is too large. Raises FormulaError where the columns hold
    numbers so large that a step could not be exact.
    """
    leaves = {c: _column(operands[c]) for c in formula.columns}
    whole = _rounded(_term(formula.node, leaves), decimals)
    fits = whole.abs() <= largest(decimals) * 10**decimals
    unit = pl.lit(Decimal(1).scaleb(-decimals), dtype=pl.Decimal(38, decimals))
    money = (pl.when(fits).then(whole).cast(pl.Decimal(38, 0)) * unit).cast(pl.Decimal(18, decimals))
    return operands.select(money.alias("result")).to_series()


def _column(cells: pl.Series) -> _Term:
    """The column with as few decimals as its values need, so that products stay small."""
    top, held = pl.col(cells.name).to_physical(), cells.to_frame()
    scale = next(s for s in range(_SCALE + 1) if held.select((top % 10 ** (_SCALE - s) == 0).all()).item())
    unit = 10 ** (_SCALE - scale)
    ends = held.select(least=top.min(), most=top.max()).row(0)
    bound = max((abs(v) // unit for v in ends if v is not None), default=0)
    return _Term(top // unit if unit > 1 else top, bound, scale)


def _term(node: Node, leaves: Mapping[str, _Term]) -> _Term:
    if isinstance(node, Name):
        return leaves[node.column]
    if isinstance(node, Number):
        scale = max(-int(node.value.normalize().as_tuple().exponent), 0)
        whole = int(node.value.scaleb(scale))
        return _Term(_literal(whole), abs(whole), scale)
    left, right = _term(node.left, leaves), _term(node.right, leaves)
    if node.sign == "*":
        return _times(left, right)
    if node.sign == "//":
        return _whole(_over(left, right))
    return _over(left, right) if node.sign == "/" else _plus(left, right, -1 if node.sign == "-" else 1)


def _times(left: _Term, right: _Term) -> _Term:
    bottom, bound = _product(left, right)
    return _Term(left.top * right.top, left.bound * right.bound, left.scale + right.scale, bottom, bound)


def _over(left: _Term, right: _Term) -> _Term:
    divisor = pl.when(right.top != 0).then(right.top)
    inverse = right.bottom if right.bottom is not None else _literal(1)
    turned = _Term(inverse, right.bottom_bound, 0, divisor, right.bound)
    up = 10 ** max(right.scale - left.scale, 0)
    raised = _Term(left.top * up, left.bound * up, max(left.scale - right.scale, 0), left.bottom, left.bottom_bound)
    return _times(raised, turned)


def _whole(term: _Term) -> _Term:
    """The next whole number below the term, or the term."""
    unit = _Term(term.top, term.bound, 0, None, term.bottom_bound * 10**term.scale)
    bottom = _literal(10**term.scale) if term.bottom is None else term.bottom * 10**term.scale
    return _Term(unit.top * bottom.sign() // bottom.abs(), unit.bound)


def _plus(left: _Term, right: _Term, sign: int) -> _Term:
    scale = max(left.scale, right.scale)
    bottom, bound = _product(left, right)
    one, other = _raised(left, right, scale), _raised(right, left, scale)
    return _Term(one.top + other.top * sign, one.bound + other.bound, scale, bottom, bound)


def _raised(term: _Term, by: _Term, scale: int) -> _Term:
    """The top of the term over the common divisor of both."""
    up = 10 ** (scale - term.scale)
    top = term.top * up if by.bottom is None else term.top * up * by.bottom
    return _Term(top, term.bound * up * by.bottom_bound)


def _product(left: _Term, right: _Term) -> tuple[pl.Expr | None, int]:
    bottoms = [t.bottom for t in (left, right) if t.bottom is not None]
    both = bottoms[0] * bottoms[1] if len(bottoms) == 2 else next(iter(bottoms), None)
    return both, left.bottom_bound * right.bottom_bound


def _rounded(term: _Term, decimals: int) -> pl.Expr:
    """The term in whole units of the last decimal, half rounded to even."""
    up, down = 10 ** max(decimals - term.scale, 0), 10 ** max(term.scale - decimals, 0)
    raised = _Term(term.top * up, term.bound * up * 2, 0, None, term.bottom_bound * down * 2)
    if term.bottom is None and down == 1:
        return raised.top
    bottom = _literal(down) if term.bottom is None else term.bottom * down
    top, bottom = raised.top * bottom.sign(), bottom.abs()
    floor = top // bottom
    twice = (top - floor * bottom) * 2
    up_one = (twice > bottom) | ((twice == bottom) & (floor % 2 != 0))
    return floor + up_one.cast(pl.Int128)


def _literal(whole: int) -> pl.Expr:
    return pl.lit(whole, dtype=pl.Int128)
