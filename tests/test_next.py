"""Can what a command says to type next be pasted, whatever people are called?"""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from restated import CANCELLED, company, exchange, put
from test_cli import Done, cli

from scoring.explain.names import word_for

BEGINNINGS = (
    "run {0} --period 2026-Q1 --as-of 2026-07-05",
    "diff previous last {0}",
    "diff previous last {0} --who m1",
    "restate 2026-Q1 {0} --as-of 2026-07-05",
    "explain m1 --folder {0}",
    "explain m1 --metric keep --folder {0}",
    "review start m1 {0} --by Dana --period 2026-Q1",
    "review list {0}",
    "review start m1 {0} --by Dana --period 2026-Q1",
    "review show m1 {0}",
    "review copy m1 {0} --dry-run",
)


@pytest.mark.parametrize("names", ["-Foo --all", "O'Brien -b", "m2 m1", "m2 Ann", "Ann ann"])
def test_what_is_told_to_type_next_is_done_and_of_the_same_manager(tmp_path: Path, names: str) -> None:
    folder = company(tmp_path / "-co")
    put(folder, "managers", "manager_id name\n" + "\n".join(map("{} {}".format, ("m1", "m2"), names.split())))
    assert cli("run", folder, "--period", "2026-Q1", "--as-of", "2026-04-05").code == 0
    exchange(folder, "contracts", *CANCELLED)
    for beginning in BEGINNINGS:
        for words, done in _pasted(beginning.format(folder).split()):
            if "start" not in words:
                assert done.code == 0, (words, done.err)
            if words[0] == "explain":
                assert cli("explain", "--json", *words[1:]).json["data"]["manager_id"] == "m1"


def _pasted(words: list[str]) -> Iterator[tuple[list[str], Done]]:
    """The command, and what is told to type next, twice."""
    for _ in range(3):
        done = cli(*words)
        yield words, done
        told = [line for line in done.err.splitlines() if line.startswith("Next: bookscore ")]
        if not told or " NAME" in told[-1]:
            return
        words = shlex.split(told[-1].removeprefix("Next: bookscore "))


def test_a_folder_that_begins_with_a_dash_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    company(tmp_path / "-co")
    monkeypatch.chdir(tmp_path)
    assert all(done.code == 0 for _, done in _pasted(["check", "--", "-co"]))
    assert cli("check", "--", "-co").err.splitlines()[-1] == "Next: bookscore run -- -co"


def test_what_is_typed_for_somebody_is_the_name_where_it_means_nobody_else() -> None:
    names = {"a": "b", "b": "Ann", "c": "Ann Lee", "d": "Jo (d)", "e": "jo"}
    assert {each: word_for(each, names) for each in names} == {"a": "a", "b": "Ann", "c": "Ann Lee", "d": "Jo (d)",
                                                              "e": "e"}  # fmt: skip
