"""How do tables of accounts by spans lie in memory? Column by column: one span of all accounts stands together.

Files are of a month or so, spans are told one by one, and so most of what is done with a table is done in one column.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


def grid(accounts: int, columns: int, kind: type[Number]) -> NDArray[Number]:
    """A grid of 0 alone: one row an account."""
    return np.zeros((accounts, columns), dtype=kind, order="F")


def beside(grid: NDArray[Number], more: NDArray[Number]) -> NDArray[Number]:
    """A grid and the columns of another of the same accounts behind it, column by column, as they lie."""
    columns = grid.shape[1]
    both = np.empty((len(grid), columns + more.shape[1]), dtype=grid.dtype, order="F")
    both[:, :columns], both[:, columns:] = grid, more
    return both


def cells(grid: NDArray[Number]) -> NDArray[Number]:
    """The cells of a grid, one after the other, to be changed; of an account in a column as `place` says."""
    return grid.T.reshape(-1)


def place(account: NDArray[np.int64], column: NDArray[np.int64], accounts: int) -> NDArray[np.int64]:
    """Where the cells of an account in a column are, in a grid of so many accounts."""
    return column * accounts + account
