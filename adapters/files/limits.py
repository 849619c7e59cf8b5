"""How much may one file ask of us? Bounds against hostile files; whoever trusts a larger one raises them."""

import os


def _allowed(name: str, usual: int) -> int:
    """The limit that the environment sets, else the usual one."""
    said = os.environ.get(f"BOOKSCORE_MOST_{name}", "")
    return int(said) if said.isdecimal() else usual


MOST_MIB = _allowed("MIB", 1_024)
"""What an archive, or a compressed file, may expand to."""
MOST_SHEET_MIB = _allowed("SHEET_MIB", 96)
"""What a workbook may expand to."""
MOST_RATIO = _allowed("RATIO", 300)
"""How many times its size an archive may expand to."""
MOST_MEMBERS = _allowed("MEMBERS", 1_000)
MOST_COLUMNS = _allowed("COLUMNS", 500)
MOST_LINE_MIB = _allowed("LINE_MIB", 4)
"""How long a line, or the cells of one row, may be."""
MOST_SECONDS = _allowed("SECONDS", 60)
"""How long a workbook may take."""
MOST_MEMORY_MIB = _allowed("MEMORY_MIB", 2_048)
"""The memory that the reading of a workbook may take."""
