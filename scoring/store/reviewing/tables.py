"""What does the database hold of reviews? Events that are added and never changed, and the documents of sealed ones.

How a review stands is derived from its events, so that there is nothing beside them that could disagree.
"""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from scoring.store.tables import Head


class ReviewEvent(SQLModel, table=True):
    """Something that happened to a review. A link of a chain over all reviews: `sha256` covers all else, and `before`.

    `step` counts the events of one review; `card_sha256` is the hash of the card in `run_id` as it is stored.
    """

    number: int = Field(primary_key=True)
    period: str
    manager_id: str
    step: int
    version: int
    kind: str
    who: str
    part: str
    user_id: str | None
    at: str
    run_id: str = Field(foreign_key="run.run_id")
    card_sha256: str
    details: str
    before: str
    sha256: str

    __table_args__ = (UniqueConstraint("period", "manager_id", "step"),)


class ReviewHead(Head, table=True):
    """Where the chain of events ends; one row, so that a last event that is gone is missed."""


class ReviewDocument(SQLModel, table=True):
    """A document of the sealing that was event number `event`, in a file of the frames folder."""

    event: int = Field(foreign_key="reviewevent.number", primary_key=True)
    name: str = Field(primary_key=True)
    sha256: str
    size: int
    path: str
