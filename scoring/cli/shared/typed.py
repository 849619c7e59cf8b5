"""What was typed, and what can be typed next? Commands and their options as the command line itself reads them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from scoring.cli.groups import WithFolder

if TYPE_CHECKING:
    from scoring.intake import Request

_FOLDERS = ("folder", "place")
"""What parameters are called that take the folder."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, by the names of parameters; nothing where it cannot be read."""

    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder that is meant."""
        return next((Path(self.values[n]) for n in _FOLDERS if isinstance(self.values.get(n), str)), Path())

    @property
    def rules(self) -> str | None:
        """The file of other rules, if one is named."""
        found = self.values.get("rules")
        return found if isinstance(found, str) else None


def typed(arguments: Sequence[str]) -> Typed:
    """The values of a command line, which may be a wrong one."""
    command, rest = _command(arguments)
    if command is None:
        return Typed()
    parser = command.make_parser(typer.Context(command, resilient_parsing=True))
    return Typed(parser.parse_args(rest)[0])


def takes(arguments: Sequence[str], parameter: str) -> bool:
    """Whether the command that is named has such a parameter."""
    command, _ = _command(arguments)
    return command is not None and any(p.name == parameter for p in command.params)


def completed(words: Sequence[str | Path], folder: Path, like: "Request | None") -> list[str | Path]:
    """The command with the folder, and with what the request asks for, as far as the command takes them.

    A folder that is named already is not named again, and the current one is left out; so are options that are there.
    """
    command, _ = _command([str(word) for word in words])
    if command is None or "--help" in words:
        return list(words)
    kinds = {p.name: p.param_type_name for p in command.params}
    told = list(words)
    if folder != Path() and not any(isinstance(word, Path) and word != Path() for word in words):
        taken = [kinds[name] for name in _FOLDERS if name in kinds]
        told += [folder] if "argument" in taken else ["--folder", folder] if taken else []
    for name, option in _asked(like):
        if kinds.get(name) == "option" and option[0] not in words:
            told += option
    return _in_order(command, told)


def _in_order(command: Any, words: list[str | Path]) -> list[str | Path]:
    """The words, with `--` before those that stand by themselves where one of them would be taken for an option."""
    head = words[: len(words) - len(_command([str(word) for word in words])[1])]
    lengths = {
        o: 0 if p.is_flag else p.nargs
        for p in command.params
        if p.param_type_name == "option"
        for o in (*p.opts, *p.secondary_opts)
    }
    options, others, rest = list[str | Path](), list[str | Path](), words[len(head) :]
    while rest:
        word = str(rest[0])
        if word == "--":
            others, rest = [*others, *rest[1:]], []
            continue
        is_option = word.partition("=")[0] in lengths
        taken = 1 + lengths.get(word, 0)
        (options if is_option else others).extend(rest[:taken])
        rest = rest[taken:]
    is_plain = not any(str(word).startswith("-") for word in others)
    return words if is_plain else [*head, *options, "--", *others]


def _asked(request: "Request | None") -> Iterator[tuple[str, list[str]]]:
    """What a request asks for besides its folder: parameters, and what would be typed."""
    from scoring.cli.shared.places import today

    if request is None:
        return
    if request.rules:
        yield "rules", ["--rules", str(request.rules)]
    if request.period:
        yield "period", ["--period", request.period]
    if request.as_of != today():
        yield "as_of", ["--as-of", str(request.as_of)]
    if request.set_aside:
        yield "set_aside", ["--set-aside"]


def _command(words: Sequence[str]) -> tuple[Any, list[str]]:
    """The command that is named, and what is typed behind its name; None where none is."""
    from scoring.cli.app import built

    command: Any = built()
    rest = list(words)
    while isinstance(command, TyperGroup):
        if rest and rest[0] in command.commands:
            command = command.commands[rest.pop(0)]
        elif isinstance(command, WithFolder):
            command = next(iter(command.commands.values()))
        else:
            return None, rest
    return command, rest
