"""How does a YAML file of ours become a checked model, or a list of everything that is wrong with it?"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from scoring.document.complaints import flaws_of
from scoring.document.place import Flaw, Keys, Tree, dotted, sentence
from scoring.document.tree import parse
from scoring.errors import Problem, ProblemsFoundError, Severity, shown

LARGEST = 1 << 20
"""Bytes a file may have."""

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file that could be read, with the line of everything in it."""

    file: str
    tree: Tree

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it as YAML, whatever it is about."""
        return tuple(self.problem(f) for f in self.tree.flaws)

    def problem(self, flaw: Flaw, severity: Severity = Severity.ERROR) -> Problem:
        """The flaw as a problem: file, line, dotted path, value (unless the sentence quotes it), remedy."""
        spot = self.tree.spots.get(flaw.keys)
        value = flaw.value if flaw.value is not None else spot.text if spot else None
        if value and shown(value) in flaw.what:
            value = None
        return Problem(
            what=sentence(self.tree, flaw.keys, flaw.what),
            remedy=flaw.remedy,
            file=self.file,
            row=flaw.line or self.tree.line(flaw.keys),
            column=dotted(self.tree, flaw.keys) or None,
            value=value or None,
            severity=severity,
        )

    def fit(self, model: type[M], at: Keys = ()) -> tuple[M | None, tuple[Problem, ...]]:
        """The model made from what stands at the place, else what the model finds wrong with it.

        Kinds are strict: no text for a number, no number for text, no true for 1.
        """
        if self.tree.is_spoiled(at):
            return None, ()
        text = json.dumps(self.tree.at(at))
        try:
            return model.model_validate_json(text, strict=True, by_alias=True, by_name=False), ()
        except ValidationError as error:
            return None, tuple(self.problem(f) for f in flaws_of(error, self.tree, model, at))


def read(path: Path) -> Document:
    """The file as a document. Raises ProblemsFoundError only when it cannot be read as text at all."""
    return Document(path.name, parse(_text(path)))


def read_text(name: str, text: str) -> Document:
    """The text as a document of that name."""
    return Document(name, parse(text))


def load(path: Path, model: type[M]) -> M:
    """The file as a model. Raises ProblemsFoundError with everything that is wrong with it."""
    document = read(path)
    found, problems = document.fit(model)
    if found is None or document.problems:
        raise ProblemsFoundError(document.problems + problems)
    return found


def dump_schema(model: type[BaseModel]) -> str:
    """The JSON Schema of the model as text, the same for the same model, for editors."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _text(path: Path) -> str:
    """The file's text; it must be UTF-8, of moderate size and without tabs."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        why, is_absent = (error.strerror or "error").lower(), isinstance(error, FileNotFoundError)
        remedy = "`bookscore init` writes one" if is_absent else ""
        raise _unreadable(path, f"the file cannot be read: {why}", remedy) from error
    if len(raw) > LARGEST:
        raise _unreadable(path, f"the file is larger than {LARGEST >> 20} MiB", "shorten it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, "the encoding is not UTF-8", "save the file as UTF-8", line) from error
    tabs = [n for n, line in enumerate(text.split("\n"), 1) if "\t" in line]
    if tabs:
        raise _unreadable(path, "a tab stands in the line", "use blanks", *tabs)
    return text


def _unreadable(path: Path, what: str, remedy: str, *lines: int) -> ProblemsFoundError:
    """The error for a file that cannot be read, with a problem for each line."""
    return ProblemsFoundError(Problem(what, remedy, file=path.name, row=n) for n in lines or (None,))
