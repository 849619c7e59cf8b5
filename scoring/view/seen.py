"""What does a person see of one run? Its cards and frames, less everything that is about others."""

from collections.abc import Callable, Collection, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

import polars as pl

from scoring import explain
from scoring.access import Sight
from scoring.calendar import business_day
from scoring.errors import BookscoreError, Problem
from scoring.explain import Evidence
from scoring.ledger.parents import topmost
from scoring.letters import bare
from scoring.scorecard.cards import Card
from scoring.store import READ
from scoring.store.refusals import MissingFrameError
from scoring.view.shelf import Shelf, ShelvedRun

V = TypeVar("V")

_MOST_FOUND = 50
_SELLER, _PARENT, _APPROVER = "seller_id", "parent_id", "approved_by"
_OF_NOBODY = (
    "period", "period_from", "period_to", "currency", "as_of", "goal", "rules_name", "rules_version", "rules_hash",
    "basis_sentence", "chance",
)  # fmt: skip


class NotVisibleError(BookscoreError):
    """There is no such thing, or it is not theirs to see: nobody is told which."""

    def __init__(self, what: str) -> None:
        super().__init__(f"there is no such {what}")


@dataclass(frozen=True, slots=True)
class Found:
    """A manager, or an account in a manager's book, that was searched for."""

    manager_id: str
    manager: str
    account_id: str | None
    account: str | None


class Seen:
    """A run as one person sees it."""

    def __init__(self, shelf: Shelf, held: ShelvedRun, sight: Sight) -> None:
        self.shelf, self._held, self.sight = shelf, held, sight

    @property
    def run_id(self) -> str:
        """The run's whole id."""
        return self._held.run.run_id

    @property
    def period(self) -> str:
        """The name of its period."""
        return self._held.run.period

    @cached_property
    def sealed_at(self) -> str | None:
        """When the run was sealed for its period, in ISO 8601; None where it is not, and another may take its place."""
        seal = self.shelf.store.sealed(self.period)
        return seal.sealed_at if seal is not None and seal.run_id == self.run_id else None

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The cards that are theirs to see, as they were stored."""
        return self.sight.of(self._held.cards)

    @cached_property
    def managers(self) -> frozenset[str]:
        """The managers whose cards these are."""
        return frozenset(card["manager_id"] for card in self.cards)

    @cached_property
    def teams(self) -> tuple[str, ...]:
        """The teams they see as a whole, in alphabetical order."""
        found = {card["team"] for card in self.cards if card["team"] and self.sight.sees_team(card["team"])}
        return tuple(sorted(found, key=lambda team: (bare(team), team)))

    @cached_property
    def accounts(self) -> frozenset[str]:
        """The accounts that are in the books of these managers."""
        return frozenset(self._book["account_id"])

    @cached_property
    def accounts_read(self) -> frozenset[str]:
        """The ids by which exports name these accounts: where parents pay, those of all whom they pay for as well."""
        if self.rules["settings"]["grain"] != "parent" or "accounts" not in self._held.read:
            return self.accounts
        tops = topmost(pl.read_parquet(self._held.read["accounts"]))
        return self.accounts.union(tops.filter(pl.col("top").is_in(list(self.accounts)))["account_id"])

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is true of the run and about nobody: period, as_of, engine, windows, basis, currency, rules, inputs."""
        names = ("run_id", "engine", "period", "as_of", "windows", "basis", "ownership", "currency", "inputs")
        return {name: self._held.summary[name] for name in names} | {"rules": self.rules}

    @property
    def rules(self) -> Mapping[str, Any]:
        """The rules of the run: name, hash and settings, with nobody's territory but those that are theirs to see."""
        rules: Mapping[str, Any] = self._held.summary["rules"]
        ownership = rules["settings"]["ownership"]
        own = {value: manager for value, manager in ownership["managers"].items() if manager in self.managers}
        if self.sight.is_everything or not ownership["managers"]:
            return rules
        return {**rules, "settings": {**rules["settings"], "ownership": {**ownership, "managers": own}}}

    def day(self, at: datetime) -> date:
        """The day on which the instant lies, by the time zone of the rules."""
        return business_day(at, self._held.summary["rules"]["settings"]["calendar"]["time_zone"])

    @property
    def summary(self) -> Mapping[str, Any]:
        """All that run.json says, for those who see everything. Raises NotVisibleError."""
        self._ask_for_everything("page")
        return self._held.summary

    @property
    def calendar(self) -> Mapping[str, Any]:
        """What is said of the company and is about nobody: its period, days, currency, goal and rules."""
        return {name: v for name, v in self._held.summary["company"].items() if name in _OF_NOBODY}

    @property
    def company(self) -> Mapping[str, Any]:
        """What is said of the company: all of it to those who see everything, else its calendar without a figure."""
        if self.sight.is_everything:
            company: Mapping[str, Any] = self._held.summary["company"]
            return company
        return {**self.calendar, "figures": (), "notes": ()}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the run. Raises NotVisibleError unless they see everything."""
        self._ask_for_everything("page")
        return self.shelf.store.problems(self.run_id)

    def card(self, manager_id: str) -> Card:
        """The card of a manager. Raises NotVisibleError."""
        card = self._held.by_manager.get(manager_id)
        if card is None or not self.sight.sees(card):
            raise NotVisibleError("manager")
        return card

    def holds(self, manager_id: str, account_id: str) -> bool:
        """Whether the account is in the book of the manager, and theirs to see."""
        return manager_id in self.managers and not self.book_of(manager_id, account_id).is_empty()

    def book_of(self, manager_id: str, account_id: str) -> pl.DataFrame:
        """What the book says of the account as the manager is credited with it: one row, or none."""
        return self.frame("book").filter((pl.col("manager_id") == manager_id) & (pl.col("account_id") == account_id))

    def team(self, name: str) -> tuple[Card, ...]:
        """The cards of a team. Raises NotVisibleError unless they see the whole of it."""
        cards = tuple(card for card in self._held.cards if card["team"] == name)
        if not cards or not self.sight.sees_team(name):
            raise NotVisibleError("team")
        return cards

    def frame(self, name: str) -> pl.DataFrame:
        """A frame of the run with the rows that are theirs to see.

        Rows of a manager are seen with the card, rows of an account with a book it is in, rows of a group (as in
        measures) with the group. Raises MissingFrameError where the run has no such frame.
        """
        whole = self.shelf.frame(self.run_id, name)
        if self.sight.is_everything:
            return whole
        return whole.filter(self._is_theirs(whole.columns, is_read=name.startswith(READ)))

    def figures(self, grain: str, whose: str, metrics: Collection[str]) -> pl.DataFrame:
        """The rows of `measures` of somebody at a grain, as far as they are theirs to see. Errors as above.

        They are looked up in the file, which is sorted by grain: it has a hundred rows for each account.
        """
        every = self.shelf.scan(self.run_id, "measures")
        its = every.filter(pl.col("grain") == grain, pl.col("id") == whose, pl.col("metric").is_in(list(metrics)))
        found = its.collect()
        return found if self.sight.is_everything else found.filter(self._is_theirs(found.columns))

    def _is_theirs(self, columns: Collection[str], *, is_read: bool = False) -> pl.Expr:
        """Whether a row of a frame with these columns is theirs to see, where they do not see everything."""
        if "manager_id" in columns:
            own = pl.col("manager_id").is_in(list(self.managers))
            if _APPROVER not in columns:
                return own
            return own | (pl.col("manager_id").is_null() & self._is_of_seen_account(is_read=is_read))  # for everybody
        if "grain" in columns:
            return self._is_of_seen_group()
        return self._is_of_seen_account(is_read=is_read) if "account_id" in columns else pl.lit(value=False)

    def _is_of_seen_account(self, *, is_read: bool) -> pl.Expr:
        return pl.col("account_id").is_in(list(self.accounts_read if is_read else self.accounts))

    def read(self, table: str, places: "pl.DataFrame") -> pl.DataFrame:
        """The rows of a table as the run read them, by origin_file and origin_row; empty where it kept none.

        `places` must come from frames that were seen: it says which rows are asked for.
        """
        kept = self._held.read
        if table not in kept:
            return pl.DataFrame()
        scanned = pl.scan_parquet(kept[table])
        keys = ["origin_file", "origin_row"]
        if not set(keys) <= set(scanned.collect_schema()):
            return pl.DataFrame()
        asked = places.select(keys).unique()
        near = scanned.filter(pl.col("origin_row").is_in(asked["origin_row"].implode()))  # so that little is read
        found = near.join(asked.lazy(), on=keys, how="semi").sort(keys).collect()
        return self.without_others(found)

    def without_others(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows without the ids of sellers, and of accounts that are parents, who are not theirs to see."""
        if self.sight.is_everything:
            return rows
        theirs = {_SELLER: self.managers, _PARENT: self.accounts_read}
        return rows.with_columns(
            pl.when(pl.col(name).is_in(list(ids))).then(pl.col(name)) for name, ids in theirs.items() if name in rows
        )

    def once(self, what: Hashable, make: Callable[[], V]) -> V:
        """What `make` makes of this run, kept for whoever sees the same of it.

        It must depend on nothing else than `what` and on what is seen, and nobody may change it.
        """
        return self.shelf.made((what, self.sight, self.run_id), make)

    def evidence(self, manager_id: str) -> Evidence:
        """What a manager's score is explained from, of nobody else. Raises NotVisibleError and UnexplainedError.

        Of accounts that others are credited with as well it holds what all together are credited with: no more than
        the account's own rows say.
        """
        card = self.card(manager_id)
        frames = {name: self.frame(name).lazy() for name in ("book", "movements", "lines", "compared")}
        with suppress(MissingFrameError):  # as in runs of former versions
            kinds = self.frame("account_kinds").lazy()
            frames |= {"account_kinds": kinds, "expectations": self.shelf.frame(self.run_id, "expectations").lazy()}
        whole = self.shelf.frame(self.run_id, "book").lazy().filter(pl.col("account_id").is_in(list(self.accounts)))
        return explain.of_stored(self._held.summary, (card,), frames, ends=explain.ends_of(whole))

    def search(self, words: str) -> tuple[Found, ...]:
        """Managers and accounts whose name or id has the words in it, managers first, both in alphabetical order."""
        wanted = bare(words)
        if not wanted:
            return ()
        names = {card["manager_id"]: card["name"] for card in self.cards}
        people = [Found(i, n, None, None) for i, n in names.items() if wanted in bare(n) or wanted in bare(i)]
        held = self._book.filter(pl.col("manager_id").is_in(list(names)))
        places = [
            Found(manager, names[manager], account, name)
            for account, manager, name in held.iter_rows()
            if wanted in bare(name) or wanted in bare(account)
        ]
        people.sort(key=lambda f: (bare(f.manager), f.manager_id))
        places.sort(key=lambda f: (bare(f.account or ""), f.account_id or "", f.manager_id))
        return (*people, *places)[:_MOST_FOUND]

    def account_names(self) -> dict[str, str]:
        """What the accounts in seen books are called, by id."""
        return {account: name for account, _, name in self._book.iter_rows()}

    @cached_property
    def _book(self) -> pl.DataFrame:
        """One row per account in a seen manager's book: account_id, manager_id and the account's name."""
        book = self.frame("book")
        name = pl.coalesce("account", "account_id") if "account" in book.columns else pl.col("account_id")
        return book.select("account_id", "manager_id", name.alias("account"))

    def _is_of_seen_group(self) -> pl.Expr:
        grain, whose = pl.col("grain"), pl.col("id")
        return (
            ((grain == "manager") & whose.is_in(list(self.managers)))
            | ((grain == "account") & whose.is_in(list(self.accounts)))
            | ((grain == "team") & whose.is_in(list(self.teams)))
        )

    def _ask_for_everything(self, what: str) -> None:
        if not self.sight.is_everything:
            raise NotVisibleError(what)
