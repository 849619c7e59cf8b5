"""What does a YAML text say, and what in it is refused? Mappings, lists and words with their lines.

Only the parser of ruamel.yaml is used: its events become plain values here, so that no tag, alias or
constructor can do anything, and so that all flaws are found instead of the first. It is the parser that
drops comments: the one that keeps them fails on some unusual ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from scoring.document.place import Flaw, Keys, Spot, Tree
from scoring.document.scalars import plain, unclear, unprintable

DEEPEST = 40

_HINTS = (
    ("mapping values are not", "indent the line like its neighbours, and put text with a colon in quotes"),
    ("cannot start any token", "put text that begins with this character in quotes"),
    ("expected <block end>", "indent the line like its neighbours"),
    ("end of stream", "close the quote"),
    ("expected ',' or", "close the bracket"),
    ("could not find expected ':'", "write the setting as `name: value`"),
)


def parse(text: str) -> Tree:
    """The tree of the first document with every flaw found on the way.

    A document that is empty, is no mapping or is not YAML has a flaw and is spoiled as a whole.
    """
    reader = _Reader(YAML(typ="safe", pure=True).parse(text))
    data: object = None
    try:
        data = reader.document()
    except _TooDeepError:
        pass
    except YAMLError as error:
        reader.flaws.append(_syntax(error, text))
    else:
        reader.flaws += _no_mapping(data)
    if not isinstance(data, dict):
        reader.spoiled.add(())
    return Tree(data, reader.spots, tuple(reader.flaws), frozenset(reader.spoiled))


def _no_mapping(data: object) -> list[Flaw]:
    if data is None:
        return [Flaw((), "the file is empty", "write its settings, or start from an example")]
    if not isinstance(data, dict):
        return [Flaw((), "{key} must be a mapping of settings", "write each on a line as `name: value`", "")]
    return []


def _syntax(error: YAMLError, text: str) -> Flaw:
    """The parser's complaint as a flaw with its line."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Flaw((), "the file holds a control character", "delete it", line=line)
    if not isinstance(error, MarkedYAMLError):
        return Flaw((), "the file is not YAML", "correct it")
    said = str(error.problem or error.context)
    mark = error.problem_mark or error.context_mark
    remedy = next((hint for part, hint in _HINTS if part in said), "compare it with an example")
    return Flaw((), f"this is not YAML: {said}", remedy, line=mark.line + 1 if mark else None)


class _TooDeepError(Exception):
    """The document is nested too deeply to be read; the flaw is noted."""


@dataclass(slots=True)
class _Reader:
    """Turns events into values, noting where each stands and what is refused."""

    events: Iterator[ev.Event]
    spots: dict[Keys, Spot] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    spoiled: set[Keys] = field(default_factory=set)

    def document(self) -> object:
        """The value of the first document; a second one is a flaw and is not read."""
        data: object = None
        documents = 0
        for event in self.events:
            if isinstance(event, ev.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.flaw(event, (), "a second document begins here", "keep one document in the file")
                    break
            elif isinstance(event, ev.NodeEvent):
                self.note(event, event, ())
                data = self.value(event, ())
        return data

    def value(self, event: ev.Event, keys: Keys) -> object:
        """The value that begins with the event; None where it is refused."""
        if not isinstance(event, ev.ScalarEvent | ev.CollectionStartEvent):
            self.refuse(event, keys, "{key} is an alias (*)", "write the value out")
            return None
        if event.anchor is not None:
            self.refuse(event, keys, "{key} has an anchor (&)", "delete it and write values out")
        if event.tag is not None:
            self.refuse(event, keys, "{key} has a tag (!)", "delete it, or put the text in quotes")
        if isinstance(event, ev.ScalarEvent):
            return self.word(event, keys)
        if len(keys) >= DEEPEST:
            self.flaw(event, (), f"settings are nested more than {DEEPEST} deep", "write them flatter")
            raise _TooDeepError
        return self.entries(keys) if isinstance(event, ev.SequenceStartEvent) else self.mapping(keys)

    def word(self, event: ev.ScalarEvent, keys: Keys) -> object:
        """Text, number, true, false or nothing."""
        text: str = event.value
        if unprintable(text):
            why: tuple[str, str] | None = ("{key} holds a control character", "delete it")
        else:
            why = unclear(text) if event.style is None else None
        if why is not None:
            self.refuse(event, keys, *why)
            return None
        return plain(text) if event.style is None else text

    def entries(self, keys: Keys) -> list[object]:
        """A list."""
        found: list[object] = []
        while not isinstance(event := next(self.events), ev.SequenceEndEvent):
            here = (*keys, len(found))
            self.note(event, event, here)
            found.append(self.value(event, here))
        return found

    def mapping(self, keys: Keys) -> dict[str, object]:
        """A mapping; names are text as written. Of two equal names the first is kept."""
        found: dict[str, object] = {}
        while not isinstance(event := next(self.events), ev.MappingEndEvent):
            name = self.name(event, keys, found)
            if name is None:
                self.skip(event)
                self.skip(next(self.events))
            else:
                value = next(self.events)
                self.note(event, value, (*keys, name))
                found[name] = self.value(value, (*keys, name))
        return found

    def name(self, event: ev.Event, keys: Keys, found: Mapping[str, object]) -> str | None:
        """The new name of a mapping that the event is; None, with the flaw noted, if it is none."""
        if not isinstance(event, ev.ScalarEvent) or unprintable(event.value):
            self.flaw(event, keys, "{key} has a name that is not plain text", "write it as `name: value`")
            return None
        name: str = event.value
        if event.tag is not None or event.anchor is not None:
            self.flaw(event, (*keys, name), "{key} has a tag or an anchor", "delete it")
        elif name == "<<":
            self.flaw(event, keys, "{key} merges other settings (<<)", "write the settings out")
        elif name in found:
            line = self.spots[(*keys, name)].line
            self.flaw(event, (*keys, name), "{key} is a duplicate", f"line {line} has it too; keep one")
        else:
            return name
        return None

    def skip(self, event: ev.Event) -> None:
        """Passes over the value that begins with the event."""
        depth = 0
        while True:
            depth += isinstance(event, ev.CollectionStartEvent) - isinstance(event, ev.CollectionEndEvent)
            if depth == 0:
                return
            event = next(self.events)

    def note(self, event: ev.Event, value: ev.Event, keys: Keys) -> None:
        """Remembers that the place begins with the event and holds the value."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(value, ev.ScalarEvent):
            span = value.start_mark.index, value.end_mark.index
            self.spots[keys] = Spot(line, column, value.value, span)
        else:
            self.spots[keys] = Spot(line, column)

    def flaw(self, event: ev.Event, keys: Keys, what: str, remedy: str) -> None:
        """Notes a flaw at the event's line, without a value."""
        self.flaws.append(Flaw(keys, what, remedy, "", event.start_mark.line + 1))

    def refuse(self, event: ev.Event, keys: Keys, what: str, remedy: str) -> None:
        """Notes a flaw whose value is not to be judged further."""
        value = event.value if isinstance(event, ev.ScalarEvent) else ""
        self.flaws.append(Flaw(keys, what, remedy, value, event.start_mark.line + 1))
        self.spoiled.add(keys)
