"""`bookscore rules`: the versions of the rules, and what differs between two of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoring.cli.compare.differing import in_words
from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, AsOf, Folder, Rules
from scoring.cli.shared.screen import SHORT, Column, table
from scoring.cli.shared.streams import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.compare import Change
    from scoring.compare.spells import Spell


def rules(
    folder: Folder = Path(),
    *,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--diff",
            metavar="A B",
            help="What differs between two versions: each by its version, file, hash, or day.",
            show_default="the list alone",
        ),
    ] = None,
    rules: Rules = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List the versions of the rules: from when to when each is in force, its file and hash.

    rules.yaml is the newest; it names the file it supersedes, and from when on. A period is scored by the version that
    is in force on its first day. With --diff, what two of them say otherwise, setting by setting.
    """
    request = places.request(folder, rules, as_of)
    from scoring import rules as book
    from scoring.compare.changes import between
    from scoring.compare.spells import spells, version_of
    from scoring.explain.model import plain
    from scoring.intake import RULES
    from scoring.metrics import CATALOGUE

    versions = book.read_versions(request.rules or request.folder / RULES, CATALOGUE)
    found = spells(versions, request.as_of)
    differ = None if diff is None else between(*(version_of(versions, word).rulebook for word in diff))
    data = {"versions": plain(found), **({} if differ is None else {"settings": plain(differ)})}

    def show() -> None:
        _versions(found)
        if differ is not None:
            _settings(differ)
        if differ is None and len(found) > 1:
            next_command("rules", folder, "--diff", found[1].file, found[0].file)
        else:
            next_command("check", folder)

    finish(Answer(data, tuple(p for v in versions for p in v.problems)), show, as_json=as_json)


def _versions(found: "Sequence[Spell]") -> None:
    columns = (
        Column("Rules"), Column("Version"), Column("File"), Column("From"), Column("To"), Column("Hash"), Column(""),
    )  # fmt: skip
    rows = [
        (
            s.name,
            s.version or "",
            s.file,
            "always" if s.first is None else str(s.first),
            "" if s.last is None else str(s.last),
            s.sha256[:SHORT],
            "in force" if s.is_now else "",
        )
        for s in found
    ]
    table(columns, rows)
    say("A period is scored by the version that is in force on its first day.")


def _settings(differ: "Sequence[Change]") -> None:
    say()
    if not differ:
        say("The two say the same.")
        return
    table(
        [Column("Setting"), Column("Was"), Column("Is")],
        [(c.setting, in_words(c.old), in_words(c.new)) for c in differ],
    )
