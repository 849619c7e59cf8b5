"""Are reviews kept as they happened, in one order, and is it noticed when anything of them is changed?"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from reviewed import ANN, DISPUTED, FAY, GUS, PERIOD, SHARED, ZOE, computed, does, missed, printed, signed
from sqlalchemy import make_url
from test_seals import NOON
from test_store import opened

from scoring.review import Commented, Declined, Kind, Part, Published, Rebased, Reopened, Sealed, Shared, Signed, State
from scoring.review.refusals import (
    ChangedSinceError,
    DamagedDocumentError,
    NoReviewError,
    RefusedMoveError,
    StaleReviewError,
)
from scoring.store import Store, open_store, verify
from scoring.store.database import connect, writing
from scoring.store.refusals import SealedPeriodError
from scoring.store.reviewing import Reviews, chain
from scoring.store.reviewing import reviews as module

TABLES = ("reviewevent", "reviewhead", "reviewdocument")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store: in the file of a workspace folder, or on a server."""
    url = f"sqlite:///{tmp_path}/.bookscore/bookscore.db"
    made = opened(url if request.param == "sqlite" else request.getfixturevalue("postgres")(), tmp_path)
    yield made
    made.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a workspace folder."""
    made = open_store(tmp_path)
    yield made
    made.close()


def test_review_comes_back_as_it_happened(store: Store) -> None:
    made = signed(store)
    reviews = Reviews(store)
    assert reviews.of(PERIOD, "M2") == made
    assert reviews.all() == reviews.all(PERIOD) == (made,)
    assert reviews.all("2020-Q1") == ()
    assert made.state is State.SEALED
    assert made.manager == "Zoë"
    assert made.current.disputes[0].said == DISPUTED
    assert reviews.card(made, made.current)["score"] == 72.6
    found = reviews.document(made.current)
    assert found is not None
    assert found[1] == store.frames / f"{found[0].sha256}.pdf"
    assert reviews.signed(made.current) == printed(reviews.card(made, made.current), made.as_signed(1)).content
    assert verify(store).broken == ()
    assert (verify(store).events, verify(store).documents) == (7, 1)


def test_same_events_have_the_same_hashes_in_both_databases(
    plain: Store, postgres: Callable[[], str], tmp_path: Path
) -> None:
    server = opened(postgres(), tmp_path / "server")
    assert signed(plain) == signed(server)
    assert Reviews(plain).head() == Reviews(server).head() != ""
    server.close()


def test_events_of_all_reviews_are_one_chain(store: Store) -> None:
    signed(store)
    first = Reviews(store).head()
    Reviews(store).begin(PERIOD, "M1", FAY, at=NOON)
    assert verify(store).events == 8
    assert Reviews(store).head() not in (None, first)
    assert [review.manager for review in Reviews(store).all()] == ["Zoë", "Ann"]
    assert does(store, Shared(answer_by=SHARED.answer_by), FAY, manager="M1").last_step == 2
    with pytest.raises(RefusedMoveError, match="only Ann acts as the manager"):
        does(store, Signed(), ZOE, manager="M1")
    assert does(store, Signed(), ANN, manager="M1").state is State.SIGNED_BY_MANAGER


def test_review_that_is_not_there_is_named_and_none_is_begun_twice(store: Store) -> None:
    computed(store, "a")
    with pytest.raises(NoReviewError, match="no review of M2 for 2026-Q2"):
        Reviews(store).of(PERIOD, "M2")
    Reviews(store).begin(PERIOD, "M2", FAY, at=NOON)
    with pytest.raises(RefusedMoveError, match=r"there is one \(draft\)"):
        Reviews(store).begin(PERIOD, "M2", GUS, at=NOON)
    assert verify(store).events == 1


def test_dry_run_says_what_would_be_and_writes_nothing(store: Store) -> None:
    computed(store, "a")
    reviews = Reviews(store)
    assert reviews.begin(PERIOD, "M2", FAY, at=NOON, is_dry=True).state is State.DRAFT
    assert reviews.all() == ()
    reviews.begin(PERIOD, "M2", FAY, at=NOON)
    does(store, SHARED, FAY)
    does(store, Signed(), ZOE)
    would = reviews.follow(PERIOD, "M2", Signed(), GUS, at=NOON, after=3, make=printed, is_dry=True)
    assert would.state is State.SEALED
    assert reviews.of(PERIOD, "M2").last_step == 3
    assert list(store.frames.glob("*.pdf")) == []


# ---- two at once, and none to the end ----


def test_of_two_at_once_one_wins_and_the_other_is_told(store: Store, tmp_path: Path) -> None:
    computed(store, "a")
    Reviews(store).begin(PERIOD, "M2", FAY, at=NOON)
    does(store, SHARED, FAY)

    def sign(who: Any) -> str:
        try:
            return str(does(store, Signed(), who, after=2).state)
        except ChangedSinceError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(sign, (FAY, GUS)))
    assert told[0] == "signed_by_reviewer"
    assert "has changed since step 2: at step 3" in told[1]
    assert "signed as the reviewer; nothing was written" in told[1]
    assert Reviews(store).of(PERIOD, "M2").last_step == 3


def test_step_between_reading_and_writing_is_noticed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    computed(store, "a")
    Reviews(store).begin(PERIOD, "M2", FAY, at=NOON)
    does(store, SHARED, FAY)

    def faster(engine: Any) -> Any:
        monkeypatch.setattr(module, "writing", writing)
        does(store, Commented(text="Wait"), ZOE)
        return writing(engine)

    monkeypatch.setattr(module, "writing", faster)
    with pytest.raises(ChangedSinceError, match="at step 3 Zoë commented: Wait"):
        does(store, Signed(), FAY)


def test_crash_before_the_commit_leaves_no_half_of_a_seal(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    computed(store, "a")
    Reviews(store).begin(PERIOD, "M2", FAY, at=NOON)
    does(store, SHARED, FAY)
    does(store, Signed(), ZOE)
    append = chain.append

    def stops(*parts: Any) -> None:
        append(*parts)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "append", stops)
        with pytest.raises(KeyboardInterrupt):
            does(store, Signed(), GUS)
    assert Reviews(store).of(PERIOD, "M2").state is State.SIGNED_BY_MANAGER
    assert verify(store).broken == ()
    assert does(store, Signed(), GUS).state is State.SEALED


def test_document_that_cannot_be_made_leaves_the_review_unsealed(store: Store) -> None:
    computed(store, "a")
    reviews = Reviews(store)
    reviews.begin(PERIOD, "M2", FAY, at=NOON)
    does(store, SHARED, FAY)
    does(store, Signed(), ZOE)

    def fails(*_: Any) -> Any:
        raise OSError("no paper")

    with pytest.raises(OSError, match="no paper"):
        reviews.follow(PERIOD, "M2", Signed(), FAY, at=NOON, after=3, make=fails)
    assert reviews.of(PERIOD, "M2").last_step == 3


# ---- runs and periods ----


@pytest.mark.parametrize(
    ("zone", "first_minute_after"),
    [
        (None, "2026-07-09T00:00Z"),
        ("America/Los_Angeles", "2026-07-09T07:00Z"),
        ("Pacific/Auckland", "2026-07-08T12:00Z"),
    ],
)
def test_manager_has_time_until_the_day_is_over_where_the_company_is(
    plain: Store, zone: str | None, first_minute_after: str
) -> None:
    computed(plain, "a", zone=zone)
    Reviews(plain).begin(PERIOD, "M2", FAY, at=NOON)
    does(plain, SHARED, FAY)
    over, silent = datetime.fromisoformat(first_minute_after), Declined(reason="No answer", witness="Will")
    with pytest.raises(RefusedMoveError, match="has time until 2026-07-08 is over"):
        does(plain, silent, FAY, at=over - timedelta(minutes=1))
    assert does(plain, silent, FAY, at=over).state is State.DECLINED


def test_review_is_of_the_run_that_is_published(store: Store) -> None:
    computed(store, "a")
    reviews = Reviews(store)
    review = reviews.begin(PERIOD, "M2", FAY, at=NOON)
    assert reviews.published(PERIOD, "M2") == Published("a" * 64, review.current.card_sha256)
    computed(store, "b", score=50.0)
    now = reviews.published(PERIOD, "M2")
    with pytest.raises(StaleReviewError) as caught:
        does(store, SHARED, FAY)
    for digest in ("a" * 12, "b" * 12, review.current.card_sha256[:12], str(now.card_sha256)[:12]):
        assert digest in str(caught.value)
    made = does(store, Rebased(), FAY)
    assert (made.current.run_id, made.current.card_sha256) == (now.run_id, now.card_sha256)
    assert reviews.card(made, made.current)["score"] == 50.0
    assert reviews.card(made, made.version(1))["score"] == 72.6
    assert does(store, SHARED, FAY).state is State.SHARED


def test_in_a_sealed_period_only_the_sealed_run_is_signed(store: Store) -> None:
    computed(store, "a")
    computed(store, "b", score=50.0)
    Reviews(store).begin(PERIOD, "M2", FAY, at=NOON)
    does(store, SHARED, FAY)
    does(store, Signed(), ZOE)
    store.seal("a" * 64, by="Fay", at=NOON)
    with pytest.raises(StaleReviewError, match="run aaaaaaaaaaaa"):
        does(store, Signed(), FAY)
    with pytest.raises(SealedPeriodError):
        computed(store, "c")
    does(store, Rebased(), FAY)
    for what, who in ((SHARED, FAY), (Signed(), ZOE), (Signed(), FAY)):
        made = does(store, what, who)
    assert (made.state, made.current.run_id) == (State.SEALED, "a" * 64)
    assert verify(store).broken == ()


def test_reopened_review_leaves_version_1_as_it_was_to_the_byte(store: Store) -> None:
    first = signed(store)
    before = Reviews(store).signed(first.current)
    computed(store, "b", score=50.0)
    made = does(store, Reopened(reason="Cedar was counted twice"), FAY)
    for what, who in ((SHARED, FAY), (Signed(), ZOE), (Signed(), FAY)):
        made = does(store, what, who)
    assert [v.state for v in made.versions] == [State.SEALED, State.SEALED]
    assert made.version(1).events == first.events
    assert Reviews(store).signed(made.version(1)) == before
    assert Reviews(store).signed(made.version(2)) != before
    assert printed(Reviews(store).card(made, made.version(1)), made.as_signed(1)).content == before
    assert verify(store).broken == ()


# ---- tampering ----


@pytest.fixture
def database(plain: Store) -> Path:
    """The database of a store with a sealed review and a draft, all of it in one file."""
    signed(plain)
    Reviews(plain).begin(PERIOD, "M1", FAY, at=NOON)
    plain.close()
    place = plain.frames.parent / "bookscore.db"
    with closing(sqlite3.connect(place)) as raw:
        raw.execute("pragma wal_checkpoint(truncate)")
    return place


def broken(database: Path, *statements: tuple[str, tuple[Any, ...]], review: str | None = None) -> list[Any]:
    """What is noticed after statements were run over a copy of the database."""
    copy = Path(shutil.copy(database, database.with_name("copy.db")))
    with closing(sqlite3.connect(copy)) as raw:
        for statement, values in statements:
            assert raw.execute(statement, values).rowcount == 1
        raw.commit()
    store = Store(connect(make_url(f"sqlite:///{copy}")), database.parent / "frames")
    try:
        return list(verify(store, review=review).broken)
    finally:
        store.close()


def test_change_of_any_cell_and_removal_of_any_row_is_found(plain: Store) -> None:
    signed(plain)
    Reviews(plain).begin(PERIOD, "M1", FAY, at=NOON)
    assert missed(plain, TABLES) == (8 * 15 + 2 + 5, [])
    assert verify(plain).broken == ()


def test_first_broken_event_is_named(database: Path) -> None:
    (first, *_) = broken(database, ("update reviewevent set who = 'Eve' where number = 4", ()))
    assert (first.event, first.period, first.what) == (4, PERIOD, "its own row was changed")


def test_events_in_another_order_are_found(database: Path) -> None:
    found = broken(
        database,
        ("update reviewevent set number = 99 where number = 2", ()),
        ("update reviewevent set number = 2 where number = 3", ()),
        ("update reviewevent set number = 3 where number = 99", ()),
    )
    assert found[0].event == 2


def test_card_that_was_reviewed_is_held_against_the_one_that_is_stored(database: Path) -> None:
    found = broken(database, ("update card set json_text = '{}' where manager_id = 'M2'", ()))
    assert "the card of M2 in run aaaaaaaaaaaa is not the one that was reviewed" in {b.what for b in found}


def test_end_of_the_chain_that_was_cut_off_with_care_is_found_by_the_event_that_was_written_down(
    database: Path,
) -> None:
    with closing(sqlite3.connect(database)) as raw:
        known, before = raw.execute("select sha256, before from reviewevent where number = 8").fetchone()
    cut = (
        ("delete from reviewevent where number = 8", ()),
        ("update reviewhead set number = 7, sha256 = ?", (before,)),
    )
    assert broken(database, *cut) == []
    assert broken(database, *cut, review=known[:12])[0].what == f"the reviews have no event {known[:12]}"
    assert broken(database, review=known[:12]) == []


def test_seal_that_nobody_signed_is_found_though_its_hashes_fit(plain: Store) -> None:
    """Who can write the whole database can make a chain anew, but not one that skips the signatures."""
    computed(plain, "a")
    draft = Reviews(plain).begin(PERIOD, "M2", FAY, at=NOON)
    forged = draft.events[0].model_copy(update={"step": 2, "what": Sealed(is_without_manager=False, documents=())})
    with writing(plain.engine) as session:
        chain.append(session, draft, [forged])
    assert [b.what for b in verify(plain).broken] == ["it sealed a review that was not signed"]


def test_signed_document_that_is_gone_or_another_is_named(plain: Store) -> None:
    made = signed(plain)
    found = Reviews(plain).document(made.current)
    assert found is not None
    found[1].write_bytes(b"%PDF of somebody else")
    assert [(b.event, b.what) for b in verify(plain).broken] == [(7, "its document card.pdf was changed")]
    with pytest.raises(DamagedDocumentError, match="is another one now"):
        Reviews(plain).signed(made.current)
    found[1].unlink()
    assert [b.what for b in verify(plain).broken] == ["its document card.pdf is gone"]
    with pytest.raises(DamagedDocumentError, match="is gone"):
        Reviews(plain).signed(made.current)


def test_what_is_stored_of_an_event_is_what_was_said_and_no_more(plain: Store) -> None:
    signed(plain)
    with closing(sqlite3.connect(plain.frames.parent / "bookscore.db")) as raw:
        (details,) = raw.execute("select details from reviewevent where number = 3").fetchone()
    said = DISPUTED.model_dump(mode="json", exclude={"kind"})
    assert json.loads(details) == said
    assert set(said) == {"text", "accounts", "rows"}
    assert [e.kind for e in Reviews(plain).of(PERIOD, "M2").events][-2:] == [Kind.SIGNED, Kind.SEALED]
    assert Reviews(plain).of(PERIOD, "M2").current.signature(Part.MANAGER) is not None
