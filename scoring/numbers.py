"""How is a figure printed? Rounded half to even, with a true minus sign, and never as minus nothing."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from babel.numbers import get_currency_symbol

LOCALE = "en"
NARROW = "\u202f"
"""The narrow no-break space between a figure and its unit."""
MINUS = "−"
NOT_MEASURED = "n/a"

Figure = Decimal | float | int | str | None
"""What a figure may come as; None is "not measured"."""

_WORDS = {
    "steps": ("step", "steps"), "days": ("day", "days"), "months": ("month", "months"), "points": ("point", "points"),
}  # fmt: skip
_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""The decimals of ISO 4217 where they are not two. Habits of showing cash, which Babel knows, leave out cents."""
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_LARGE = ((Decimal(10) ** 3, "K"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 12, "T"))


def exact(value: Figure) -> Decimal | None:
    """The figure as it is written, as a Decimal; None where nothing finite was measured."""
    if value is None:
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


def rounded(value: Figure, places: int = 1) -> Decimal:
    """The figure to so many decimals, half to even; nothing is never negative."""
    number = (exact(value) or Decimal(0)).quantize(Decimal(1).scaleb(-places), context=_WIDE)
    return number if number else abs(number)


def between(then: Figure, now: Figure) -> Decimal | None:
    """The change between two scores as they are printed, so that a reader's sum is ours; None without both."""
    return None if exact(then) is None or exact(now) is None else rounded(now) - rounded(then)


def signed_between(then: Figure, now: Figure) -> str:
    """The change as +2.4, −0.8 or 0.0; empty without both scores."""
    change = between(then, now)
    return "" if change is None else signed(change)


@lru_cache(maxsize=8192)
def fixed(value: Figure, places: int = 1) -> str:
    """As 1,234.5; "n/a" where nothing was measured."""
    if exact(value) is None:
        return NOT_MEASURED
    return format(rounded(value, places), ",f").replace("-", MINUS)


@lru_cache(maxsize=8192)
def signed(value: Figure, places: int = 1) -> str:
    """As +2.4, −0.8 or 0.0."""
    text = fixed(value, places)
    return f"+{text}" if exact(value) is not None and rounded(value, places) > 0 else text


@lru_cache(maxsize=8192)
def percentage_points(value: Figure, places: int = 1) -> str:
    """A difference of two ratios as +3.8 pp."""
    number = exact(value)
    return NOT_MEASURED if number is None else f"{signed(number.scaleb(2, _WIDE), places)}{NARROW}pp"


@lru_cache(maxsize=8192)
def percent(value: Figure, places: int = 1) -> str:
    """A ratio as 103.8 %, the blank being narrow and unbreakable."""
    number = exact(value)
    return NOT_MEASURED if number is None else f"{fixed(number.scaleb(2, _WIDE), places)}{NARROW}%"


@lru_cache(maxsize=8192)
def money(amount: Figure, currency: str, places: int | None = None) -> str:
    """As €1,234.50, with the currency's own decimals unless told."""
    number = exact(amount)
    if number is None:
        return NOT_MEASURED
    shown = rounded(number, decimals(currency) if places is None else places)
    return f"{MINUS if shown < 0 else ''}{_symbol(currency)}{abs(shown):,f}"


@lru_cache(maxsize=8192)
def compact_money(amount: Figure, currency: str) -> str:
    """In three digits and a letter, as €4.23 M; in whole units below ten thousand."""
    number = exact(amount)
    if number is None:
        return NOT_MEASURED
    size, letter, places = _compact(number)
    return f"{money(number / size, currency, places)}{NARROW}{letter}".rstrip(NARROW)


def error_money(amount: Figure, currency: str) -> str:
    """As `compact_money`, with its decimals below a hundred: an error of cents is not none."""
    number = exact(amount)
    is_small = number is not None and abs(number) < 100
    return money(number, currency) if is_small else compact_money(number, currency)


def _compact(number: Decimal) -> tuple[Decimal, str, int]:
    """What an amount is divided by in few digits, the letter for that, and the decimals that are left."""
    found = (Decimal(1), "", 0)
    for size, letter in _LARGE if abs(rounded(number, 0)) >= 10_000 else ():
        scaled = abs(number / size)
        places = 2 if scaled < Decimal("9.995") else 1 if scaled < Decimal("99.95") else 0
        found = (size, letter, places)
        if rounded(scaled, places) < 1000:
            break
    return found


@lru_cache(maxsize=8192)
def figure(value: Figure, unit: str, currency: str = "", *, as_is: bool = False) -> str:
    """The figure with its unit, as it stands in a table, `as_is` with all its digits; "n/a" if not measured."""
    number = exact(value)
    if number is None:
        return NOT_MEASURED
    if unit == "ratio":
        return percent(number)
    if unit == "money":
        return compact_money(number, currency)
    if unit == "multiple":
        return f"{fixed(number, 2)}{NARROW}×"
    text = fixed(number, max(0, -int(number.normalize().as_tuple().exponent)) if as_is else _places(number))
    one, many = _WORDS.get(unit, ("", ""))
    return f"{text}{NARROW}{one if text == '1' else many}".rstrip(NARROW)


def _places(number: Decimal) -> int:
    """None for whole numbers, else one, or as many more, up to three, as it takes to say more than nothing."""
    if number == number.to_integral_value():
        return 0
    return next((places for places in (1, 2, 3) if rounded(number, places)), 1)


def as_printed(value: Figure, unit: str, currency: str = "", *, in_full: bool = True) -> Decimal:
    """The figure as it stands in print, money `in_full` or in few digits, so that a reader's sums are ours."""
    number = exact(value) or Decimal(0)
    if unit == "ratio":
        return rounded(number.scaleb(2, _WIDE)).scaleb(-2)
    if unit == "money" and not in_full:
        size, _, few = _compact(number)
        return rounded(number / size, few) * size
    places = {"money": decimals(currency), "multiple": 2}.get(unit)
    return rounded(number, _places(number) if places is None else places)


def apart(one: Figure, other: Figure, unit: str, currency: str = "", *, in_full: bool = True) -> Decimal:
    """What two figures as they are printed differ by; where nothing, and they are no shares, what they truly do."""
    told, against = (as_printed(value, unit, currency, in_full=in_full) for value in (one, other))
    truly = (exact(one) or Decimal(0)) - (exact(other) or Decimal(0))
    return told - against or (told - against if unit == "ratio" else as_printed(truly, unit, currency, in_full=in_full))


def likely(low: Figure, high: Figure, joined: str = "–") -> str:
    """The likely range in whole points, as 70–76, or as −7 to 26; "n/a" where it is not known."""
    if exact(low) is None or exact(high) is None:
        return NOT_MEASURED
    return f"{fixed(low, 0)}{joined if rounded(low, 0) >= 0 else ' to '}{fixed(high, 0)}"


def arrow(value: Figure) -> str:
    """▲ for more, ▼ for less, ■ for no change in what is printed."""
    number = exact(value) or Decimal(0)
    return "▲" if number > 0 else "▼" if number < 0 else "■"


def in_parts(values: Sequence[Decimal], whole: Decimal, places: int = 1) -> tuple[Decimal, ...]:
    """The values rounded so that their sum is `whole`, which is itself rounded to `places`.

    By largest remainder: each is rounded, then the last digit of those nearest to the other side is
    moved. What is exactly nothing is moved last. No values give no parts, whatever the whole.
    """
    printed = [rounded(v, places) for v in values]
    digit = Decimal(1).scaleb(-places)
    missing = int((whole - sum(printed)) / digit)
    sign = 1 if missing > 0 else -1
    order = sorted(range(len(values)), key=lambda i: (not values[i], sign * (printed[i] - values[i]), i))
    for turn in range(abs(missing) if order else 0):
        printed[order[turn % len(order)]] += sign * digit
    return tuple(rounded(p, places) for p in printed)


def signed_figure(value: Figure, unit: str, currency: str = "") -> str:
    """A difference of printed figures with its sign and all its digits; of two ratios in percentage points."""
    if unit == "ratio":
        return percentage_points(value)
    text = money(value, currency) if unit == "money" else figure(value, unit, currency, as_is=True)
    return f"+{text}" if (exact(value) or 0) > 0 else text


def printed_parts(values: Sequence[Figure], whole: Figure, unit: str, currency: str = "") -> tuple[Decimal, ...]:
    """The values as they are to be printed, so that they add up to the printed whole."""
    told = as_printed(whole, unit, currency)
    return in_parts([exact(v) or Decimal(0) for v in values], told, max(0, -int(told.as_tuple().exponent)))


def with_rest(values: Sequence[Decimal], whole: Decimal, places: int = 1) -> tuple[Decimal, ...]:
    """The values and, where they leave more than a rounding to the whole unsaid, that rest at the end."""
    rest = whole - sum(values, Decimal(0))
    return (*values, rest) if abs(rest) >= Decimal(1).scaleb(-places) / 2 else tuple(values)


def decimals(currency: str) -> int:
    """How many decimals the currency has by ISO 4217; 2 where it is unknown."""
    return next((places for places, codes in _DECIMALS.items() if currency in codes.split()), 2)


@lru_cache(maxsize=256)
def _symbol(currency: str) -> str:
    symbol = get_currency_symbol(currency, locale=LOCALE)
    return f"{symbol}\u00a0" if symbol[-1:].isalnum() else symbol
