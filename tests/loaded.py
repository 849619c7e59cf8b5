"""Commands one after the other, each in a process of its own that has the libraries already.

To load them takes longer than most commands do. Words come in, the exit code and what was said go out, as JSON, a
command a line. What is ours, and Polars, which must not be copied while it runs, each process loads by itself.
"""

import json
import os
import sys
import tempfile
import traceback
from typing import BinaryIO

# ruff: noqa: F401  loaded for all processes that follow

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a process is copied with one thread only

import alembic.migration
import babel.numbers
import fastexcel
import jinja2
import pydantic
import rich.table
import ruamel.yaml
import scipy.special
import sqlmodel
import typer
import typst
import xlsxwriter


def _called(words: list[str], said: BinaryIO) -> int:
    """The exit code of the command; what it says is written to the file."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    code = 1
    try:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
        from scoring.cli import main

        code = main(words)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    for line in sys.stdin:
        with tempfile.TemporaryFile() as file:
            code = _called(json.loads(line), file)
            file.seek(0)
            sys.stdout.write(json.dumps([code, file.read().decode()]) + "\n")
            sys.stdout.flush()
