"""When is a sealed period opened again? A dated decision with a reason, in a chain of its own; the seal stays."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, ValidationError
from sqlmodel import Session, col, select

from scoring.store.chains import end_of, end_with, ends_with
from scoring.store.records import OPEN, Before, Filled, Link, SealRecord, Sha256
from scoring.store.refusals import NotReopenableError
from scoring.store.sealing import holding_of, seal_of
from scoring.store.tables import Reopening, ReopeningHead, Run, Seal


class ReopeningRecord(Link):
    """That a period was opened again: number `seal` of the seals holds no more, but stays readable."""

    number: Annotated[int, Field(ge=1)]
    seal: Annotated[int, Field(ge=1)]
    seal_sha256: Sha256
    reason: Filled
    reopened_by: Filled
    reopened_at: Filled
    before: Before
    sha256: Sha256 = OPEN


def next_reopening(session: Session, period: str, by: str, reason: str, at: str) -> tuple[ReopeningRecord, SealRecord]:
    """The reopening that comes behind the others, not added yet, and the seal that would hold no more.

    Raises NotReopenableError where the period is not sealed, or a later one is, which looked at it.
    """
    seal = seal_of(session, period)
    if seal is None:
        raise NotReopenableError(period, "it is not sealed")
    end = _span(session, seal)["to"]
    later = [each.period for each in holding_of(session) if _span(session, each)["from"] > end]
    if later:
        raise NotReopenableError(period, f"{later[-1]} is sealed after it, and looked at it; open that one first")
    number, before = end_of(session, ReopeningHead)
    made = ReopeningRecord(
        number=number + 1,
        seal=seal.number,
        seal_sha256=seal.sha256,
        reason=reason,
        reopened_by=by,
        reopened_at=at,
        before=before or "",
    )
    return made.closed(), seal


def add_reopening(session: Session, made: ReopeningRecord) -> None:
    """Adds the reopening behind the others."""
    session.add(Reopening(**made.model_dump()))
    end_with(session, ReopeningHead, made.number, made.sha256)


def reopenings_of(session: Session) -> tuple[ReopeningRecord, ...]:
    """All reopenings, the first first."""
    rows = session.exec(select(Reopening).order_by(col(Reopening.number)))
    return tuple(ReopeningRecord.model_validate(row.model_dump()) for row in rows)


def broken(session: Session, chain: Sequence[Seal]) -> Iterator[tuple[int | None, str | None, str]]:
    """What is wrong with reopenings: the seal and the period it concerns, and what it is."""
    seals = {seal.number: seal for seal in chain}
    before, number = "", 0
    opened = set()
    for row in session.exec(select(Reopening).order_by(col(Reopening.number))):
        number += 1
        seal = seals.get(row.seal)
        opened.add(row.seal)
        if row.number != number or row.before != before or not _is_as_made(row):
            yield row.seal, seal.period if seal else None, "that it was opened again was changed, removed or exchanged"
            number = row.number
        elif seal is None or seal.sha256 != row.seal_sha256:
            yield row.seal, seal.period if seal else None, "it is not the seal that was opened again"
        before = row.sha256
    if not ends_with(session, ReopeningHead, number, before):
        yield None, None, "the reopenings do not end where they should: some at their end are missing or exchanged"
    held = {seal.period: seal.number for seal in chain}
    for seal in chain:
        if seal.number != held[seal.period] and seal.number not in opened:
            yield seal.number, seal.period, "a later version was sealed though it was never opened again"


def _is_as_made(row: Reopening) -> bool:
    try:
        return ReopeningRecord.model_validate(row.model_dump()).link_sha256 == row.sha256
    except ValidationError:
        return False


def _span(session: Session, seal: SealRecord) -> dict[str, str]:
    """From when until when the period of the seal is."""
    span: dict[str, str] = json.loads(session.get_one(Run, seal.run_id).summary)["period"]
    return span
