"""What a run that was just computed is explained from: the same as when it is read again, without its files."""

import json

from scoring import explain
from scoring.cli.explain.explain import FRAMES
from scoring.explain import Evidence
from scoring.run import Run, json_text


def evidence_of(run: Run) -> Evidence:
    """The evidence of the run."""
    frames = {name: getattr(run, name).lazy() for name in FRAMES}
    return explain.of_stored(json.loads(json_text(run.summary)), json.loads(json_text(run.cards)), frames)
