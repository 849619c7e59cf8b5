"""Commands one after the other, in one process that has the libraries already.

To load them takes longer than most commands do. Words come in, the exit code and what was said go out, as JSON, a
command a line.
"""

import json
import os
import sys
import tempfile
import traceback
from typing import BinaryIO

from scoring.cli import main


def _called(words: list[str], said: BinaryIO) -> int:
    """The exit code of the command; what it says is written to the file."""
    usual = [os.dup(stream) for stream in (1, 2)]
    try:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
        return main(words)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, kept in zip((1, 2), usual, strict=True):
            os.dup2(kept, stream)
            os.close(kept)


if __name__ == "__main__":
    for line in sys.stdin:
        with tempfile.TemporaryFile() as file:
            code = _called(json.loads(line), file)
            file.seek(0)
            sys.stdout.write(json.dumps([code, file.read().decode()]) + "\n")
            sys.stdout.flush()
