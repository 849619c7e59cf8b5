"""The digest as an Adaptive Card for Microsoft Teams. All that people wrote stands in runs of text, without markup."""

import json
from typing import Any

from scoring.digest.content import Digest
from scoring.digest.render import words

LARGEST = 24_000
"""Bytes of a card; a webhook of Teams takes 28 kB with what is around it."""
_LONGEST = 2000

Element = dict[str, Any]


def teams(digest: Digest) -> dict[str, Any]:
    """The body of what is posted; what would make it too large is left to the page."""
    head = [_text(words.heading(digest), is_small=True), _text(digest.title, is_title=True)]
    head += [_text(notice, is_bold=True) for notice in digest.notices]
    foot = [_text(words.foot(digest), is_small=True)]
    body = _body(digest)
    while body and len(json.dumps(body)) > LARGEST:
        body.pop()
    card: Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": "en",
        "fallbackText": digest.subject,
        "msteams": {"width": "Full"},
        "body": [*head, *body, *foot],
    }
    if digest.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": digest.link.words, "url": digest.link.url}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def _body(digest: Digest) -> list[Element]:
    return [
        element
        for title, lines in words.parts(digest)
        for element in ([_text(title, is_bold=True)] if title else []) + [_text(line) for line in lines]
    ]


def _text(told: str, *, is_title: bool = False, is_bold: bool = False, is_small: bool = False) -> Element:
    run: Element = {"type": "TextRun", "text": told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"}
    if is_title:
        run |= {"size": "Large", "weight": "Bolder"}
    if is_bold:
        run["weight"] = "Bolder"
    if is_small:
        run |= {"size": "Small", "isSubtle": True}
    return {"type": "RichTextBlock", "inlines": [run]}
