"""What is wrong with what was sent? In our own words, by the names of its fields and with none of their values."""

from collections.abc import Iterable, Mapping
from typing import Any

_WORDS: Mapping[str, str] = {
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "int_parsing": "must be a whole number",
    "date_from_datetime_parsing": "must be a day, such as 2026-06-30",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must be at most {max_length}",
    "missing": "is missing",
    "extra_forbidden": "is nothing that this form asks for",
}
"""What is said of each kind of error of the library that reads what was sent; of others, that it is none."""
_OTHERWISE = "is not what can be there"


def wrong(errors: Iterable[Mapping[str, Any]]) -> str:
    """What is wrong, field by field."""
    return "; ".join(f"{_field(each)} {_said(each)}" for each in errors)


def _said(error: Mapping[str, Any]) -> str:
    return _WORDS.get(error["type"], _OTHERWISE).format_map(error.get("ctx", {}))


def _field(error: Mapping[str, Any]) -> str:
    names = [part for part in error["loc"] if isinstance(part, str)]
    return names[-1].replace("_", " ") if names else "the form"
