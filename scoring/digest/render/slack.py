"""The digest as blocks of Slack. What people wrote is plain text, in which nothing is markup and nobody is pinged."""

from typing import Any

from scoring.digest.content import Digest
from scoring.digest.render import words

LONGEST = 2900
"""Letters of a block; Slack takes 3,000, and escaping makes some longer."""
LONGEST_HEADER = 140
MOST = 45
"""Blocks of a message; Slack takes 50."""

Block = dict[str, Any]


def slack(digest: Digest) -> dict[str, Any]:
    """The body of what is posted."""
    head = [_header(digest.title), _context(words.heading(digest)), *map(_section, digest.notices)]
    foot = [*_link(digest), _context(words.foot(digest))]
    body = _body(digest)[: MOST - len(head) - len(foot)]
    return {
        "text": _escaped(digest.subject, LONGEST),
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [*head, *body, *foot],
    }


def _body(digest: Digest) -> list[Block]:
    return [_section("\n".join([title, *lines] if title else lines)) for title, lines in words.parts(digest)]


def _link(digest: Digest) -> list[Block]:
    """The link, which is ours: the one block with markup."""
    if digest.link is None:
        return []
    address = _escaped(digest.link.url, LONGEST).replace("|", "%7C")
    told = f"<{address}|{_escaped(digest.link.words, LONGEST)}>"
    return [{"type": "section", "text": {"type": "mrkdwn", "text": told, "verbatim": True}}]


def _header(told: str) -> Block:
    return {"type": "header", "text": _plain(told, LONGEST_HEADER)}


def _section(told: str) -> Block:
    return {"type": "section", "text": _plain(told, LONGEST)}


def _context(told: str) -> Block:
    return {"type": "context", "elements": [_plain(told, LONGEST)]}


def _plain(told: str, most: int) -> Block:
    return {"type": "plain_text", "text": _escaped(told, most), "emoji": False}


def _escaped(told: str, most: int) -> str:
    """The text with the three characters escaped that Slack reads, and cut so that it fits."""
    short = told if len(told) <= most else f"{told[: most - 1]}…"
    escaped = short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped if len(escaped) <= most else _escaped(short[: len(short) // 2] + "…", most)
