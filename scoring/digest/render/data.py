"""The digest as data, for programs: numbers as they were computed, money as text, names as they are told."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from scoring.digest.content import Corrected, Correction, Digest, Due, Moved, Renewals, Words, plain

VERSION = 1
"""Of what the fields mean; it grows when one of them changes its meaning."""

_LEFT_OUT = frozenset({"printed"})


def data(digest: Digest) -> dict[str, Any]:
    """The digest as JSON values."""
    own, link, counts = digest.own, digest.link, digest.counts
    return {
        "version": VERSION,
        "schedule": digest.schedule,
        "period": digest.occasion,
        "audience": digest.audience,
        "run": {
            "run_id": digest.run_id,
            "period": digest.run_period,
            "as_of": digest.as_of,
            "currency": digest.currency,
            "is_sealed": digest.is_sealed,
        },
        "is_late": digest.is_late,
        "subject": digest.subject,
        "title": digest.title,
        "heading": _sentences(digest.eyebrow),
        "notices": list(digest.notices),
        "lead": _sentences(digest.lead),
        "against": digest.against,
        "counts": {field.name: getattr(counts, field.name) for field in fields(counts)},
        "own": own and _moved(own),
        "movers": [_moved(moved) for moved in digest.movers],
        "more_movers": digest.more,
        "unscored": _sentences(digest.unscored),
        "corrections": [_correction(told) for told in digest.corrections],
        "learned": _sentences(digest.learned),
        "renewals": digest.renewals and _renewals(digest.renewals),
        "health": _sentences(digest.health),
        "link": link and {"url": link.url, "words": link.words},
        "reason": digest.reason,
        "confidential": digest.confidential,
    }


def _moved(moved: Moved) -> dict[str, Any]:
    told = {f.name: _value(getattr(moved, f.name)) for f in fields(moved) if f.name not in _LEFT_OUT}
    return {name: value for name, value in told.items() if value is not None and value != ""}


def _correction(told: Correction) -> dict[str, Any]:
    return {
        "period": told.period,
        "causes": _sentences(told.causes),
        "managers": [_corrected(one) for one in told.managers],
        "count": told.count,
    }


def _corrected(one: Corrected) -> dict[str, Any]:
    return {field.name: _value(getattr(one, field.name)) for field in fields(one)}


def _renewals(renewals: Renewals) -> dict[str, Any]:
    return {
        "until": renewals.until.isoformat(),
        "undecided": _sum(*renewals.undecided),
        "within": {str(days): _sum(*told) for days, told in renewals.within.items()},
        "accounts": [_due(due) for due in renewals.rows],
        "more": renewals.more,
        "rest": str(renewals.rest),
        "note": renewals.note,
    }


def _sum(count: int, amount: Decimal | None) -> dict[str, Any]:
    return {"count": count, "amount": None if amount is None else str(amount)}


def _due(due: Due) -> dict[str, Any]:
    return {field.name: _value(getattr(due, field.name)) for field in fields(due)}


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [plain(each) if isinstance(each, tuple) else str(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _sentences(sentences: tuple[Words, ...]) -> list[str]:
    return [plain(sentence) for sentence in sentences]
