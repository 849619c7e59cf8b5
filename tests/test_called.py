"""Is everything that is defined also called? What only a test or a benchmark calls is no part of the product."""

from pathlib import Path
from textwrap import dedent

from called import uncalled

ROOT = Path(__file__).parents[1]

CALLED_BY_LIBRARIES = {
    "scoring.cli.groups.InFull": "click writes the list of commands by it",
    "scoring.digest.network.client._Way": "httpcore opens its connections by it",
    "scoring.digest.network.client._Wire": "httpcore speaks through it",
    "scoring.digest.network.session._Answer": "the reader of answers of the standard library reads from it",
    "scoring.reports.compiled.Compiled": "Jinja keeps its templates by it",
}
"""Classes that override what a library calls."""


def test_everything_that_is_defined_is_called() -> None:
    found = uncalled(ROOT)
    assert [name for name in found if name.rpartition(".")[0] not in CALLED_BY_LIBRARIES] == []
    assert {name.rpartition(".")[0] for name in found} == {*CALLED_BY_LIBRARIES}, "no longer needed"


MADE = {
    "scoring/__init__.py": "",
    "scoring/cli.py": """
        from functools import cache
        from scoring.again import handed_on
        from scoring import asked, model
        from scoring.worth import Worth

        app = Typer()

        def main():
            app()

        @app.command()
        def run():
            try:
                pass
            except ValueError:
                from scoring.late import called_late
                called_late(model)
            return handed_on(), Worth().told, asked.direct()

        @cache
        def never():
            return never()
    """,
    "scoring/again.py": "from scoring.deep import handed_on\nfrom scoring.deep import only_handed_on\n",
    "scoring/deep.py": "def handed_on(): ...\ndef only_handed_on(): ...\n",
    "scoring/asked.py": """
        def direct(): return _below()
        def _below(): ...
        def direct_not(): return _of_it()
        def _of_it(): ...
    """,
    "scoring/late.py": "def called_late(model): return model.fit()\n",
    "scoring/model.py": "def fit(): ...\ndef fit_otherwise(): ...\n",
    "scoring/alone.py": "LIMIT = 1\n",
    "scoring/worth.py": """
        class Worth:
            def __init__(self): self._made()
            def _made(self): ...
            @property
            def told(self): ...
            @property
            def printed(self): ...
            def unheard(self): return self._by_nobody()
            def _by_nobody(self): ...
            @model_validator(mode="after")
            def right(self): ...
    """,
    "scoring/page.html.j2": "<p>{{ worth.printed }}</p>",
    "adapters/__init__.py": "",
    "docs/build.py": "from scoring.page import written\nwritten()\n",
    "scoring/page.py": "def written(): ...\ndef unwritten(): ...\n",
    "pyproject.toml": '[project.scripts]\nmade = "scoring.cli:main"\n',
}


def test_what_is_called_by_nobody_by_itself_or_by_such_alone_is_found(tmp_path: Path) -> None:
    for name, text in MADE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(text), encoding="utf-8")
    assert uncalled(tmp_path) == [
        "scoring.alone",
        "scoring.asked._of_it",
        "scoring.asked.direct_not",
        "scoring.cli.never",
        "scoring.deep.only_handed_on",
        "scoring.model.fit_otherwise",
        "scoring.page.unwritten",
        "scoring.worth.Worth._by_nobody",
        "scoring.worth.Worth.unheard",
    ]
