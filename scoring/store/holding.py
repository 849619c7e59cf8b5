"""Which run holds for each period, now or at some instant? The sealed one, else the one that was computed last."""

from sqlalchemy import bindparam, exists, func, select
from sqlmodel import Session

from scoring.store.sealing import table_of
from scoring.store.tables import Computation, Reopening, Seal

_COMPUTED, _SEALED, _OPENED = table_of(Computation), table_of(Seal), table_of(Reopening)

_NEWEST = select(func.max(_COMPUTED.c.number)).group_by(_COMPUTED.c.period)
_LAST = select(_COMPUTED.c.period, _COMPUTED.c.run_id).order_by(_COMPUTED.c.number.desc())
_OPEN = exists().where(_OPENED.c.seal == _SEALED.c.number)
_HELD = select(_SEALED.c.period, _SEALED.c.run_id).order_by(_SEALED.c.number)

_NOW = (_LAST.where(_COMPUTED.c.number.in_(_NEWEST)), _HELD.where(~_OPEN))
_THEN = (
    _LAST.where(_COMPUTED.c.number.in_(_NEWEST.where(_COMPUTED.c.computed_at <= bindparam("at")))),
    _HELD.where(_SEALED.c.sealed_at <= bindparam("at"), ~_OPEN.where(_OPENED.c.reopened_at <= bindparam("at"))),
)
"""The runs that were computed last and those that are sealed: built once, as they are asked for each digest."""


def holding(session: Session, at: str | None = None) -> dict[str, str]:
    """Period to the id of the run that holds for it; the period computed last comes first."""
    found: dict[str, str] = {}
    for asked in _NOW if at is None else _THEN:
        found |= {
            row.period: row.run_id for row in session.connection().execute(asked, {} if at is None else {"at": at})
        }
    return found
