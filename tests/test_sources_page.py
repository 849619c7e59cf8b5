"""Does the page on sources.yaml show what may stand there? Its example is read by the model itself."""

import re
from pathlib import Path

from adapters.mapping.sources import (
    ColumnOf,
    Explode,
    FileSource,
    FirstOf,
    FormulaOf,
    History,
    JoinOf,
    LastOf,
    Latest,
    Lookup,
    Match,
    Merged,
    Months,
    Sources,
    Unpivot,
)
from scoring import document

PAGE = Path(__file__).parent.parent / "docs/sources.md"


def test_the_example_of_the_page_is_valid_and_shows_every_setting(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(examples) == 2
    place = tmp_path / "sources.yaml"
    for example in examples:
        place.write_text(example, encoding="utf-8")
        assert len(document.load(place, Sources).files) == example.count("- file: ") - example.count("      - file: ")
    shapes = (FirstOf, LastOf, Match, Lookup, Merged, History, Unpivot, Months, Explode, Latest)
    for model in (Sources, FileSource, ColumnOf, JoinOf, FormulaOf, *shapes):
        for field in model.model_fields.values():
            assert field.alias is None or field.alias in PAGE.read_text(encoding="utf-8")
        missing = [n for n in model.model_fields if n not in PAGE.read_text(encoding="utf-8") and n != "between"]
        assert missing == []
