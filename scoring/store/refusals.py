"""What does the store refuse? One sentence each."""

from scoring.errors import BookscoreError


class NewerSchemaError(BookscoreError):
    """The database was written by a later bookscore."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the database has schema version {found}, this bookscore knows up to version {known}; "
            "update bookscore, or name another database"
        )


class NoFolderError(BookscoreError):
    """A database server is named, but no folder for the large frames."""

    def __init__(self) -> None:
        super().__init__("a database on a server needs a folder for its frames: give one beside the URL")


class UnknownRunError(BookscoreError):
    """No stored run has an id that begins like this."""

    def __init__(self, prefix: str, known: str = "") -> None:
        remedy = f"stored are {known}" if known else "run `bookscore run` first, or look at the ids in run.json"
        super().__init__(f'there is no run "{prefix}"; {remedy}')


class AmbiguousRunError(BookscoreError):
    """Several stored runs have an id that begins like this."""

    def __init__(self, prefix: str, ids: list[str]) -> None:
        super().__init__(f'"{prefix}" begins {len(ids)} runs, as {ids[0]} and {ids[1]}; write more of the id')


class RunDiffersError(BookscoreError):
    """A run was stored before with other results, though its id says that all that went in is the same."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"run {run_id} is stored already, with other results; the same inputs, rules and version must "
            "give the same scores, so nothing was changed"
        )


class MissingFrameError(BookscoreError):
    """A frame is not in the catalogue, or its file is gone."""

    def __init__(self, run_id: str, name: str) -> None:
        super().__init__(f'run {run_id} has no frame "{name}", or its file was removed from the frames folder')
