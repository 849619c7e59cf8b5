"""The digest as an Adaptive Card for Microsoft Teams. All that people wrote stands in runs of text, without markup."""

import json
from collections.abc import Iterator
from typing import Any

from scoring.digest.content import Digest, Moved, plain
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
    body = list(_body(digest))
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


def _body(digest: Digest) -> Iterator[Element]:
    if digest.lead:
        yield _text(words.joined(digest.lead))
    if digest.own:
        yield from (_text(plain(sentence)) for sentence in digest.own.why)
    for moved in digest.movers:
        yield from _mover(moved)
    if digest.more:
        yield _text(words.more(digest))
    yield from (_text(plain(sentence)) for sentence in digest.unscored)
    is_own = digest.audience == "managers"
    for told in digest.corrections:
        yield _text(words.correction(told, is_own=is_own), is_bold=True)
        yield _text(plain(words.causes(told)))
        for one in told.managers:
            yield _text(words.corrected(one) if is_own else f"{one.name}: {words.corrected(one)}")
        if rest := words.unnamed(told):
            yield _text(rest)
    if digest.learned:
        yield _text(words.LEARNED, is_bold=True)
        yield _text(words.LEARNED_IS)
        yield from (_text(plain(sentence)) for sentence in digest.learned)
    if digest.renewals:
        yield _text(words.RENEWALS, is_bold=True)
        yield _text(words.coming(digest.renewals, digest.currency))
        yield from map(_text, words.dues(digest.renewals, digest.currency))
    if digest.health:
        yield _text(words.HEALTH, is_bold=True)
        yield from (_text(plain(sentence)) for sentence in digest.health)


def _mover(moved: Moved) -> Iterator[Element]:
    yield _text(words.mover(moved), is_bold=True)
    yield from (_text(plain(sentence)) for sentence in moved.why)


def _text(told: str, *, is_title: bool = False, is_bold: bool = False, is_small: bool = False) -> Element:
    run: Element = {"type": "TextRun", "text": told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"}
    if is_title:
        run |= {"size": "Large", "weight": "Bolder"}
    if is_bold:
        run["weight"] = "Bolder"
    if is_small:
        run |= {"size": "Small", "isSubtle": True}
    return {"type": "RichTextBlock", "inlines": [run]}
