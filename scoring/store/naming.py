"""Which stored run is meant? The last, the one before, that of a period, or one by the beginning of its id."""

from scoring.calendar import spelled
from scoring.store.records import StoredRun
from scoring.store.refusals import UnknownRunError
from scoring.store.store import Store

LAST, PREVIOUS = "last", "previous"
_SHOWN = 6


def named(store: Store, word: str) -> StoredRun:
    """The run that the word means: `last`, `previous` (what the last one replaced), a period, or part of an id.

    A period means its sealed run, else the one that was computed last for it. Raises AmbiguousRunError, or
    UnknownRunError with what there is.
    """
    if word in (LAST, PREVIOUS):
        computed = store.computed()
        place = (LAST, PREVIOUS).index(word)
        if place < len(computed):
            return computed[place]
    elif word:
        found = store.published(spelled(word))
        if found is not None:
            return found
        try:
            return store.run(word)
        except UnknownRunError:
            pass
    raise UnknownRunError(word, _told(store.runs()))


def _told(runs: tuple[StoredRun, ...]) -> str:
    listed = ", ".join(f"{run.run_id[:12]} ({run.period}, as of {run.as_of})" for run in runs[:_SHOWN])
    more = len(runs) - _SHOWN
    return f"{listed} and {more} more" if more > 0 else listed
