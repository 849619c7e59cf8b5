"""Reviews of two managers in a store, for the tests of how they are kept."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from test_seals import NOON, record
from test_store import CARDS, FILES, PROBLEMS, parquet

from scoring.review import Decided, Disputed, Made, Outcome, Part, Person, Review, Shared, Signed, What
from scoring.store import Store, verify
from scoring.store.reviewing import Reviews

PERIOD, OTHER = "2026-Q2", "2026-Q1"
FAY, GUS = (Person(name=name, part=Part.REVIEWER) for name in ("Fay Finance", "Gus Director"))
ZOE, ANN = (Person(name=name, part=Part.MANAGER) for name in ("Zoë", "Ann"))
SHARED = Shared(answer_by=date(2026, 7, 8))
UPHELD = Decided(dispute=1, outcome=Outcome.UPHELD, reason="So it was", will_do="A new run")
DISPUTED = Disputed(text="Birch was never mine: 'quoted', 名前, \u202e", accounts=("B",), rows=("contracts.csv:3",))


def printed(card: Any, review: Review) -> Made:
    """A document that tells the card and the review, as the real one does."""
    text = f"%PDF {card} {[event.model_dump_json() for event in review.events]}"
    return Made("card.pdf", text.encode(), "a printer")


def computed(store: Store, letter: str, period: str = PERIOD, score: float = 72.6, *, zone: str | None = None) -> str:
    """The id of a run that is stored, with another card of Zoë's for another score; `zone` is where the company is."""
    cards = [{**CARDS[0], "score": score}, CARDS[1]]
    said = {} if zone is None else {"rules": {"settings": {"calendar": {"time_zone": zone}}}}
    made = record(letter * 64, period, **said)
    frames: dict[str, Path | bytes] = {"book": parquet(1), "read_contracts": parquet(1, 2)}
    return store.save(made, cards=cards, frames=frames, created_at=NOON, problems=PROBLEMS, files=FILES)


def does(
    store: Store, what: What, who: Person, *, at: datetime = NOON, manager: str = "M2", after: int | None = None
) -> Review:
    """The review once it happened."""
    reviews = Reviews(store)
    step = reviews.of(PERIOD, manager).last_step if after is None else after
    return reviews.follow(PERIOD, manager, what, who, at=at, after=step, make=printed)


def signed(store: Store) -> Review:
    """A run and the review of Zoë's card in it, from the draft over a dispute to the seal."""
    computed(store, "a")
    Reviews(store).begin(PERIOD, "M2", FAY, at=NOON)
    for n, (what, who) in enumerate([(SHARED, FAY), (DISPUTED, ZOE), (UPHELD, FAY), (Signed(), ZOE), (Signed(), GUS)]):
        made = does(store, what, who, at=NOON + timedelta(hours=n))
    return made


def missed(store: Store, tables: Sequence[str]) -> tuple[int, list[tuple[str, str, int]]]:
    """How many cells there are, and which changes of one, or removals of a row, `verify` does not notice.

    Each is made behind the back of the store, in the file of a workspace folder, and put right again.
    """
    unnoticed, looked = [], 0
    with closing(sqlite3.connect(store.frames.parent / "bookscore.db")) as raw:
        for table in tables:
            columns = [row[1] for row in raw.execute(f"pragma table_info({table})")]
            for row, *values in raw.execute(f"select rowid, * from {table}").fetchall():
                for column, old in zip(columns, values, strict=True):
                    looked += 1
                    new = old + 70 if isinstance(old, int) else f"{old or ''}x"
                    change = f'update {table} set "{column}" = ? where rowid = ?'
                    assert raw.execute(change, (new, row)).rowcount == 1
                    raw.commit()
                    if not verify(store).broken:
                        unnoticed.append((table, column, row))
                    is_key = column == "number"
                    assert raw.execute(change, (old, row + 70 if is_key else row)).rowcount == 1
                    raw.commit()
                raw.execute(f"delete from {table} where rowid = ?", (row,))
                raw.commit()
                if not verify(store).broken:
                    unnoticed.append((table, "removed", row))
                names, marks = ", ".join(f'"{c}"' for c in columns), ", ".join("?" for _ in columns)
                raw.execute(f"insert into {table} ({names}) values ({marks})", values)
                raw.commit()
    return looked, unnoticed
