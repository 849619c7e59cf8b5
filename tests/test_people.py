"""Do rights, links, sessions and the audit log hold what they promise, on SQLite and PostgreSQL?"""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from scoring.access import Role
from scoring.store import Store, open_store, people, verify
from scoring.store.database import writing
from scoring.store.people import Lasting, UserRecord
from scoring.store.people.refusals import DisabledUserError, KnownUserError, NotAUserError, UnknownUserError

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
KEPT, OTHER = "$argon2id$kept", "$argon2id$other"
LASTING = Lasting(idle=2 * HOUR, at_most=12 * HOUR)
ANN = {"email": "ann@example.com", "name": "Ann", "role": Role.LEADER}
BO = {"email": "bo@example.com", "name": "Bo", "role": Role.MANAGER, "manager_id": "M1"}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/people.db" if request.param == "sqlite" else request.getfixturevalue("postgres")()
    opened = open_store(url, frames=tmp_path / "frames")
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Store]:
    """A store on SQLite, where the database makes no difference."""
    opened = open_store(f"sqlite:///{tmp_path}/people.db")
    yield opened
    opened.close()


def added(store: Store, said: dict[str, Any] = ANN) -> UserRecord:
    return people.add_user(store, said, at=NOON)


def signed_in(store: Store, user: UserRecord, at: datetime = NOON) -> str:
    token = people.begin(store, user.user_id, way="password", at=at)
    assert token is not None
    return token


def who(store: Store, token: str, at: datetime = NOON) -> str | None:
    found = people.whose(store, token, at=at, lasting=LASTING)
    return None if found is None else found.name


def actions(store: Store) -> list[str]:
    return [entry.action for entry in reversed(people.entries(store))]


# ---- users ----


def test_user_is_added_without_a_password_and_found_however_the_address_is_typed(store: Store) -> None:
    ann = added(store)
    assert (ann.has_password, ann.role, ann.user.is_writing) == (False, Role.LEADER, True)
    found = people.user_by_mail(store, "  Ann@Example.COM ")
    assert found == ann
    assert people.password_hash(store, "ann@example.com") is None
    assert people.users(store) == (ann,)


def test_two_users_cannot_have_the_same_address(file: Store) -> None:
    added(file)
    with pytest.raises(KnownUserError, match=r"there is a user ann@example\.com already"):
        added(file, {**ANN, "email": "ANN@example.com"})
    added(file, BO)
    with pytest.raises(KnownUserError):
        people.change_user(file, "bo@example.com", {"email": "ann@example.com"}, at=NOON)
    assert len(people.users(file)) == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"email": "ann"}, "email: is no e-mail address"),
        ({"email": "ann@example.com, eve@example.com"}, "email: is no e-mail address"),
        (
            {"email": "\u0430nn@example.com"},
            "email: is no e-mail address of plain letters",
        ),  # the first letter is Cyrillic
        ({"email": "\u212aim@example.com"}, "email: is no e-mail address"),  # a Kelvin sign, small it is a k
        ({"name": ""}, "name: "),
        ({"name": "Ann\u202egnp.exe"}, "name: has blanks at an end, or signs that cannot be printed"),
        ({"name": "A" * 201}, "name: "),
        ({"role": "owner"}, "role: "),
        ({"role": Role.DIRECTOR}, "a director answers for teams"),
        ({"teams": ("North",)}, "teams are for directors; a leader has none"),
        ({"role": Role.MANAGER}, "a manager sees their own card: say which with --manager"),
        ({"score": 100}, "score: "),
    ],
)
def test_what_cannot_be_said_of_a_user_is_refused_in_words(file: Store, said: dict[str, Any], why: str) -> None:
    with pytest.raises(NotAUserError, match=why):
        added(file, {**ANN, **said})
    assert people.users(file) == ()


def test_name_with_markup_and_quotes_is_kept_as_it_is(store: Store) -> None:
    name = """Zoë O'Neil "<b>" {{7*7}} =1+1; DROP TABLE userrow--"""
    added(store, {**ANN, "name": name})
    assert people.users(store)[0].name == name


def test_nobody_is_changed_disabled_or_given_a_link_who_is_not_there(file: Store) -> None:
    for act in (people.disable_user, people.enable_user, people.make_link):
        with pytest.raises(UnknownUserError, match=r'there is no user "eve@example\.com"'):
            act(file, "eve@example.com", at=NOON)
    with pytest.raises(UnknownUserError):
        people.change_user(file, "eve@example.com", {}, at=NOON)


# ---- sessions ----


def test_session_is_over_at_sign_out_and_its_cookie_is_worth_nothing_afterwards(file: Store) -> None:
    token = signed_in(file, added(file))
    assert who(file, token) == "Ann"
    people.end(file, token, at=NOON)
    assert who(file, token) is None
    assert who(file, "another") is None


def test_signing_in_gives_a_new_secret_and_ends_the_session_before(file: Store) -> None:
    ann = added(file)
    first = signed_in(file, ann)
    second = people.begin(file, ann.user_id, way="password", at=NOON, replaces=first)
    assert second not in (None, first)
    assert (who(file, first), who(file, str(second))) == (None, "Ann")


def test_session_ends_when_it_is_not_used_and_after_half_a_day_at_the_latest(file: Store) -> None:
    token = signed_in(file, added(file))
    assert who(file, token, NOON + 2 * HOUR - MINUTE) == "Ann"  # which is noted
    assert who(file, token, NOON + 4 * HOUR - 2 * MINUTE) == "Ann"
    assert who(file, token, NOON + 6 * HOUR) is None
    token = signed_in(file, people.users(file)[0])
    for hours in range(12):
        assert who(file, token, NOON + hours * HOUR) == "Ann"
    assert who(file, token, NOON + 12 * HOUR) is None


def test_clock_that_ran_ahead_leaves_no_session_that_does_not_end_and_locks_nobody_out(file: Store) -> None:
    ann, ahead = added(file), NOON + 300 * 24 * HOUR
    token = people.begin(file, ann.user_id, way="password", at=ahead)
    assert token is not None
    assert (who(file, token, ahead), who(file, token, NOON)) == ("Ann", None)
    now = people.begin(file, ann.user_id, way="password", at=NOON)
    assert (who(file, now or "", NOON + HOUR), who(file, token, ahead)) == ("Ann", None), "what is over is forgotten"
    assert people.attempt(file, {"account ann": 1}, at=ahead) is None
    assert people.attempt(file, {"account ann": 1}, at=NOON) is None
    assert people.attempt(file, {"account ann": 1}, at=NOON - MINUTE) == 16 * MINUTE  # put back a little, it counts


@pytest.mark.parametrize(
    "change",
    [
        {"role": Role.AUDITOR},
        {"manager_id": "M7"},
        {"email": "a.new@example.com"},
        {"role": Role.DIRECTOR, "teams": ["N"]},
    ],
)
def test_change_of_what_somebody_may_see_signs_them_out_at_once(file: Store, change: dict[str, Any]) -> None:
    token = signed_in(file, added(file))
    people.change_user(file, "ann@example.com", {"name": "Anna"}, at=NOON)
    assert who(file, token) == "Anna"
    people.change_user(file, "ann@example.com", change, at=NOON)
    assert who(file, token) is None


def test_who_is_disabled_is_out_at_once_and_cannot_come_in_by_any_way(store: Store) -> None:
    ann = added(store)
    link = people.make_link(store, "ann@example.com", at=NOON)
    people.use_link(store, link, password_hash=KEPT, at=NOON)
    token, unused = signed_in(store, ann), people.make_link(store, "ann@example.com", at=NOON)
    assert people.disable_user(store, "ann@example.com", at=NOON).disabled_at is not None
    assert who(store, token) is None
    assert people.begin(store, ann.user_id, way="password", at=NOON) is None
    assert people.use_link(store, unused, password_hash=OTHER, at=NOON) is None
    assert people.password_hash(store, "ann@example.com") is None
    assert people.user_by_mail(store, "ann@example.com") is None
    assert people.user_of_provider(store, "ann@example.com", "issuer 1", at=NOON) is None
    with pytest.raises(DisabledUserError, match=r"bookscore users enable ann@example\.com"):
        people.make_link(store, "ann@example.com", at=NOON)
    enabled = people.enable_user(store, "ann@example.com", at=NOON)
    assert (enabled.disabled_at, enabled.has_password, who(store, token)) == (None, False, None)


def test_somebody_else_who_is_given_the_address_at_the_provider_does_not_get_in(file: Store) -> None:
    added(file)
    first = people.user_of_provider(file, "Ann@example.com", "https://id.example.com 17", at=NOON)
    assert first is not None
    assert people.user_of_provider(file, "ann@example.com", "https://id.example.com 17", at=NOON) == first
    assert people.user_of_provider(file, "ann@example.com", "https://id.example.com 99", at=NOON) is None


# ---- one-time links ----


def test_link_sets_a_password_once_and_looking_at_it_does_not_use_it_up(store: Store) -> None:
    ann = added(store)
    token = people.make_link(store, "ann@example.com", at=NOON)
    old = signed_in(store, ann)
    assert people.link_owner(store, token, at=NOON) == people.link_owner(store, token, at=NOON) == ann
    used = people.use_link(store, token, password_hash=KEPT, at=NOON)
    assert used is not None
    assert used.has_password
    assert people.password_hash(store, "ann@example.com") == KEPT
    assert who(store, old) is None
    assert people.use_link(store, token, password_hash=OTHER, at=NOON) is None
    assert people.link_owner(store, token, at=NOON) is None
    assert people.password_hash(store, "ann@example.com") == KEPT


def test_link_works_for_72_hours_and_a_newer_one_makes_it_void(file: Store) -> None:
    added(file)
    token = people.make_link(file, "ann@example.com", at=NOON)
    assert people.link_owner(file, token, at=NOON + 72 * HOUR - MINUTE) is not None
    assert people.link_owner(file, token, at=NOON + 72 * HOUR) is None
    newer = people.make_link(file, "ann@example.com", at=NOON + HOUR)
    assert people.link_owner(file, token, at=NOON + HOUR) is None
    assert people.link_owner(file, newer, at=NOON + HOUR) is not None


def test_link_that_was_sent_to_another_address_is_void(file: Store) -> None:
    added(file)
    token = people.make_link(file, "ann@example.com", at=NOON)
    people.change_user(file, "ann@example.com", {"name": "Anna"}, at=NOON)
    assert people.link_owner(file, token, at=NOON) is not None
    people.change_user(file, "ann@example.com", {"email": "anna@example.com"}, at=NOON)
    assert people.link_owner(file, token, at=NOON) is None
    assert people.use_link(file, token, password_hash=KEPT, at=NOON) is None


def test_nothing_in_the_database_signs_anybody_in(file: Store, tmp_path: Path) -> None:
    ann = added(file)
    secrets = [people.make_link(file, "ann@example.com", at=NOON), signed_in(file, ann)]
    people.attempt(file, {"account my password, typed into the wrong field": 5}, at=NOON)
    file.close()
    held = b"".join(path.read_bytes() for path in tmp_path.glob("people.db*"))
    assert b"ann@example.com" in held
    assert not [secret for secret in [*secrets, "my password"] if secret.encode() in held]


def test_database_is_readable_by_nobody_else_on_the_machine(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/wide/open.db").close()
    (tmp_path / "wide").chmod(0o755)
    assert (tmp_path / "wide/open.db").stat().st_mode & 0o077 == 0


# ---- attempts ----


def test_attempts_are_counted_by_account_and_by_address_and_the_wait_is_told(store: Store) -> None:
    limits = {"account ann": 3, "address 10.0.0.1": 5}
    for n in range(3):
        assert people.attempt(store, limits, at=NOON + n * MINUTE) is None
    assert people.attempt(store, limits, at=NOON + 3 * MINUTE) == 12 * MINUTE
    others = {"account bo": 3, "address 10.0.0.1": 5}
    assert people.attempt(store, others, at=NOON + 3 * MINUTE) is None
    assert people.attempt(store, others, at=NOON + 4 * MINUTE) is None
    assert people.attempt(store, {"account cy": 3, "address 10.0.0.1": 5}, at=NOON + 5 * MINUTE) == 10 * MINUTE
    assert people.attempt(store, {"account cy": 3, "address 10.0.0.2": 5}, at=NOON + 5 * MINUTE) is None
    assert people.attempt(store, limits, at=NOON + 15 * MINUTE) is None


def test_success_forgets_the_failures_of_the_account_but_not_those_of_the_address(file: Store) -> None:
    limits = {"account ann": 3, "address 10.0.0.1": 4}
    for account in ("ann", "bo", "ann"):
        people.attempt(file, {f"account {account}": 3, "address 10.0.0.1": 4}, at=NOON)
    people.succeeded(file, account="account ann", address="address 10.0.0.1")
    assert people.attempt(file, limits, at=NOON) is None  # the third from the address that counts
    assert people.attempt(file, limits, at=NOON) is None
    assert people.attempt(file, limits, at=NOON) is not None  # of the account it would be the third


def test_many_attempts_at_once_are_not_more_than_one_after_another(store: Store) -> None:
    let_through: list[bool] = []

    def one() -> None:
        let_through.append(people.attempt(store, {"account ann": 4}, at=NOON) is None)

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(let_through) == [False] * 8 + [True] * 4


# ---- the audit log ----


def test_everything_that_is_done_to_users_is_in_the_log_with_who_and_what(store: Store) -> None:
    ann, bo = added(store), added(store, BO)
    people.use_link(store, people.make_link(store, BO["email"], at=NOON), password_hash=KEPT, at=NOON)
    token = signed_in(store, bo)
    people.change_user(store, BO["email"], {"manager_id": "M2"}, at=NOON, by=ann.user_id)
    people.end(store, token, at=NOON)  # which is over already
    people.disable_user(store, BO["email"], at=NOON, by=ann.user_id)
    assert actions(store) == [
        "added user", "added user", "made link", "set password", "signed in", "changed user", "disabled user",
    ]  # fmt: skip
    changed = people.entries(store)[1]
    assert (changed.user_id, changed.subject) == (ann.user_id, "bo@example.com")
    assert (changed.told["was"]["manager_id"], changed.told["is"]["manager_id"]) == ("M1", "M2")
    assert [e.action for e in people.entries(store, by=bo.user_id)] == ["signed in", "set password"]
    assert KEPT not in "".join(entry.details for entry in people.entries(store))


def test_who_looks_again_within_the_hour_is_noted_once(store: Store) -> None:
    def seen(at: datetime, subject: str = "card M1", **details: Any) -> bool:
        return people.note_seen(store, by="u1", subject=subject, at=at, details=details)

    assert seen(NOON, run="abc")
    assert not seen(NOON + 59 * MINUTE, run="abc")
    assert seen(NOON + 59 * MINUTE, run="def")
    assert seen(NOON + 59 * MINUTE, "card M2", run="abc")
    assert seen(NOON + HOUR, run="abc")
    assert not seen(NOON + HOUR, run="abc")
    assert len(people.entries(store, by="u1")) == 4


def test_change_that_fails_leaves_no_entry_and_an_entry_that_fails_no_change(file: Store) -> None:
    added(file)

    def both() -> None:
        with writing(file.engine) as session:
            people.add_entry(session, by="", action="changed user", subject="ann", at=NOON)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        both()
    with file.engine.begin() as connection:
        connection.execute(text("DROP TABLE audithead"))
    with pytest.raises(Exception, match="audithead"):
        people.disable_user(file, "ann@example.com", at=NOON)
    assert people.users(file)[0].disabled_at is None
    assert actions(file) == ["added user"]


def test_log_that_nobody_touched_is_whole_and_its_entries_can_be_held_against_it(store: Store) -> None:
    for n in range(5):
        people.note(store, by="u1", action="exported", subject=f"league {n}", at=NOON + n * MINUTE)
    found = verify(store)
    assert (found.broken, found.entries) == ((), 5)
    newest, *_, first = people.entries(store)
    assert found.log_head == newest.sha256
    assert verify(store, entry=first.sha256[:12].upper()).broken == ()
    assert [b.what for b in verify(store, entry="0123456789abcdef").broken] == [
        "the audit log has no entry 0123456789ab"
    ]


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("UPDATE auditentry SET details = '{}' WHERE number = 2", "entry 2 of the audit log was changed"),
        ("UPDATE auditentry SET user_id = 'u2' WHERE number = 3", "entry 3 of the audit log was changed"),
        ("UPDATE auditentry SET at = 'yesterday' WHERE number = 3", "entry 3 of the audit log was changed"),
        ("DELETE FROM auditentry WHERE number = 2", "entry 2 of the audit log is missing"),
        ("DELETE FROM auditentry WHERE number = 4", "the audit log does not end where it should"),
        ("DELETE FROM auditentry", "the audit log does not end where it should"),
        ("DELETE FROM audithead", "the audit log does not end where it should"),
    ],
)
def test_entry_that_was_changed_or_removed_is_named(file: Store, done: str, told: str) -> None:
    for n in range(4):
        people.note(file, by="u1", action="exported", subject=f"league {n}", at=NOON, details={"run": "abc"})
    with file.engine.begin() as connection:
        connection.execute(text(done))
    assert verify(file).broken[0].what.startswith(told)


def test_entry_that_was_made_again_with_its_hash_does_not_fit_the_one_behind_it(file: Store) -> None:
    from scoring.store.records import link_sha256

    for n in range(3):
        people.note(file, by="u1", action="exported", subject=f"league {n}", at=NOON)
    forged = people.entries(file)[1].model_copy(update={"user_id": "u2"})
    values = {"sha": link_sha256(forged.model_dump())}
    with file.engine.begin() as connection:
        connection.execute(text("UPDATE auditentry SET user_id = 'u2', sha256 = :sha WHERE number = 2"), values)
    assert verify(file).broken[0].what.startswith("entry 3 of the audit log does not follow the one before")
