"""The runs that were computed: cards and catalogue in a database, large frames in files beside it."""

from scoring.store.naming import named
from scoring.store.records import FileRecord, RunRecord, State, StoredRun
from scoring.store.store import Store, open_store

__all__ = ["FileRecord", "RunRecord", "State", "Store", "StoredRun", "named", "open_store"]
