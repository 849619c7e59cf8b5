"""What kinds of values do settings have? Numbers that may be written as percentages, months, names."""

import re
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scoring.calendar import PATTERN, spelled
from scoring.document import Flaw, did_you_mean

_DAY = r"\d{4}-\d{2}-\d{2}"
SLUG = "[A-Za-z0-9][A-Za-z0-9_-]{0,59}"
PERCENT = r"[-+]?\d+(\.\d+)?\s*%"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Settings(BaseModel):
    """A group of settings: frozen, and without unknown ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, allow_inf_nan=False)


def named_twice(setting: str, names: tuple[str, ...]) -> list[Flaw]:
    """A flaw for each entry of the setting that stands in the list before."""
    return [Flaw((setting, n), "{key} is named twice", "keep one") for n, name in enumerate(names) if name in names[:n]]


def _ratio(value: object) -> object:
    """The number a percentage stands for, exactly; anything but text as it is."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not re.fullmatch(PERCENT, text, re.ASCII):
        raise ValueError("must be a number or a percentage; write it like 90% or 0.9")
    return float(Decimal(text.rstrip("% ")) / 100)


def _month(value: object) -> object:
    """The number of a month given by its English name."""
    if not isinstance(value, str):
        return value
    if value.capitalize() not in MONTHS:
        raise ValueError(f"must be a month; {did_you_mean(value, MONTHS)}")
    return MONTHS.index(value.capitalize()) + 1


def _since(text: str) -> str:
    """The text, where it is the name of a period or a day."""
    text = spelled(text)
    if not re.fullmatch(PATTERN, text):
        try:
            date.fromisoformat(text if re.fullmatch(_DAY, text) else "")
        except ValueError:
            raise ValueError("must be a period or a day; write it like 2026-Q3 or 2026-07-01") from None
    return text


def _leads_out(text: str) -> bool:
    """Whether the text is a path that leads out of the folder."""
    path = PurePosixPath(text)
    return path.is_absolute() or ".." in path.parts or "\\" in text or re.match("[A-Za-z]:", text) is not None


def _beside(text: str) -> str:
    if _leads_out(text):
        raise ValueError("must lie beside this file; write it like rules-2025.yaml")
    return text


def _within(text: str) -> str:
    if _leads_out(text):
        raise ValueError("must lie within the folder of this file; write it like digests")
    return text


def _time_zone(name: str) -> str:
    """The name, if this machine knows the zone; every name where it knows none."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()  # lists a folder of files: only for those who need the advice
        if known:
            places = [zone for zone in known if "/" in zone and not zone.startswith("Etc/")]  # PST is no misspelt MST
            advice = did_you_mean(name, places, "write it like Europe/Berlin")
            raise ValueError(f"is not a time zone; {advice}") from None
    return name


def _slug(text: str) -> str:
    if not re.fullmatch(SLUG, text):
        raise ValueError("must be letters, digits, _ and -, 60 at most; write it like leaders_weekly")
    return text


_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
"""What pydantic calls limits, behind a validator of ours, to what a schema does."""


class _NumberOrPercentage:
    """The schema of a ratio, with the limits of the number."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        number = {_LIMITS.get(key, key): value for key, value in handler(core).items()}
        return {"anyOf": [number, {"type": "string", "pattern": f"^{PERCENT}$"}]}


Ratio = Annotated[float, BeforeValidator(_ratio), _NumberOrPercentage()]
"""A number, or text such as `90%`, `97.5 %` or `-10%`."""

Part = Annotated[Ratio, Field(ge=0, le=1)]
Month = Annotated[
    int,
    BeforeValidator(_month),
    Field(ge=1, le=12),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 12}, {"enum": list(MONTHS)}]}),
]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Slug = Annotated[str, AfterValidator(_slug), Field(json_schema_extra={"pattern": f"^{SLUG}$"})]
"""A name that may stand in an address or in the name of a file."""
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Since = Annotated[Text, AfterValidator(_since)]
"""The name of a period, meant is its first day, or a day such as `2026-07-01`."""
Beside = Annotated[Text, AfterValidator(_beside)]
"""A path from the folder of the file in which it is written."""
Within = Annotated[Text, AfterValidator(_within)]
"""A folder in that of the file in which it is written."""
