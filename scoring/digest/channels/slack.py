"""A channel of Slack, by its incoming webhook."""

from collections.abc import Mapping
from pathlib import Path

from scoring.digest.message import Line, Message, Outcome
from scoring.digest.network.hook import Hook, flaw
from scoring.rules.digests import SlackChannel

HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")


class SlackLine:
    """Posts what chats get."""

    def __init__(self, hook: Hook) -> None:
        self._hook = hook

    def send(self, message: Message) -> Outcome:
        """What became of the message."""
        return self._hook.post(message.chat)

    def close(self) -> None:
        """There is nothing to let go of: each message has a connection of its own."""


def open_line(channel: SlackChannel, environment: Mapping[str, str], _: Path) -> Line:
    """A line to the channel."""
    return SlackLine(Hook(channel.url_in, environment, HOSTS))


def ready(channel: SlackChannel, environment: Mapping[str, str]) -> str | None:
    """What is missing before anything can be sent, as a sentence."""
    return flaw(channel.url_in, environment, HOSTS)
