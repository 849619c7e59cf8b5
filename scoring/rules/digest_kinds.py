"""What kinds of values do digests have? Weekdays, times of day, spans, senders, hosts, and names of secrets."""

import re
from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from scoring.document import Flaw, did_you_mean, flawed
from scoring.rules.kinds import Text

Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

PUBLIC_URL = "BOOKSCORE_PUBLIC_URL"
"""What in the environment says where people reach the pages."""

_AT = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
_LONG = r"[1-9][0-9]{0,2}[hdw]"
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_VARIABLE = r"(?=[A-Z0-9]*_|.{1,15}$)[A-Z_][A-Z0-9_]{0,199}"
"""A name in capitals, as variables have; one long word without _ is a key rather than a name."""
_ADDRESS = r"[^\s<>@,;:\"()\[\]\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
SENDER = re.compile(rf"(?:[^<>\x00-\x1f\x7f]* )?<({_ADDRESS})>|({_ADDRESS})")
"""An e-mail address, in brackets with a name before it, or bare."""


def _weekday(value: object) -> object:
    if isinstance(value, str) and value.capitalize() not in WEEKDAYS:
        raise ValueError(f"must be a weekday; {did_you_mean(value, WEEKDAYS)}")
    return value.capitalize() if isinstance(value, str) else value


def _at(value: object) -> object:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(_AT, value):
        raise ValueError('must be a time of day, 00:00 to 23:59; write it like "07:00"')
    hour, _, minute = value.partition(":")
    return time(int(hour), int(minute))


def _long(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_LONG, value):
        raise ValueError("must be a number of hours, days or weeks; write it like 12h, 3d or 2w")
    return timedelta(**{_UNITS[value[-1]]: int(value[:-1])})


def _variable(name: object) -> object:
    """The name, unless it is a secret itself, which is then not repeated."""
    if not isinstance(name, str) or not re.fullmatch(_VARIABLE, name):
        what = "{key} must be the name of a variable of the environment, which holds the secret"
        raise flawed(
            [
                Flaw(
                    (),
                    what,
                    "write it in capitals, like BOOKSCORE_SLACK_SALES, and keep the secret out of this file",
                    "",
                )
            ]
        )
    return name


def _sender(text: str) -> str:
    if not SENDER.fullmatch(text):
        raise ValueError("must be an e-mail address; write it like bookscore <scores@example.com>")
    return text


def _host(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+", name):
        raise ValueError("must be the name of a host, without port and path; write it like smtp.example.com")
    return name


def page_address(url: str) -> str:
    """The web address, below which links lead. Raises ValueError."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#\"<>]*)?", url):
        raise ValueError("must be a web address; write it like https://scores.example.com")
    return url.rstrip("/")


def _cased(word: str) -> str:
    """A pattern for the word in any case, as schemas know no flags."""
    return "".join(f"[{c.upper()}{c.lower()}]" for c in word)


At = Annotated[time, BeforeValidator(_at), WithJsonSchema({"type": "string", "pattern": f"^({_AT})$"})]
Long = Annotated[timedelta, BeforeValidator(_long), WithJsonSchema({"type": "string", "pattern": f"^{_LONG}$"})]
On = Annotated[
    Weekday,
    BeforeValidator(_weekday),
    WithJsonSchema(
        {"type": "string", "pattern": f"^({'|'.join(_cased(day) for day in WEEKDAYS)})$", "examples": [*WEEKDAYS]}
    ),
]
Host = Annotated[Text, AfterValidator(_host)]
Page = Annotated[Text, AfterValidator(page_address)]
"""The address of a page, to which a path can be added."""
Variable = Annotated[Text, BeforeValidator(_variable)]
"""The name of a variable of the environment."""
Sender = Annotated[Text, AfterValidator(_sender)]
"""An e-mail address, with or without a name: `bookscore <scores@example.com>`."""
