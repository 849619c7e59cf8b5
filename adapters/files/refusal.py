"""How does the reading of one file stop? With the fault that says why."""

from adapters.delivery import Fault


class UnreadableError(Exception):
    """A file cannot be read as a table; `open_file` turns it into a fault of that file."""

    def __init__(
        self,
        what: str,
        remedy: str = "",
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        self.fault = Fault(what, remedy, row=row, column=column, value=value)
        super().__init__(what)
