"""What happened to accounts on days, to be credited to who held them then?"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

At = Literal["at_open", "at_event", "at_close", "time_weighted"]


@dataclass(frozen=True, slots=True, eq=False)
class Dated:
    """Amounts and counts by account and day.

    `rows` has account_id, `on` (the day that decides whose they are) and `columns`, all as MONEY, so that
    shared accounts share them exactly. `way` is the policy of credit.
    """

    rows: pl.LazyFrame
    columns: tuple[str, ...]
    way: At = "at_event"
