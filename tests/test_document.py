"""What does a YAML file of ours become, and what is said about everything that is wrong with it?"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from scoring.document import did_you_mean, dump_schema, load
from scoring.errors import ProblemsFoundError


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Renamed(Settings):
    column: str
    plus_days: int = 0


class Joined(Settings):
    join: list[str]
    with_: str = Field(" ", alias="with")


def which(value: object) -> str:
    return "join" if isinstance(value, dict) and "join" in value else "column"


Told = Annotated[
    Annotated[Renamed, Tag("column")] | Annotated[Joined, Tag("join")],
    Discriminator(which),
]


class Source(Settings):
    file: str
    kind: Literal["contracts", "invoices"] = "contracts"
    columns: dict[str, str | Renamed | Joined] = {}
    told: dict[str, Told] = {}
    constants: dict[str, str] = {}
    rows: int | None = None


class Sources(Settings):
    time_zone: str = "UTC"
    share: float = 1.0
    files: tuple[Source, ...] = ()


def loaded(folder: Path, text: str | bytes) -> Sources:
    path = folder / "sources.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, Sources)


def said(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(ProblemsFoundError) as caught:
        loaded(folder, text)
    return [str(p) for p in caught.value.problems]


def test_a_good_file_becomes_a_frozen_model(tmp_path: Path) -> None:
    text = """
        # a comment
        time_zone: Europe/Berlin
        files:
          - file: crm/*.csv
            columns: {id: Id, ends_on: {column: End, plus_days: 1}, name: {join: [A, B], with: "-"}}
    """
    sources = loaded(tmp_path, text)
    assert sources.time_zone == "Europe/Berlin"
    assert sources.files[0].columns == {
        "id": "Id",
        "ends_on": Renamed(column="End", plus_days=1),
        "name": Joined(join=["A", "B"], **{"with": "-"}),
    }


def test_words_are_read_by_yaml_1_2(tmp_path: Path) -> None:
    words = "country: NO, is_open: yes, at: 1:30, on: 2026-04-01, zip: '010', 7: y"
    text = f"files: [{{file: x, constants: {{{words}}}}}]"
    constants = loaded(tmp_path, text).files[0].constants
    assert constants == {
        "country": "NO", "is_open": "yes", "at": "1:30", "on": "2026-04-01", "zip": "010", "7": "y",
    }  # fmt: skip


@pytest.mark.parametrize("word", ["010", "-007", "1e3", "0x1F", "0o17", ".nan", "-.INF", "1" + "0" * 400])
def test_numbers_that_programs_read_differently_are_refused(tmp_path: Path, word: str) -> None:
    (line,) = said(tmp_path, f"time_zone: UTC\nshare: {word}")
    assert line.startswith("sources.yaml:2: share ")
    assert "put it in quotes if it is a name" in line


def test_everything_is_reported_at_once_with_its_line(tmp_path: Path) -> None:
    text = """\
time_zon: UTC
share: "1"
files:
  - file: a.csv
    kind: contract
    rows: true
  - kind: invoices
    colums: {}
    file: a.csv
    file: b.csv
  - {file: c.csv, constants: {code: 010}}
shares: .nan
"""
    assert said(tmp_path, text) == [
        'sources.yaml:1: no setting "time_zon"; did you mean "time_zone"?',
        'sources.yaml:2: share must be a number: "1"; write 1 without quotes',
        'sources.yaml:5: file a.csv: kind must be contracts or invoices: "contract"; did you mean "contracts"?',
        'sources.yaml:6: file a.csv: rows must be a whole number: "true"; write digits, such as 30',
        'sources.yaml:8: file a.csv: no setting "colums"; did you mean "columns"?',
        "sources.yaml:10: file a.csv: file is a duplicate; line 9 has it too; keep one",
        "sources.yaml:11: file c.csv: constants.code has a leading zero, which programs read differently: "
        '"010"; write an ordinary number, or put it in quotes if it is a name',
        'sources.yaml:12: shares is not a finite number: ".nan"; '
        "write an ordinary number, or put it in quotes if it is a name",
    ]


def test_a_problem_carries_file_line_path_and_value(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFoundError) as caught:
        loaded(tmp_path, "files:\n  - file: a.csv\n    rows: many\n")
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column, problem.value) == (
        "sources.yaml", 3, "files.a.csv.rows", "many",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("{colum: End}", 'columns.x: no setting "columns.x.colum"; did you mean "column"?'),
        ("{column: 3}", 'columns.x.column must be text: "3"; put it in quotes'),
        ("{join: A}", 'columns.x.join must be a list: "A"; begin each entry with a dash'),
        ("3", 'columns.x must be text or a mapping of settings: "3"'),
    ],
)
def test_of_several_forms_only_the_likeliest_is_judged(tmp_path: Path, columns: str, expected: str) -> None:
    (line,) = said(tmp_path, f"files:\n  - file: a.csv\n    columns:\n      x: {columns}\n")
    assert line == f"sources.yaml:4: file a.csv: {expected.removeprefix('columns.x: ')}"


def test_a_form_may_be_called_like_one_of_its_settings(tmp_path: Path) -> None:
    text = "files:\n  - file: a\n    told:\n      x: {column: A, plus_day: 1}\n      y: {join: [A, 2]}\n"
    assert said(tmp_path, text) == [
        'sources.yaml:4: file a: no setting "told.x.plus_day"; did you mean "plus_days"?',
        'sources.yaml:5: file a: told.y.join 2 must be text: "2"; put it in quotes',
    ]


def test_a_missing_setting_is_reported_where_it_belongs(tmp_path: Path) -> None:
    assert said(tmp_path, "files:\n  - file: a\n  - rows: 1\n") == ["sources.yaml:3: file 2: file is missing; add it"]


def test_a_misspelt_setting_is_not_reported_as_missing_too(tmp_path: Path) -> None:
    assert said(tmp_path, "files:\n  - fil: a\n") == ['sources.yaml:2: file 1: no setting "fil"; did you mean "file"?']


def test_names_of_python_are_no_settings(tmp_path: Path) -> None:
    (line,) = said(tmp_path, "files: [{file: a, columns: {x: {join: [A], with_: b}}}]")
    assert 'no setting "columns.x.with_"; did you mean "with"?' in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "sources.yaml: the file is empty"),
        ("# only a comment\n", "sources.yaml: the file is empty"),
        ("just text\n", "sources.yaml:1: the document must be a mapping of settings"),
        ("- a\n- b\n", "sources.yaml:1: the document must be a mapping of settings"),
        ("share: 1\n---\nshare: 2\n", "sources.yaml:2: a second document begins here"),
        ("share: &a 1\n", "sources.yaml:1: share has an anchor (&)"),
        ("share: 1\ntime_zone: *a\n", "sources.yaml:2: time_zone is an alias (*)"),
        ("share: !Env HOME\n", "sources.yaml:1: share has a tag (!)"),
        ('share: !!python/object/apply:os.system ["x"]\n', "sources.yaml:1: share has a tag (!)"),
        ("files: [{<<: {file: a}, file: b}]\n", "sources.yaml:1: file b merges other settings (<<)"),
        ("files:\n\t- file: a\n", "sources.yaml:2: a tab stands in the line"),
        ("share: 1\n# caf\xe9\n".encode("latin-1"), "sources.yaml:2: the encoding is not UTF-8"),
        ("share: 1\n# \x07\n", "sources.yaml:2: the file holds a control character"),
        ('time_zone: "a\\0b"\n', "sources.yaml:1: time_zone holds a control character"),
        ('time_zone: "\\ud800"\n', "sources.yaml:1: time_zone holds a control character"),
        ("? [a, b]\n: 1\n", "sources.yaml:1: the document has a name that is not plain text"),
        (
            "share: 1\n time_zone: UTC\n",
            "sources.yaml:2: this is not YAML: mapping values",
        ),
        ("files: [a\n", "sources.yaml:2: this is not YAML: expected ',' or ']'"),
        ("share: 1\n#" + "x" * (1 << 20), "sources.yaml: the file is larger than 1 MiB"),
        ("share: " + "[" * 5000 + "]" * 5000, "sources.yaml:1: settings are nested more than 40 deep"),
        ("loop: &l [*l]\n", "sources.yaml:1: loop has an anchor (&)"),
        ("share:\n", "sources.yaml:1: share is empty"),
    ],
)
def test_what_is_refused_has_a_sentence_and_a_line(tmp_path: Path, text: str | bytes, expected: str) -> None:
    lines = said(tmp_path, text)
    assert any(line.startswith(expected) for line in lines), lines
    assert all("\n" not in line for line in lines)


def test_comments_around_a_strange_word_do_no_harm(tmp_path: Path) -> None:
    lines = said(tmp_path, "share: 1\nfiles:   # which\n  file:&a 5\n\n# more\ntime_zone: UTC\n")
    assert 'sources.yaml:3: no setting "files.file:&a"' not in lines
    assert lines == ['sources.yaml:2: files must be a list: "file:&a 5"; begin each entry with a dash']


def test_aliases_cannot_explode(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    assert any("alias" in line for line in said(tmp_path, bomb))


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFoundError) as caught:
        load(tmp_path / "sources.yaml", Sources)
    assert (
        str(caught.value.problems[0])
        == "sources.yaml: the file cannot be read: no such file or directory; `bookscore init` writes one"
    )


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, b"\xef\xbb\xbfshare: 0.5\r\ntime_zone: UTC\r\n") == Sources(share=0.5)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("nrr", "net_revenue_retention"),
        ("Net Revenue Retention", "net_revenue_retention"),
        ("net_revenue_retetnion", "net_revenue_retention"),
        ("logo", "logo_retention"),
    ],
)
def test_the_nearest_name_is_found_by_spelling_initials_and_beginning(word: str, expected: str) -> None:
    names = ["net_revenue_retention", "gross_revenue_retention", "logo_retention", "churn"]
    assert did_you_mean(word, names) == f'did you mean "{expected}"?'


def test_without_a_near_name_the_known_ones_are_told() -> None:
    assert did_you_mean("zzz", ["a", "b"]) == "known: a, b"
    assert did_you_mean("zzz", ["a", "b"], "see the docs") == "see the docs"


def test_the_schema_is_the_same_in_every_process() -> None:
    code = "from scoring.document import dump_schema; from scoring.rules import Rulebook; print(dump_schema(Rulebook))"
    seeds = [os.environ | {"PYTHONHASHSEED": seed} for seed in ("1", "2")]
    told = [subprocess.run([sys.executable, "-c", code], env=e, capture_output=True, check=True).stdout for e in seeds]
    assert told[0] == told[1]
    assert json.loads(dump_schema(Sources))["additionalProperties"] is False
