"""What a run that was just computed is explained from: the same as when it is read again, without its files."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from scoring import explain
from scoring.cli.explain.explain import FRAMES
from scoring.explain import Evidence
from scoring.run import Run, json_text


def evidence_of(run: Run) -> Evidence:
    """The evidence of the run."""
    return _read(run, {name: getattr(run, name).lazy() for name in FRAMES})


def stored_evidence(run: Run, folder: Path) -> Evidence:
    """The evidence of the run as it comes out of files, which are written into the folder."""
    for name, content in run.packed.items():
        (folder / f"{name}.parquet").write_bytes(content)
    return _read(run, {name: pl.scan_parquet(folder / f"{name}.parquet") for name in FRAMES})


def _read(run: Run, frames: Mapping[str, pl.LazyFrame]) -> Evidence:
    return explain.of_stored(json.loads(json_text(run.summary)), json.loads(json_text(run.cards)), frames)
