"""Which channels can be used from here? Those whose secrets and hosts the environment names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scoring.digest import channels
from scoring.digest.message import Line
from scoring.rules.digests import Channel


@dataclass(frozen=True, slots=True)
class FromEnvironment:
    """The channels with what the environment says of them; files go into the folder."""

    environment: Mapping[str, str]
    folder: Path

    def missing(self, channel: Channel) -> str | None:
        """What is missing before anything can be sent there."""
        return channels.ready(channel, self.environment)

    def open(self, channel: Channel) -> Line:
        """A line to the channel."""
        return channels.open_line(channel, self.environment, self.folder)

    def domain(self, channel: Channel) -> str:
        """What stands behind the @ of message ids."""
        return channels.domain_of(channel)
