"""Who or what is meant? An id, a name, or a part of a name that only one has."""

from collections.abc import Mapping, Sequence

from scoring.explain.refusals import AmbiguousNameError, UnknownNameError
from scoring.letters import bare


def chosen(what: str, word: str, names: Mapping[str, str], otherwise: str = "") -> str:
    """The id among `names` (id to name) that the word means; `what` is what they are, in one word.

    Ids come before names, whole names before parts; the id behind a name that several have need not be typed. Raises
    AmbiguousNameError with all that would do, and UnknownNameError with the nearest.
    """
    if word in names:
        return word
    wanted = bare(word)
    called = {each: bare(name) for each, name in names.items()}
    ways = (
        [each for each in names if bare(each) == wanted],
        [each for each, name in called.items() if name in (wanted, f"{wanted} ({bare(each)})")],
        [each for each, name in called.items() if wanted and wanted in name],
    )
    found = next((way for way in ways if way), [])
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousNameError(what, word, _told(found, names))
    raise UnknownNameError(what, word, [*names.values(), *names], otherwise or f"there are {len(names)} {what}s")


def word_for(each: str, names: Mapping[str, str]) -> str:
    """What to type so that it is meant: its name, or its id where the name means another or several."""
    name = names.get(each, each)
    try:
        return name if chosen("", name, names) == each else each
    except (AmbiguousNameError, UnknownNameError):
        return each


def _told(ids: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The names in order; those that several have, with their ids."""
    shared = [names[each] for each in ids]
    return sorted(f"{names[i]} ({i})" if shared.count(names[i]) > 1 else names[i] for i in ids)
