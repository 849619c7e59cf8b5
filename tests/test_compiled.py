"""Is a template compiled once, and again when it, or the way it is read, is another?"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from scoring.reports.compiled import Compiled

Rendered = Callable[..., str]


@pytest.fixture
def rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rendered:
    """What a process of its own would make of the template's text; `compiles` says whether it may compile."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    def made(text: str, *, compiles: bool, **way: bool) -> str:
        (tmp_path / "page.html.j2").write_text(text)
        environment = Environment(
            loader=FileSystemLoader(tmp_path), bytecode_cache=Compiled(), autoescape=True, **way
        )  # fmt: skip
        with monkeypatch.context() as held:
            if not compiles:
                held.setattr(environment, "compile", None)
            return environment.get_template("page.html.j2").render(name="<Mia>")

    return made


def test_a_template_is_compiled_once(rendered: Rendered) -> None:
    assert rendered("To {{ name }}", compiles=True) == rendered("To {{ name }}", compiles=False) == "To &lt;Mia&gt;"


def test_another_text_is_compiled_anew(rendered: Rendered) -> None:
    rendered("To {{ name }}", compiles=True)
    assert rendered("For {{ name }}", compiles=True) == "For &lt;Mia&gt;"


def test_a_text_that_is_read_in_another_way_is_compiled_anew(rendered: Rendered) -> None:
    text = "{% if name %}\nTo{% endif %}"
    assert rendered(text, compiles=True) == "\nTo"
    assert rendered(text, compiles=True, trim_blocks=True) == "To"


def test_where_nothing_may_be_kept_it_is_compiled_each_time(
    rendered: Rendered, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    rendered("To {{ name }}", compiles=True)
    assert not (tmp_path / "cache").exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "cache").write_text("a file where a folder would be")
    assert rendered("To {{ name }}", compiles=True) == "To &lt;Mia&gt;"
