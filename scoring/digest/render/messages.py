"""What is handed to a channel for one recipient? The digest in the forms that the kind of the channel sends."""

from collections.abc import Sequence

from scoring.digest.content import Digest
from scoring.digest.message import Attachment, Message
from scoring.digest.render.data import data
from scoring.digest.render.html import html
from scoring.digest.render.slack import slack
from scoring.digest.render.teams import teams
from scoring.digest.render.text import text

_CHATS = {"slack": slack, "teams": teams}


def message(
    digest: Digest,
    kind: str,
    *,
    delivery_id: str,
    message_id: str,
    address: str,
    name: str,
    attachments: Sequence[Attachment] = (),
) -> Message:
    """The message for a channel of that kind; the same digest gives the same message."""
    return Message(
        delivery_id=delivery_id,
        message_id=message_id,
        schedule=digest.schedule,
        period=digest.occasion,
        dated=digest.dated,
        address=address,
        name=name,
        subject=digest.subject,
        text=text(digest),
        html=html(digest) if kind in ("mail", "file") else "",
        chat=_CHATS[kind](digest) if kind in _CHATS else {},
        data=data(digest) if kind in ("webhook", "file") else {},
        attachments=tuple(attachments),
        page=digest.link.url if digest.link else None,
        unsubscribe=digest.unsubscribe,
    )
