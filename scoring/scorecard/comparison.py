"""What does a card say of a rule by which accounts are compared? The figures of the comparison, and a sentence."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from scoring.metrics import REASONS
from scoring.numbers import apart, figure, fixed, percent, rounded, signed
from scoring.peers.evidence import REASONS as NOT_PUBLISHED

Row = Mapping[str, Any]

_FIGURES = (
    "observed",
    "expected",
    "difference",
    "theta",
    "peer_mean",
    "scale",
    "z",
    "evidence",
    "account_quarters",
    "few_comparable",
    "peers",
    "label",
)
_WHOLE = 1e-6


def compared_figures(row: Row) -> dict[str, Any]:
    """The figures behind the points, in the unit of the metric; None where there are none."""
    return {name: round(v, 12) + 0.0 if isinstance(v := row[name], float) else v for name in _FIGURES}


def comparison(row: Row, unit: str, currency: str, *, weighs_evidence: bool) -> str:
    """What happened and what was expected, and how much of the difference is believed, where evidence is weighed.

    Believed is a part of what is beyond the average difference of the peers, which is named where it is not 0.
    """
    if not row["is_measured"]:
        return f"Not compared: {why(row['why_not'])}; the average of 50 points stands in for it"
    shown = partial(figure, unit=unit, currency=currency)
    told = f"{shown(row['observed'])} on average over {_units(row)}, {shown(row['expected'])} expected of such accounts"
    difference = apart(row["observed"], row["expected"], unit, currency, in_full=False)
    points = f"{signed(difference.scaleb(2))} percentage points" if unit == "ratio" else shown(difference, as_is=True)
    believed = _believed(row, unit, shown) if weighs_evidence and row["z"] is not None else ""
    rare = row["few_comparable"]
    alone = "has few of its" if rare == 1 else "have few of their"
    few = f"; {rare:,} of the account-quarters {alone} kind in other books" if rare else ""
    return f"{told}: {points}{believed}{few}"


def _units(row: Row) -> str:
    """The account-quarters that are compared, and how many whole ones they make where some are shared."""
    units = row["account_quarters"]
    if abs(row["held"] - units) < _WHOLE:
        return account_quarters(units)
    return f"parts of {account_quarters(units)} ({_amount(row['held'])} in all)"


def account_quarters(count: float) -> str:
    """As 27 account-quarters, or 0.7 account-quarters where parts of them are added up."""
    told = _amount(count)
    return f"{told} account-quarter{'' if told == '1' else 's'}"


def _amount(count: float) -> str:
    return fixed(count, 0 if abs(count - round(count)) < _WHOLE else 1)


def _believed(row: Row, unit: str, shown: Callable[[float], str]) -> str:
    """How much is believed of the difference, or of what sets it apart from that of the peers."""
    part, mean = percent(row["z"], 0), row["peer_mean"]
    average = signed(rounded(100 * mean)) if unit == "ratio" else shown(mean)
    if not any(digit in average for digit in "123456789"):
        return f", of which {part} is believed"
    return f"; the peers' average is {average}, and {part} of what sets the two apart is believed"


def why(reason: str | None) -> str:
    """The reason in words, to stand inside a sentence."""
    said = REASONS.get(reason or "") or NOT_PUBLISHED.get(reason or "") or reason or "there is no figure"
    return said.rstrip(".")
