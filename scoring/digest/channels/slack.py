"""A channel of Slack, by its incoming webhook."""

from collections.abc import Mapping
from pathlib import Path

from scoring.digest.message import Line
from scoring.digest.network.hook import ChatLine, Hook, flaw
from scoring.rules.digests import SlackChannel

HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")


def open_line(channel: SlackChannel, environment: Mapping[str, str], _: Path) -> Line:
    """A line to the channel."""
    return ChatLine(Hook(channel.url_in, environment, HOSTS))


def ready(channel: SlackChannel, environment: Mapping[str, str]) -> str | None:
    """What is missing before anything can be sent, as a sentence."""
    return flaw(channel.url_in, environment, HOSTS)
