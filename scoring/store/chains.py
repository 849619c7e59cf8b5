"""Where does a chain of rows end? One row beside them says it, so that a last row that is gone is missed."""

from sqlmodel import Session, select, update

from scoring.store.tables import Head


def end_of(session: Session, head: type[Head]) -> tuple[int, str | None]:
    """The number and the hash of the last row; 0 and no hash where there is none."""
    return session.exec(select(head.number, head.sha256)).first() or (0, None)


def end_with(session: Session, head: type[Head], number: int, sha256: str) -> None:
    """Notes with which row the chain ends now."""
    if not session.exec(update(head).values(number=number, sha256=sha256)).rowcount:
        session.add(head(number=number, sha256=sha256))


def ends_with(session: Session, head: type[Head], number: int, sha256: str) -> bool:
    """Whether the chain ends with the last row that there is; with none where its number is 0."""
    ends = session.exec(select(head.number, head.sha256)).all()
    return list(ends) == ([(number, sha256)] if number else [])
