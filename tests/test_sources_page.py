"""Does the page on sources.yaml show what may stand there? Its example is read by the model itself."""

import re
from pathlib import Path

from adapters.sources import ColumnOf, FileSource, FormulaOf, JoinOf, Sources
from scoring import document

PAGE = Path(__file__).parent.parent / "docs/sources.md"


def test_the_example_of_the_page_is_valid_and_shows_every_setting(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert example is not None
    place = tmp_path / "sources.yaml"
    place.write_text(example.group(1), encoding="utf-8")
    assert len(document.load(place, Sources).files) == 4
    for model in (Sources, FileSource, ColumnOf, JoinOf, FormulaOf):
        for field in model.model_fields.values():
            assert field.alias is None or field.alias in PAGE.read_text(encoding="utf-8")
        missing = [n for n in model.model_fields if n not in PAGE.read_text(encoding="utf-8") and n != "between"]
        assert missing == []
