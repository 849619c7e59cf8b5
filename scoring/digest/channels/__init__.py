"""Where do digests go? One module a kind of channel, registered here; none knows another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.digest.channels import file, mail, slack, teams, webhook
from scoring.digest.message import Line
from scoring.rules.digests import Channel, MailChannel


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of channel can do: open a line, and say what is missing before anything can be sent."""

    open_line: Callable[[Any, Mapping[str, str], Path], Line]
    ready: Callable[[Any, Mapping[str, str]], str | None]


KINDS: Mapping[str, Kind] = {
    "file": Kind(file.open_line, file.ready),
    "mail": Kind(mail.open_line, mail.ready),
    "slack": Kind(slack.open_line, slack.ready),
    "teams": Kind(teams.open_line, teams.ready),
    "webhook": Kind(webhook.open_line, webhook.ready),
}


def open_line(channel: Channel, environment: Mapping[str, str], folder: Path) -> Line:
    """A line to the channel, whose files lie within the folder. Nothing is connected before the first message."""
    return KINDS[channel.kind].open_line(channel, environment, folder)


def ready(channel: Channel, environment: Mapping[str, str]) -> str | None:
    """What is missing before anything can be sent, as a sentence with the remedy; None where nothing is."""
    return KINDS[channel.kind].ready(channel, environment)


def domain_of(channel: Channel) -> str:
    """What stands behind the @ of message ids."""
    return channel.from_address.partition("@")[2] if isinstance(channel, MailChannel) else file.DOMAIN
