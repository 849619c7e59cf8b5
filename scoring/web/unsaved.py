"""What was typed into a form that came when its sender was signed in no more? It is shown once, to be kept."""

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from scoring.web.desk import filled

_TYPED = {
    "text": "Text",
    "reason": "Reason",
    "will_do": "What will be done",
    "accounts": "Accounts",
    "rows": "Rows of exports",
    "witness": "Witness",
}
"""What people type into our forms, by the name of the field; all else is chosen, or ours."""


async def unsaved(request: Request) -> list[tuple[str, str]]:
    """What was typed, each by the words for it; nothing where the form cannot be read."""
    try:
        form = await filled(request)
    except (HTTPException, MultiPartException):
        return []
    return [(words, form[name]) for name, words in _TYPED.items() if form.get(name, "").strip()]
