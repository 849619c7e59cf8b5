"""Files in a folder: the reference of what a channel does. A mail is what a mail server would get."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from scoring.digest.message import Line, Message, Outcome, Verdict
from scoring.digest.mime import as_mail
from scoring.digest.payload import UnwritableError, payload
from scoring.reports.swap import sync
from scoring.rules.digests import FileChannel

DOMAIN = "bookscore.invalid"
"""What stands behind the @ where no server of ours has a name; it is promised to be nobody's."""
_WRITER = f"bookscore <bookscore@{DOMAIN}>"


class FileLine:
    """Writes one file a delivery, named by its id alone; the same delivery takes the place of what it wrote before."""

    def __init__(self, folder: Path, within: Path) -> None:
        self._folder, self._within = folder, within

    def send(self, message: Message) -> Outcome:
        """What became of the message."""
        if not re.fullmatch("[A-Za-z0-9-]{1,64}", message.delivery_id):
            return Outcome(Verdict.REFUSED, "the delivery's id is no name for a file")
        is_mail = "@" in message.address
        try:
            content = as_mail(message, _WRITER) if is_mail else payload(message.data, indent=2)
        except UnwritableError as error:
            return Outcome(Verdict.REFUSED, str(error))
        name = f"{message.delivery_id}.{'eml' if is_mail else 'json'}"
        try:
            if not self._is_within():
                return Outcome(Verdict.REFUSED, f"the folder {self._folder} leads out of that of rules.yaml")
            _write(self._within / self._folder / name, content)
        except OSError as error:
            return Outcome(Verdict.LATER, f"nothing could be written into {self._folder}: {error.strerror or 'failed'}")
        return Outcome(Verdict.SENT, f"written to {(self._folder / name).as_posix()}")

    def close(self) -> None:
        """There is nothing to let go of."""

    def _is_within(self) -> bool:
        """Whether the folder, which there is from then on, lies within that of the rules, links and all."""
        root = self._within.resolve(strict=True)
        if not (root / self._folder).resolve().is_relative_to(root):
            return False
        (root / self._folder).mkdir(parents=True, exist_ok=True)
        return True


def _write(place: Path, content: bytes) -> None:
    """Writes the file whole or not at all. What a try that was killed left behind is replaced."""
    made = place.with_name(f".{place.name}.part")
    made.unlink(missing_ok=True)
    try:
        with made.open("xb") as target:
            target.write(content)
        sync(made)
        made.replace(place)
    except OSError:
        with suppress(OSError):
            made.unlink()
        raise
    with suppress(OSError):
        sync(place.parent)


def open_line(channel: FileChannel, _: Mapping[str, str], folder: Path) -> Line:
    """A line into the channel's folder, which is made when the first message comes."""
    return FileLine(Path(channel.folder), folder)


def ready(_: FileChannel, __: Mapping[str, str]) -> str | None:
    """Nothing is ever missing."""
    return None
