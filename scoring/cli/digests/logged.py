"""How is what a scheduler does told? A line to stderr for each event, in words or as JSON."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scoring.cli.digests import posted
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.digest.planning import Tell


def teller(*, as_json: bool) -> "Tell":
    """Writes a line to stderr for each event."""

    def tell(event: str, facts: Mapping[str, Any]) -> None:
        at = posted.now().isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, **facts}) if as_json else f"{at[:19]}Z {words(event, facts)}"
        with suppress(OSError):  # who reads it may be gone, and what is sent goes on
            print(line, file=sys.stderr, flush=True)  # one write, so that lines of several threads stay apart

    return tell


def words(event: str, facts: Mapping[str, Any]) -> str:
    """The event in words: what, of which schedule and period, to whom, and why."""
    reason = str(facts.get("reason") or "")
    about = [str(facts[name]) for name in ("schedule", "period") if facts.get(name)]
    about += [str(facts.get("name") or facts["recipient"])] if facts.get("recipient") else []
    about += [facts["file"]] if facts.get("file") and not reason.startswith(f"{facts['file']}:") else []
    if "recipients" in facts:
        about.append(f"for {facts['recipients']}, {facts['skipped']} get nothing")
    if "workers" in facts:
        about += [many(facts["workers"], "worker"), f"schedules {', '.join(facts['schedules']) or 'none'}"]
    if facts.get("next_try_at"):
        about.append(f"at {datetime.fromisoformat(facts['next_try_at']).astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return ": ".join(part for part in (_what(event, facts), ", ".join(about), reason) if part)


def _what(event: str, facts: Mapping[str, Any]) -> str:
    """What happened, in the words that deliveries have everywhere."""
    from scoring.store.delivering.standing import PARKED, STANDS

    if event == "failed" and not facts.get("next_try_at"):
        return STANDS[PARKED]
    return STANDS.get({"not sent": "skipped"}.get(event, event), event)
