"""What does an explanation hold? The score down to the rows of the exports, each level adding up to the one above.

Amounts and parts are Decimals, so that who adds them up gets what is said; `plain` makes JSON of it all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.explain.comparison import Comparison

Figure = Decimal | float | int | str | None


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved an account's revenue, as far as it is credited to the manager.

    `amount` is positive for losses; `adds` has its sign. `rows` are the rows it came from, as `file:row`.
    """

    kind: str
    moved_on: date
    amount: Decimal
    adds: Decimal
    gap_days: int | None
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of an export, `place` as `file:row`, with what it brings at both ends of the outcome's window."""

    place: str
    line_id: str
    product: str | None
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Whole:
    """An account at both ends of the outcome's window, whoever is credited with it.

    `before` and `after` are what the rows, largest first, add up to; below 0 they count as 0.
    """

    before: Decimal
    after: Decimal
    rows: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the manager is credited with it.

    `before` and `after` are of the outcome's window; opening, movements and `transferred` (what came less
    what went by hand-over) add up to the closing. `whole` is there where one account is asked for.
    """

    account_id: str
    name: str
    share: Decimal
    before: Decimal
    after: Decimal
    opening: Decimal
    closing: Decimal
    transferred: Decimal
    movements: tuple[Movement, ...]
    whole: Whole | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one account puts into a measure.

    Where the measure is a sum, `part` is the account's: the parts of all accounts add up to value + less, to
    the last digit. `without` is the value without the account. `figures` are the columns it is computed from.
    """

    account_id: str
    name: str
    kind: str | None
    top: Decimal | None
    bottom: Decimal | None
    part: Decimal | None
    without: Decimal | None
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's value for the manager, and the accounts it was measured on.

    `value` is top / bottom - less, where it is made of sums (`top` alone where there is no bottom); `reason`
    says why there is none. `top_name` and `bottom_name` are columns of the book, or None where more is
    computed. `sentence` says how the accounts make the value. `parts` begin with those that move it most.
    """

    metric: str
    label: str
    unit: str
    definition: str
    who_counts: str
    source: str
    value: Decimal | None
    n: int
    reason: str | None
    is_sum: bool
    top: Decimal | None
    bottom: Decimal | None
    top_name: str | None
    bottom_name: str | None
    less: Decimal
    sentence: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of accounts with its own grade; `adds` is what it adds to the rule's points."""

    name: str
    n: int
    value: float | None
    points: float | None
    adds: Decimal | None
    because: str


@dataclass(frozen=True, slots=True)
class Line:
    """A rule, or a metric that no rule looks at; then everything about points is None.

    `adds` are the points it adds to the score. `agreed` is the target that `value` is measured against. `compared` is
    there where accounts are compared by a method that weighs evidence.
    """

    rule: str | None
    label: str
    unit: str
    value: Decimal | None
    agreed: float | None
    points: float | None
    weight: float | None
    share: float | None
    adds: Decimal | None
    because: str
    kinds: tuple[Kind, ...]
    measured: Measured
    compared: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a manager's score comes from. The lines' `adds` make the score, if all of them are asked for.

    `prior` is what was learned of sealed periods, line by line as in scorecards.json, each with its `currency`; it
    moves money, not the score.
    """

    run_id: str
    manager_id: str
    name: str
    team: str | None
    period: str
    as_of: str
    currency: str
    basis_sentence: str
    method: str
    score: Decimal | None
    low: float | None
    high: float | None
    label: str | None
    reason: str | None
    is_whole: bool
    lines: tuple[Line, ...]
    accounts: tuple[Account, ...]
    sentences: tuple[str, ...]
    prior: tuple[Mapping[str, Any], ...] = ()


def plain(value: Any) -> Any:
    """The value as JSON takes it: Decimals and days as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
