"""How is what programs get written? As JSON that every reader takes."""

import json
from collections.abc import Mapping
from typing import Any

from scoring.errors import BookscoreError


class UnwritableError(BookscoreError):
    """A message cannot be written as it is; the sentence says why."""

    def __init__(self, why: str = "the message holds half a character, which cannot be sent") -> None:
        super().__init__(why)


def payload(said: Mapping[str, Any], *, indent: int | None = None) -> bytes:
    """What was said, as JSON in UTF-8. Raises UnwritableError."""
    try:
        return json.dumps(dict(said), ensure_ascii=False, allow_nan=False, indent=indent).encode()
    except UnicodeEncodeError:
        raise UnwritableError from None
    except (TypeError, ValueError, RecursionError):
        raise UnwritableError("the message holds something that JSON has no word for") from None
