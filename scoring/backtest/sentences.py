"""What is to be learnt of a backtest, in a few sentences?"""

from collections.abc import Callable, Mapping, Sequence

from scoring.backtest.errors import Errors
from scoring.backtest.level import Total
from scoring.backtest.naive import NAIVE
from scoring.lifetime.stretch import Ahead, words
from scoring.numbers import error_money, fixed, percent

MODEL, MOVED = "model", "model_moved"
"""The forecast of the model, and the same with its level moved by what earlier forecasts missed."""
_EVEN = 0.005


def on_accounts(errors: Mapping[str, Errors], labels: Mapping[str, str], written: Callable[[float], str]) -> str:
    """The error per account, beside that of the best naive forecast."""
    own = errors[MODEL].mae
    naive = {name: mae for name in NAIVE if name in errors and (mae := errors[name].mae) is not None}
    if own is None or not naive:
        return "There was no account to forecast."
    best = min(naive, key=lambda name: naive[name])
    said = (
        f"The model was off by {written(own)} per account, the best naive forecast ({labels[best]}) by "
        f"{written(naive[best])}"
    )
    if naive[best] <= 0 and written(own) != written(0):
        return f"{said}: the model is worse."
    gain = 1 - own / naive[best] if naive[best] > 0 else 0.0
    if abs(gain) < _EVEN:
        return f"{said}: neither is better."
    return f"{said}: the model is {percent(abs(gain), 0)} {'better' if gain > 0 else 'worse'}."


def on_level(errors: Mapping[str, Errors]) -> str:
    """How far the total was off, and how far with its level moved."""
    bias = errors[MODEL].bias
    if bias is None:
        return "Nothing came, so the level cannot be judged."
    said = f"The total was forecast {_too(bias)}"
    moved = errors[MOVED].bias if MOVED in errors else None
    return f"{said}." if moved is None else f"{said}; moved by what earlier forecasts missed, {_too(moved)}."


def on_ranges(totals: Sequence[Total], coverage: float | None, nominal: float, ahead: Ahead) -> str:
    """How often what came lay in its likely range, of accounts and of the total."""
    said = []
    if coverage is not None:
        said.append(f"The likely range of an account ({percent(nominal, 0)}) held what came of {percent(coverage, 0)}.")
    asked = [one for one in totals if one.holds is not None]
    if not asked:
        return " ".join([*said, "The total has no range: no earlier day looks far enough back to learn one from."])
    held = sum(1 for one in asked if one.holds)
    said.append(f"That of the total held it from {held} of {len(asked)} day{'' if len(asked) == 1 else 's'}.")
    if any(one.is_short for one in asked):
        said.append(
            f"It was learnt from earlier days that looked less than {words(ahead)} ahead, as the past is short."
        )
    return " ".join(said)


def written_as(subject: str, currency: str) -> Callable[[float], str]:
    """How an amount of revenue, or a number of orders, is printed."""
    if subject == "revenue":
        return lambda value: error_money(value, currency)
    return lambda value: fixed(value, 3)


def _too(bias: float) -> str:
    if abs(bias) < _EVEN / 10:
        return "right"
    return f"{percent(abs(bias))} too {'high' if bias > 0 else 'low'}"
