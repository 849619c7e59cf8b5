"""Would past forecasts have been right? Looked back from days in the past, and held against what came."""

from scoring.backtest.backtest import Backtest, Company, backtest, of_folder
from scoring.backtest.days import Asked, TooShortError, UnknownStretchError, stretch
from scoring.backtest.record import record

__all__ = [
    "Asked", "Backtest", "Company", "TooShortError", "UnknownStretchError", "backtest", "of_folder", "record",
    "stretch",
]  # fmt: skip
