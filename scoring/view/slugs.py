"""How does an id stand in an address? As it is where it is plain, else in letters that mean nothing to a server."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from scoring.view.seen import NotVisibleError

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MARK = "~"


def slug(identity: str) -> str:
    """The id as a part of an address."""
    if _PLAIN.fullmatch(identity):
        return identity
    return _MARK + urlsafe_b64encode(identity.encode()).decode().rstrip("=")


def unslug(part: str) -> str:
    """The id that the part of an address stands for. Raises NotVisibleError where it stands for none."""
    if not part.startswith(_MARK):
        return part
    coded = part.removeprefix(_MARK)
    try:
        return urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (Error, UnicodeDecodeError, ValueError):
        raise NotVisibleError("page") from None
