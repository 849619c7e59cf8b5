"""How is each of pydantic's complaints said to somebody who has never heard of it?"""

import re
from collections.abc import Mapping

from scoring.document.nearest import did_you_mean

_MAPPING = ("{key} must be a mapping of settings", "write its settings below it, indented, one a line")
_LIST = ("{key} must be a list", "begin each entry with a dash")
_NUMBER = ("{key} must be a number", "")
_WHOLE = ("{key} must be a whole number", "")
_DATE = ("{key} must be a date", "write it like 2026-04-01")

_SAID: dict[str, tuple[str, str]] = {
    "missing": ("{key} is missing", "add it"),
    "string_type": ("{key} must be text", "put it in quotes"),
    "bool_type": ("{key} must be true or false", ""),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": ("{key} must be a finite number", ""),
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "greater_than": ("{key} must be more than {gt}", ""),
    "greater_than_equal": ("{key} must be {ge} or more", ""),
    "less_than": ("{key} must be less than {lt}", ""),
    "less_than_equal": ("{key} must be {le} or less", ""),
    "string_too_short": ("{key} needs {min_length} characters or more", ""),
    "string_too_long": ("{key} may have {max_length} characters at most", "shorten it"),
    "too_short": ("{key} needs {min_length} or more entries", "add one"),
    "too_long": ("{key} may have {max_length} entries at most", ""),
}
_VERBS = ("must ", "is ", "has ", "needs ")
"""How a sentence of a validator may go on after the setting's name; other sentences follow a colon."""

_NUMBERS = (_NUMBER[0], _WHOLE[0])


def sentence_of(kind: str, said: str, context: Mapping[str, object], value: str | None) -> tuple[str, str]:
    """What is wrong, with `{key}` for the setting's name, and the remedy.

    `kind`, `said` and `context` are pydantic's type, message and context; `value` is the text as written.
    """
    if kind in ("literal_error", "enum"):
        return _one_of(str(context["expected"]), value)
    if kind == "value_error":
        what, _, remedy = str(context["error"]).partition("; ")
        return f"{{key}}{'' if what.startswith(_VERBS) else ':'} {what}", remedy
    if kind not in _SAID:
        return f"{{key}}: {said[:1].lower()}{said[1:]}".replace("{key}: input should", "{key} should"), ""
    what, remedy = _SAID[kind]
    if value is not None and (value == "" or value in ("~", "null")) and kind != "missing":
        return "{key} is empty", "give it a value, or delete the line"
    for name, limit in context.items():
        what = what.replace("{" + name + "}", f"{limit:g}" if isinstance(limit, float) else str(limit))
    what = what.replace(" 1 characters", " 1 character")
    if what in _NUMBERS:
        remedy = _as_number(value, is_whole=what == _WHOLE[0])
    elif context.get("le", context.get("lt")) == 1 and re.fullmatch(r"\d\d(?:\.\d+)?|100", value or ""):
        remedy = f"write {value}%"
    return what, remedy


def _one_of(expected: str, value: str | None) -> tuple[str, str]:
    """The sentence for a word that is not among those allowed."""
    words = re.findall(r"'([^']*)'", expected) or [expected]
    *most, last = words
    allowed = f"{', '.join(most)} or {last}" if most else last
    remedy = did_you_mean(value, words, "choose one of them") if value else "choose one of them"
    return f"{{key}} must be {allowed}", remedy


def _as_number(value: str | None, *, is_whole: bool) -> str:
    """How to write what was meant as a number."""
    text = (value or "").strip()
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return f"write {text.replace(',', '.')}"
    if re.fullmatch(r"[-+]?[\d.]+\s*%", text):
        return f"write {text.rstrip('% ')} without the percent sign"
    if re.fullmatch(r"[-+]?\d+\.0*", text):
        return f"write {text.split('.', maxsplit=1)[0]}"
    if re.fullmatch(r"[-+]?\d+" if is_whole else r"[-+]?[\d.]+", text):
        return f"write {text} without quotes"
    return "write digits, such as 30"
