"""Can a review be led from the command line, and does the manager take home all that was used about them?"""

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reviewed import PERIOD, computed
from sample_cards import HOSTILE
from test_cli import Done, cli
from test_review import FAY, SHARED, after

from adapters.files.matching import data_files
from scoring import demo
from scoring.access import Role, User
from scoring.cli.review.evidence import accounts
from scoring.reports.signed import signed_card
from scoring.review import Declined, Made, Signed
from scoring.store import Store, open_store
from scoring.store.reviewing import Reviews
from scoring.view import Shelf, View, account


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal so wide that no cell is broken."""
    monkeypatch.setenv("COLUMNS", "240")


REVIEWER = "Fay Finance"


@dataclass(frozen=True)
class World:
    """A made company that was run, with a sealed review of the manager with the largest book."""

    folder: Path
    manager_id: str
    name: str
    cards: list[dict[str, Any]]
    signed: Done

    def review(self, command: str, *more: str | Path) -> Done:
        return cli("review", command, self.name, self.folder, *more)


@pytest.fixture(scope="module")
def world(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("reviewed") / "demo"))
    assert cli("run", folder, "--set-aside", "--as-of", demo.AS_OF.isoformat(), "--json").code == 0
    store = open_store(folder)
    latest = store.latest()
    assert latest is not None
    cards = sorted(store.cards(latest.run_id), key=lambda card: -card["accounts"])
    store.close()
    made = World(folder, cards[0]["manager_id"], cards[0]["name"], list(cards), Done(0, "", ""))
    for command, *more in (
        ("start", "--by", REVIEWER),
        ("share", "--by", REVIEWER),
        ("dispute", "--by", made.name, "--text", HOSTILE.replace("\0", ""), "--row", "exports/crm/Account.csv:12"),
        ("decide", "--by", REVIEWER, "--outcome", "rejected", "--reason", "The export says otherwise."),
        ("sign", "--as", "manager", "--by", made.name.upper()),
    ):
        assert made.review(command, *more).code == 0, command
    return World(
        folder, made.manager_id, made.name, made.cards, made.review("sign", "--as", "reviewer", "--by", REVIEWER)
    )


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (("--account", "Nobody & Sons"), 'there is no account "Nobody & Sons"; there are 150 accounts'),
        (("--row", "Account.csv:12"), 'there is no export "Account.csv"; did you mean "exports/crm/Account.csv"?'),
        (
            ("--row", "x.csv:1"),
            'there is no export "x.csv"; the run read 13 files, as exports/billing/exchange_rates.csv',
        ),
        (("--row", "exports/crm/Account.csv:151"), "exports/crm/Account.csv has no row 151; its rows are 1 to 150"),
        (("--row", "exports/crm/Account.csv"), "is no row; write FILE:ROW, as exports/billing/exchange_rates.csv:12"),
    ],
)
def test_evidence_that_is_in_no_export_is_refused(world: World, evidence: tuple[str, str], sentence: str) -> None:
    found = world.review("dispute", "--by", world.name, "--text", "Not so.", *evidence)
    assert (found.code, found.out) == (2, "")
    assert sentence in found.err


def test_an_account_is_named_as_evidence_by_its_name_or_id(world: World) -> None:
    store = open_store(world.folder)
    run_id = store.runs()[0].run_id
    account, name = pl.read_parquet(store.read_by(run_id)["accounts"]).select("account_id", "name").row(0)
    assert accounts(store, run_id, [account, name]) == (account, account)
    store.close()


def test_second_signature_seals_and_prints_the_hash_to_write_down(world: World) -> None:
    assert world.signed.code == 0
    assert "sealed, signed by both" in world.signed.out
    store = open_store(world.folder)
    head = Reviews(store).head()
    store.close()
    assert str(head) in world.signed.out
    assert cli("verify", world.folder, "--review", str(head)[:12]).code == 0
    found = cli("verify", world.folder, "--review", "f" * 12)
    assert (found.code, "the reviews have no event ffffffffffff" in found.out) == (1, True)


def test_signed_pdf_is_kept_and_is_made_again_byte_for_byte(world: World, tmp_path: Path) -> None:
    written = world.review("pdf", "--out", tmp_path / "a.pdf", "--json")
    told = json.loads(written.out)["data"]
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    again = json.loads(world.review("pdf", "--again", "--json").out)["data"]
    assert again["is_same"]
    assert again["sha256"] == again["again"] == told["sha256"]
    assert re.fullmatch(r"bookscore \S+, words [0-9a-f]{12}, typst \S+, templates [0-9a-f]{12}", again["made_with"])


def test_pdf_that_comes_out_otherwise_is_told_with_both_hashes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "scoring.reports.signed.signed_card", lambda *_: Made("card.pdf", b"%PDF other", "another printer")
    )
    found = world.review("pdf", "--again")
    assert found.code == 1
    assert "Not the same" in found.out
    assert "this is another printer" in found.err


def test_signed_card_is_the_same_though_the_manager_has_another_name_by_now(world: World) -> None:
    declined = after(
        (Declined(reason="No answer", witness="Will"), FAY),
        (Signed(), FAY),
        at="2026-07-09T00:00:00+00:00",
        review=after((SHARED, FAY)),
    ).as_signed(1)
    card = world.cards[0]
    assert signed_card(card, declined) == signed_card(card, replace(declined, manager="Zoë Married"))


# ---- the manager's copy ----


@pytest.fixture(scope="module")
def copied(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the manager's copy."""
    place = tmp_path_factory.mktemp("copy")
    for name in ("a.zip", "b.zip"):
        assert world.review("copy", "--out", place / name).code == 0
    assert (place / "a.zip").read_bytes() == (place / "b.zip").read_bytes()
    with zipfile.ZipFile(place / "a.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_copy_holds_the_card_the_signed_pdf_the_rules_and_the_review(world: World, copied: dict[str, bytes]) -> None:
    assert json.loads(copied["card.json"]) == world.cards[0]
    assert world.name in copied["card.html"].decode()
    store = open_store(world.folder)
    review = Reviews(store).all()[0]
    assert copied["card.pdf"] == Reviews(store).signed(review.current)
    store.close()
    told = json.loads(copied["review.json"])
    assert [e["kind"] for e in told["versions"][0]["events"]] == [
        "started", "shared", "disputed", "decided", "signed", "signed", "sealed",
    ]  # fmt: skip
    assert json.loads(copied["rules.json"])["settings"]["rules"]
    assert sorted(json.loads(copied["contents.json"])) == sorted(set(copied) - {"contents.json"})


def test_copy_that_lies_beside_exports_is_none_of_them(world: World, copied: dict[str, bytes], tmp_path: Path) -> None:
    """Neither packed nor unpacked, though it holds rows of exports."""
    (tmp_path / "accounts.csv").write_bytes(copied["read/accounts.csv"])
    assert world.review("copy", "--out", tmp_path / "copy.zip").code == 0
    for name, content in copied.items():
        place = tmp_path / "unpacked" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    assert [name for _, name in data_files(tmp_path)] == ["accounts.csv"]
    with zipfile.ZipFile(tmp_path / "exports.zip", "w") as archive:
        archive.writestr("contents.json", "{}")
        archive.writestr("invoices.csv", "account_id")
    assert [name for _, name in data_files(tmp_path)] == ["accounts.csv", "exports.zip/invoices.csv"]


def test_copy_holds_every_row_that_was_used_about_them(world: World, copied: dict[str, bytes]) -> None:
    store = open_store(world.folder)
    frames = store.frames_of(store.runs()[0].run_id)
    store.close()
    own = pl.col("manager_id") == world.manager_id
    book = pl.read_parquet(frames["book"]).filter(own)
    for name in ("book", "movements", "compared"):
        assert len(rows(copied, f"used/{name}.csv")) == pl.read_parquet(frames[name]).filter(own).height > 0
    for name in ("lines", "read_contracts"):
        place = "read/contracts.csv" if name == "read_contracts" else f"used/{name}.csv"
        kept = pl.read_parquet(frames[name]).filter(pl.col("account_id").is_in(book["account_id"].to_list()))
        assert len(rows(copied, place)) == kept.height > 0
    assert sum(pl.Series([row["closing"] for row in rows(copied, "used/book.csv")]).cast(pl.Decimal(18, 4))) == sum(
        book["closing"]
    )


def test_copy_names_nobody_else(world: World, copied: dict[str, bytes]) -> None:
    """Neither another manager nor an account that nothing of is credited to them, but for who they report to."""
    store = open_store(world.folder)
    frames = {name: pl.read_parquet(path) for name, path in store.frames_of(store.runs()[0].run_id).items()}
    store.close()
    accounts, managers = frames["read_accounts"], frames["read_managers"]
    used = [
        f for n, f in frames.items() if not n.startswith("read_") and {"manager_id", "account_id"} <= set(f.columns)
    ]
    mine = {a for f in used for a in f.filter(pl.col("manager_id") == world.manager_id)["account_id"]}
    assert 0 < len(mine) < accounts.height / 2
    boss = next(r["reports_to"] for r in managers.iter_rows(named=True) if r["manager_id"] == world.manager_id)
    others = managers.filter(~pl.col("manager_id").is_in([world.manager_id, boss or ""]))
    foreign = accounts.filter(~pl.col("account_id").is_in(list(mine)))
    told = [others[name] for name in ("manager_id", "name", "email")] + [foreign["account_id"], foreign["name"]]
    canaries = {str(value) for column in told for value in column.drop_nulls()}
    assert len(canaries) > 100
    texts = {name: content.decode() for name, content in copied.items() if not name.endswith(".pdf")}
    assert [(name, canary) for name, text in texts.items() for canary in canaries if canary in text] == []


_FAMILY = {
    "managers.csv": "manager_id,name\nm1,Ann\nm2,Bo\n",
    "accounts.csv": "account_id,parent_id\ntop,\nchild,top\n",
    "ownership.csv": "account_id,manager_id\ntop,m1\nchild,m2\n",
    "contracts.csv": "line_id,account_id,amount,every,starts_on\n"
    "l1,top,9,month,2024-01-01\nl2,child,9,month,2024-01-01\n",
    "exclusions.csv": "account_id,starts_on,ends_on,reason\nchild,2025-01-01,2027-01-01,inherited\n",
}


@pytest.mark.parametrize(
    ("grain", "who", "parents", "lines"),
    [("account", "Bo", {"child": ""}, ["l2"]), ("parent", "Ann", {"child": "top", "top": ""}, ["l1", "l2"])],
)
def test_copy_follows_who_pays_and_names_no_parent_that_is_anothers(
    tmp_path: Path, grain: str, who: str, parents: dict[str, str], lines: list[str]
) -> None:
    rule = "rules: [{name: stay, metric: logo_retention, weight: 1}]"
    for name, text in {**_FAMILY, "rules.yaml": f"name: Test\ncurrency: EUR\ngrain: {grain}\n{rule}\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert cli("run", tmp_path, "--period", PERIOD, "--as-of", "2026-07-15", "--json").code == 0
    for command, *more in (("start", "--by", REVIEWER), ("share", "--by", REVIEWER), ("copy", "--out", tmp_path / "c")):
        assert cli("review", command, who, tmp_path, *more).code == 0
    with zipfile.ZipFile(tmp_path / "c") as archive:
        made = {name: archive.read(name) for name in archive.namelist()}
    assert {row["account_id"]: row["parent_id"] for row in rows(made, "read/accounts.csv")} == parents
    assert [row["line_id"] for row in rows(made, "read/contracts.csv")] == lines
    assert [row["account_id"] for row in rows(made, "read/exclusions.csv")] == ["child"]


def test_account_that_pays_for_others_names_them_at_their_rows(tmp_path: Path) -> None:
    rules = "name: Test\ncurrency: EUR\ngrain: parent\nrules: [{name: stay, metric: logo_retention, weight: 1}]\n"
    for name, text in {**_FAMILY, "rules.yaml": rules}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert cli("run", tmp_path, "--period", PERIOD, "--as-of", "2026-07-15", "--json").code == 0
    store = open_store(tmp_path)
    found = account(View(Shelf(store), User("all", "", "", Role.LEADER)).run(PERIOD), "m1", "top")
    store.close()
    assert [(row.read["line_id"], row.read.get("account_id")) for row in found.rows] == [("l1", None), ("l2", "child")]


def test_copy_holds_no_formula(copied: dict[str, bytes]) -> None:
    cells = (str(v) for name in copied if name.endswith(".csv") for row in rows(copied, name) for v in row.values())
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def rows(copied: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(copied[name].decode())))


# ---- commands ----


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which two managers were run, Zoë and Ann."""
    store = open_store(tmp_path)
    computed(store, "a")
    store.close()
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    made = open_store(folder)
    yield made
    made.close()


def test_every_command_says_what_comes_next(folder: Path) -> None:
    assert cli("review", "list", folder).err == f"Next: bookscore review start NAME {folder} --by NAME\n"
    begun = cli("review", "start", "zoe", folder, "--by", REVIEWER)
    assert begun.out.splitlines()[1] == "Zoë, 2026-Q2, version 1: draft, not shared yet."
    assert begun.err == f"Next: bookscore review share 'Zoë' {folder} --by NAME --period 2026-Q2\n"
    shared = cli("review", "share", "Zoë", folder, "--by", REVIEWER, "--answer-by", "2099-01-01")
    assert "shared, to be answered by 2099-01-01" in shared.out
    shown = cli("review", "show", "M2", folder)
    assert "Possible now: comment (reviewer or manager), dispute (manager), sign (reviewer or manager)." in shown.err
    listed = cli("review", "list", folder)
    assert listed.code == 0
    assert "shared, to be answered by 2099-01-01" in listed.out


def test_refusal_says_why_what_is_possible_and_ends_with_2(folder: Path) -> None:
    cli("review", "start", "Zoë", folder, "--by", REVIEWER)
    refused = cli("review", "sign", "Zoë", folder, "--as", "reviewer", "--by", "zoe")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "zoe (reviewer) cannot sign the review of Zoë for 2026-Q2: nobody reviews themselves; possible now: share (a "
        f"reviewer), comment (a reviewer)\nNext: bookscore review show 'Zoë' {folder} --period 2026-Q2\n"
    )
    told = json.loads(cli("review", "sign", "Zoë", folder, "--as", "reviewer", "--by", "Fay", "--json").out)
    assert (told["ok"], "not shared with Zoë yet" in told["problems"][0]["what"]) == (False, True)


def test_stale_review_is_refused_with_both_hashes_until_it_is_rebased(folder: Path, store: Store) -> None:
    cli("review", "start", "Zoë", folder, "--by", REVIEWER)
    computed(store, "b", score=50.0)
    refused = cli("review", "share", "Zoë", folder, "--by", REVIEWER)
    assert refused.code == 2
    assert "run aaaaaaaaaaaa (card" in refused.err
    assert "run bbbbbbbbbbbb (card" in refused.err
    assert "another run is published" in cli("review", "list", folder).out
    told = cli("review", "show", "Zoë", folder).err
    assert told.endswith(f"Next: bookscore review rebase 'Zoë' {folder} --by NAME --period 2026-Q2\n")
    rebased = cli("review", "rebase", "Zoë", folder, "--by", REVIEWER)
    assert "version 2: draft" in rebased.out
    assert "left for a newer version" in cli("review", "show", "Zoë", folder, "--version", "1").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("show", "Zoë"), "there is no review of Zoë"), (("start", "Nobody", "--by", "Fay"), 'no manager "Nobody"'),
     (("start", "Zoë", "--by", "Fay", "--period", "2020-Q1"), 'there is no run "2020-Q1"'),
     (("start", "Zoë", "--by", " "), "--by"), (("start", "Zoë"), "--by"),
     (("sign", "Zoë", "--by", "Fay"), "--as")],
)  # fmt: skip
def test_what_is_not_there_or_not_said_is_told_and_ends_with_2(
    folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    command, who, *more = arguments
    found = cli("review", command, who, folder, *more)
    assert (found.code, told in found.err) == (2, True), found.err


def test_dry_run_writes_nothing(folder: Path, store: Store) -> None:
    would = json.loads(cli("review", "start", "Zoë", folder, "--by", REVIEWER, "--dry-run", "--json").out)["data"]
    assert (would["state"], would["is_written"]) == ("draft", False)
    assert Reviews(store).all() == ()


def test_step_that_was_seen_is_held_against_the_last_one(folder: Path) -> None:
    cli("review", "start", "Zoë", folder, "--by", REVIEWER)
    cli("review", "comment", "Zoë", folder, "--as", "reviewer", "--by", "Gus", "--text", "Wait for Cedar")
    late = cli("review", "share", "Zoë", folder, "--by", REVIEWER, "--after", "1")
    assert late.code == 2
    assert "at step 2 Gus commented: Wait for Cedar; nothing was written" in late.err


def test_version_that_is_not_sealed_has_nothing_to_make_again(folder: Path) -> None:
    cli("review", "start", "Zoë", folder, "--by", REVIEWER)
    found = cli("review", "pdf", "Zoë", folder, "--again")
    assert (found.code, "is not sealed" in found.err) == (2, True)


def test_manager_who_does_not_sign_is_recorded_and_the_seal_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.reports.signed.signed_card", lambda *_: Made("card.pdf", b"%PDF", "a printer"))
    cli("review", "start", "Zoë", folder, "--by", REVIEWER)
    late = cli("review", "share", "Zoë", folder, "--by", REVIEWER, "--answer-by", "2020-01-01")
    assert (late.code, "2020-01-01 is over" in late.err) == (2, True)
    cli("review", "share", "Zoë", folder, "--by", REVIEWER, "--answer-by", "2099-01-01")
    monkeypatch.setattr("scoring.cli.review.reviewed.now", lambda: datetime(2099, 1, 2, tzinfo=UTC))
    with monkeypatch.context() as west:
        west.setattr("scoring.store.reviewing.chain._zone_of", lambda *_: "America/Los_Angeles")
        for told in ("show", "Zoë"), ("list",):
            assert "shared, to be answered by 2099-01-01" in cli("review", *told, folder).out
        shown = json.loads(cli("review", "show", "Zoë", folder, "--json").out)["data"]
        assert "decline" not in {each["do"] for each in shown["possible"]}
    assert "shared, no answer by 2099-01-01" in cli("review", "show", "Zoë", folder).out
    declined = ("decline", "Zoë", folder, "--by", REVIEWER, "--reason", "No answer to two letters")
    assert "a second person" in cli("review", *declined, "--witness", REVIEWER).err
    assert cli("review", *declined, "--witness", "Will").code == 0
    sealed = cli("review", "sign", "Zoë", folder, "--as", "reviewer", "--by", REVIEWER)
    assert "sealed without the manager's signature" in sealed.out
    shown = json.loads(cli("review", "show", "Zoë", folder, "--json").out)["data"]
    assert shown["state"] == "sealed_without_manager"
    assert shown["versions"][0]["signed"]["manager"] is None
    assert shown["possible"] == [{"do": "reopen", "by": ["reviewer"]}]
    assert cli("review", "reopen", "Zoë", folder, "--by", REVIEWER, "--reason", "She is back").code == 0
    assert PERIOD in cli("review", "list", folder).out
