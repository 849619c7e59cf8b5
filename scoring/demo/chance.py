"""Where does the made company's luck come from? Random numbers that only depend on seed, stream and row.

Each number is a hash of (seed, name of the stream, number of the row), mixed as in splitmix64 with whole
numbers that wrap around. So they are the same on every machine, with any number of threads, and for any
order or slice of rows. Only + - * / and floor are used on them: logarithms differ between machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_ALL_BITS = 2**64 - 1
_LUCK = "luck of "


def mixed(number: int) -> int:
    """The 64 bits of `number`, stirred; the same steps as `Chance.bits` in plain Python."""
    z = (number + _GOLDEN) & _ALL_BITS
    z = ((z ^ (z >> 30)) * _FIRST) & _ALL_BITS
    z = ((z ^ (z >> 27)) * _SECOND) & _ALL_BITS
    return z ^ (z >> 31)


@dataclass(frozen=True, slots=True)
class Chance:
    """All luck of one seed. Every draw names its stream; equal names give equal numbers."""

    seed: int

    def salt(self, stream: str) -> int:
        """The number that sets one stream apart from the others."""
        salt = mixed(self.seed & _ALL_BITS)
        for byte in stream.encode():
            salt = mixed(salt ^ byte)
        return salt

    def single(self, stream: str, number: int) -> float:
        """A number from 0 up to but not 1: what `drawn` gives the row `number`."""
        return (mixed(number * _GOLDEN + self.salt(stream)) >> 11) * 2.0**-53

    def drawn(self, frame: pl.DataFrame, key: str, streams: Sequence[str], turn: str = "") -> pl.DataFrame:
        """The frame with one random column per stream, for `luck`, `hit` and `between` to use.

        A row's numbers depend on its value in the column `key` and on `turn`, which tells apart the
        draws of one stream. All are made in one go, as each step has a price whatever its size.
        """
        rows = frame.get_column(key).cast(pl.UInt64) * _whole(_GOLDEN)
        salts = [_whole((self.salt(stream + turn) + _GOLDEN) & _ALL_BITS) for stream in streams]
        z = pl.concat([rows + salt for salt in salts])
        z = (z ^ (z // 2**30)) * _whole(_FIRST)
        z = (z ^ (z // 2**27)) * _whole(_SECOND)
        numbers = ((z ^ (z // 2**31)) // 2**11).cast(pl.Float64) * 2.0**-53
        height = frame.height
        return frame.with_columns(
            numbers.slice(i * height, height).alias(_LUCK + stream) for i, stream in enumerate(streams)
        )


def luck(stream: str) -> pl.Expr:
    """The drawn number: from 0 up to but not 1, all 53 bits of it random."""
    return pl.col(_LUCK + stream)


def hit(stream: str, probability: float | pl.Expr) -> pl.Expr:
    """True with that probability."""
    return luck(stream) < probability


def between(stream: str, low: int, high: int) -> pl.Expr:
    """A whole number from `low` to `high`, both included, all equally likely."""
    return low + (luck(stream) * (high - low + 1)).cast(pl.Int64)


def lookup(values: Sequence[object], at: pl.Expr) -> pl.Expr:
    """The value at that position of the list, per row."""
    return pl.lit(pl.Series(values)).gather(at)


def quantile(table: Sequence[float], u: pl.Expr) -> pl.Expr:
    """Where `u` lies in a distribution given by equally spaced quantiles, lowest first."""
    place = u * (len(table) - 1)
    below = place.cast(pl.Int64)
    steps = [b - a for a, b in pairwise(table)]
    return lookup([float(v) for v in table], below) + (place - below.cast(pl.Float64)) * lookup(steps, below)


def share(weights: Sequence[float], u: pl.Expr) -> pl.Expr:
    """The position `u` falls on when the list's weights, which add up to 1, are laid end to end."""
    edges = [sum(weights[: i + 1]) for i in range(len(weights) - 1)]
    return pl.sum_horizontal([(u >= edge).cast(pl.Int64) for edge in edges])


def _whole(number: int) -> pl.Series:
    return pl.Series([number], dtype=pl.UInt64)
