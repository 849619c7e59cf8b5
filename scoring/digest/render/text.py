"""The digest as plain text, 72 columns wide, which says all that the mail says."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from scoring.digest.content import Correction, Digest, Due, Moved, Renewals, Words, plain
from scoring.digest.render import words

WIDTH = 72
_DEEP = "  "


def text(digest: Digest) -> str:
    """The whole digest, ending with a line end."""
    parts = (_head(digest), *_parts(digest), _foot(digest))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(digest: Digest) -> list[str]:
    lines = [*_lines(words.heading(digest)), ""]
    lines += [line for notice in digest.notices for line in (*_lines(notice), "")]
    lines += _lines(digest.title)
    return lines + _lines(words.joined(digest.lead)) if digest.lead else lines


def _parts(digest: Digest) -> Iterator[list[str]]:
    """What stands below the headline, part by part."""
    if digest.own and digest.own.why:
        yield [line for sentence in digest.own.why for line in _item(sentence)]
    if digest.movers:
        yield _titled(words.MOVERS)
        yield from map(_mover, digest.movers)
        if digest.more:
            yield [words.more(digest)]
    if digest.unscored:
        yield [line for sentence in digest.unscored for line in _lines(plain(sentence))]
    for correction in digest.corrections:
        yield _titled(words.correction(correction, is_own=digest.audience == "managers"))
        yield _lines(plain(words.causes(correction)))
        yield _correction(correction, is_own=digest.audience == "managers")
    if digest.learned:
        yield _titled(words.LEARNED)
        yield _lines(words.LEARNED_IS)
        yield [line for sentence in digest.learned for line in _item(sentence)]
    if digest.renewals:
        yield _titled(words.RENEWALS)
        yield from _renewals(digest)
    if digest.health:
        yield _titled(words.HEALTH)
        yield [line for sentence in digest.health for line in _item(sentence)]


def _mover(moved: Moved) -> list[str]:
    whose = f"{words.change(moved)}  {moved.name}{f' ({moved.team})' if moved.team else ''}"
    if moved.score is None:
        return _lines(", ".join(part for part in (whose, words.chance(moved)) if part))
    lines = [*_lines(whose), *_lines("; ".join(p for p in (words.score(moved), words.chance(moved)) if p), _DEEP)]
    return [*lines, *(line for sentence in moved.why for line in _item(sentence, _DEEP))]


def _correction(told: Correction, *, is_own: bool) -> list[str]:
    lines: list[str] = []
    for one in told.managers:
        lines += _lines(words.corrected(one) if is_own else f"{one.name}: {words.corrected(one)}")
        lines += [line for sentence in one.why for line in _item(sentence, _DEEP)]
    return [*lines, *_lines(words.unnamed(told))]


def _renewals(digest: Digest) -> Iterator[list[str]]:
    if digest.renewals is None:
        return
    yield _lines(words.coming(digest.renewals, digest.currency))
    if digest.renewals.rows:
        yield [line for due in digest.renewals.rows for line in _due(due, digest.renewals, digest.currency)]
    if rest := words.rest(digest.renewals, digest.currency):
        yield [rest]
    if digest.renewals.note:
        yield _lines(digest.renewals.note)


def _due(due: Due, renewals: Renewals, currency: str) -> list[str]:
    whose = f" ({due.manager})" if due.manager else ""
    return [*_lines(f"{due.account}{whose}"), *_lines(words.due(due, renewals, currency), _DEEP)]


def _foot(digest: Digest) -> list[str]:
    lines = ["-" * WIDTH]
    if digest.link:
        lines += [f"{digest.link.words}:", digest.link.url, ""]
    lines += _lines(f"{digest.reason} {words.stop(digest)}".strip())
    if digest.unsubscribe:
        lines += ["Stop these mails:", digest.unsubscribe]
    return [*lines, "", *_lines(f"{words.footer(digest)} {digest.confidential}")]


def _titled(title: str) -> list[str]:
    return _lines(title.upper())


def _item(sentence: Words | Sequence[str], indent: str = "") -> list[str]:
    """A sentence as an item of a list."""
    return wrap(
        plain(tuple(sentence)), WIDTH, initial_indent=f"{indent}- ", subsequent_indent=f"{indent}  ",
        break_on_hyphens=False,
    )  # fmt: skip


def _lines(told: str, indent: str = "") -> list[str]:
    return wrap(told, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
