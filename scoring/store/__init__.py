"""The runs that were computed: cards and catalogue in a database, large frames in files beside it."""

from scoring.store.naming import named
from scoring.store.records import FileRecord, RunRecord, SealRecord, State, StoredRun
from scoring.store.sealing import READ
from scoring.store.store import Store, open_store
from scoring.store.verifying import Broken, Verified, verify

__all__ = [
    "READ", "Broken", "FileRecord", "RunRecord", "SealRecord", "State", "Store", "StoredRun", "Verified", "named",
    "open_store", "verify",
]  # fmt: skip
