"""Is sources.yaml understood in every form it may take, and refused in all others?"""

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.mapping.sources import ColumnOf, FormulaOf, JoinOf, Sources
from adapters.mapping.terms import Requirement


def one(**settings: Any) -> Any:
    """The only entry of a sources.yaml with these settings beside the least that is needed."""
    least = {"file": "a.csv", "table": "accounts", "columns": {"account_id": "Id"}}
    return Sources.model_validate({"files": [least | settings]}).files[0]


def complaint(**settings: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        one(**settings)
    return " | ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in caught.value.errors())


def test_a_column_is_a_name_or_a_mapping_told_by_its_shape() -> None:
    columns = {
        "account_id": "Id",
        "tier": {"column": "plan", "words": {"Basic": "Entry"}},
        "name": {"join": ["First", "Last"], "with": " "},
        "amount": {"formula": "Price * `Unit Count`"},
    }
    found = one(columns=columns).columns
    assert found["account_id"] == "Id"
    assert found["tier"] == ColumnOf(column="plan", words={"Basic": "Entry"})
    assert isinstance(found["name"], JoinOf)
    assert isinstance(found["amount"], FormulaOf)


def test_a_condition_is_a_word_a_list_or_a_requirement() -> None:
    where = {"Stage": "Won", "Year": [2024, 2025], "Trial": False, "Id": {"filled": True}, "No": {"starts_with": "C"}}
    found = one(where=where).where
    assert (found["Stage"], found["Year"], found["Trial"]) == ("Won", [2024, 2025], False)
    assert isinstance(found["Id"], Requirement)


def test_words_may_be_numbers() -> None:
    assert one(nulls=[0], columns={"tier": {"column": "p", "words": {"a": 1}}}).nulls == ["0"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"colums": {}}, "files.0.colums: Extra inputs"),
        ({"columns": {}}, "files.0.columns: Dictionary should have at least 1"),
        ({"columns": {"a": {"column": "x", "word": {}}}}, "files.0.columns.a.column.word: Extra"),
        ({"columns": {"a": {"join": ["x"]}}}, "a.join.join: List should have at least 2"),
        ({"columns": {"a": {"formula": "x ** 2"}}}, "may use + - * / // and parentheses only"),
        ({"columns": {"a": {"column": "x", "dates": "%Y-%m"}}}, "must read day, month and year"),
        ({"file": "../secret.csv"}, "must lie in the folder"),
        ({"file": "/etc/passwd"}, "must lie in the folder"),
        ({"file": "crm\\..\\..\\secret.csv"}, "must lie in the folder"),
        ({"delimiter": ";;"}, "must be one plain sign"),
        ({"encoding": "klingon"}, 'is not a known encoding: "klingon"; write utf-8'),
        ({"encoding": "base64"}, "is not a known encoding"),
        ({"decimal": ";"}, "'.' or ','"),
        ({"decimal": ",", "thousands": ","}, "decimal and thousands are the same sign"),
        ({"dates": "day"}, "must read day, month and year"),
        ({"constants": {"account_id": "x"}}, "account_id is filled twice"),
        ({"where": {"a": {}}}, "must have exactly one of"),
        ({"where": {"a": {"filled": True, "not": "x"}}}, "must have exactly one of"),
        ({"lookups": [{"file": "b.csv", "on": {}, "take": ["x"]}]}, "files.0.lookups.0.on"),
        ({"lookups": [{"file": "b.csv", "on": {"a": "b"}, "take": []}]}, "files.0.lookups.0.take"),
    ],
)
def test_what_is_not_understood_is_refused_at_its_place(settings: dict[str, Any], said: str) -> None:
    assert said in complaint(**settings)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not a known time zone"):
        Sources.model_validate({"time_zone": "Europe/Atlantis", "files": []})


@pytest.mark.filterwarnings("error::FutureWarning")
def test_a_pattern_that_python_reads_otherwise_is_taken_without_its_warning() -> None:
    assert one(where={"a": {"like": "^[[:alpha:]]+$"}}).where["a"].like == "^[[:alpha:]]+$"
    assert one(columns={"a": {"column": "b", "part": "([[:digit:]]+)"}})
