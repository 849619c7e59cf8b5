"""What is a word of YAML: text, a number, true, false or nothing?

By YAML 1.2, but numbers that other programs read differently are refused.
"""

import re

LONGEST_NUMBER = 40

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(\d+\.\d*|\.\d+)", re.ASCII)
_ANY_NUMBER = re.compile(r"[-+]?[\d.]+", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

_PLAINLY = "write an ordinary number, or put it in quotes if it is a name"
_UNCLEAR: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[-+]?\.(nan|inf)", re.IGNORECASE), "{key} is not a finite number"),
    (re.compile(r"[-+]?0\d+(\.\d*)?", re.ASCII), "{key} has a leading zero, which programs read differently"),
    (
        re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+", re.ASCII),
        "{key} has an exponent, which programs read differently",
    ),
    (re.compile(r"0[xob][0-9a-fA-F]+"), "{key} is a number that programs read differently"),
)


def plain(text: str) -> str | int | float | bool | None:
    """What a word without quotes stands for; `NO`, `1:30` and dates stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def unclear(text: str) -> tuple[str, str] | None:
    """Why a word without quotes is refused and what to write instead; None when it is fine."""
    if len(text) > LONGEST_NUMBER and _ANY_NUMBER.fullmatch(text):
        return f"{{key}} is a number of more than {LONGEST_NUMBER} digits", _PLAINLY
    return next(((what, _PLAINLY) for pattern, what in _UNCLEAR if pattern.fullmatch(text)), None)


def unprintable(text: str) -> bool:
    """Whether the text holds control characters or halves of characters, as escapes can make them."""
    return _CONTROL.search(text) is not None
