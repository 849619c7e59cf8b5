"""Which currency does a sign or a code mean? `€` is EUR; `$` is one of many dollars, and none is guessed."""

from collections.abc import Sequence

import polars as pl

BETWEEN = ", "
"""Parts what a row says of its currency where that is not one and the same."""

_OF_ONE = {
    "€": "EUR", "£": "GBP", "￡": "GBP", "₹": "INR", "₩": "KRW", "￦": "KRW", "₽": "RUB", "₺": "TRY", "₫": "VND",
    "₪": "ILS", "₴": "UAH", "₦": "NGN", "₱": "PHP", "฿": "THB", "₡": "CRC", "₲": "PYG", "₸": "KZT", "₾": "GEL",
    "₼": "AZN", "₵": "GHS", "₮": "MNT", "₭": "LAK", "៛": "KHR", "৳": "BDT", "֏": "AMD",
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD",
    "NT$": "TWD", "MX$": "MXN", "AR$": "ARS", "R$": "BRL", "CN¥": "CNY", "JP¥": "JPY", "E£": "EGP",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "Fr.": "CHF",
}  # fmt: skip
"""Signs that mean one currency where nothing else is said."""

_CROWNS, _YEN = ("SEK", "NOK", "DKK", "ISK"), ("JPY", "CNY")
_DOLLARS = (
    "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "DOP", "UYU", "CUP", "BBD", "BMD",
    "BND", "BSD", "BZD", "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD", "TTD", "XCD", "ZWL",
)  # fmt: skip
_OF_SEVERAL = {
    "$": _DOLLARS, "＄": _DOLLARS, "C$": ("CAD", "NIO"), "¥": _YEN, "￥": _YEN, "kr": _CROWNS, "kr.": _CROWNS,
    "lei": ("RON", "MDL"),
    "₨": ("PKR", "INR", "NPR", "LKR", "MUR", "SCR"),
    "£": ("GBP", "EGP", "FKP", "GIP", "LBP", "SDG", "SHP", "SSP", "SYP"),
}  # fmt: skip
"""Signs that several currencies have, the most frequent first; which one is told by a code beside them."""

SIGNS = tuple(sorted({*_OF_ONE, *_OF_SEVERAL}, key=lambda sign: (-len(sign), sign)))
"""All signs, longer ones before those that are part of them."""

_ONE = {sign.upper(): code for sign, code in _OF_ONE.items()}
_SEVERAL = {sign.upper(): codes for sign, codes in _OF_SEVERAL.items()}
_NO_CODES = sorted({*_ONE, *_SEVERAL})


def code(cell: pl.Expr) -> pl.Expr:
    """The text in capitals, the code in place of a sign that means one currency."""
    return cell.str.to_uppercase().replace(_ONE)


def is_no_code(word: pl.Expr) -> pl.Expr:
    """Whether a text in capitals is a sign, or says two currencies that are not the same."""
    return word.is_in(_NO_CODES) | word.str.contains(BETWEEN, literal=True)


def agreed(said: Sequence[str]) -> str:
    """The code that all of these signs and codes mean; the first where that is not clear, all where there is none."""
    meant = [set(_meanings(word.upper())) for word in said]
    common = set.intersection(*meant)
    if not common:
        return BETWEEN.join(dict.fromkeys(said))
    found = common & {_ONE[word.upper()] for word in said if word.upper() in _ONE} or common
    return found.pop() if len(found) == 1 else said[0]


def candidates(said: str) -> Sequence[str]:
    """The currencies that a sign may mean, the most frequent first; none where it is no sign of several."""
    return _SEVERAL.get(said.upper(), ())


def meant(said: str) -> str | None:
    """The currency that a sign means; None where it is no sign of one."""
    return _ONE.get(said.upper())


def _meanings(word: str) -> Sequence[str]:
    return _SEVERAL.get(word) or (_ONE.get(word, word),)
