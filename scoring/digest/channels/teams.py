"""A channel of Microsoft Teams, by the webhook of a workflow, or by the older one of a connector."""

from collections.abc import Mapping
from pathlib import Path

from scoring.digest.message import Line, Outcome, Verdict
from scoring.digest.network.client import Answer
from scoring.digest.network.hook import ChatLine, Hook, flaw, judged
from scoring.rules.digests import TeamsChannel

HOSTS = (".logic.azure.com", ".logic.azure.us", ".api.powerplatform.com", ".webhook.office.com")
_NOT_SHOWN = b"Webhook message delivery failed"
"""How a connector's answer begins where it could not pass the message on, although its status says 200."""


def taken(answer: Answer, host: str) -> Outcome:
    """What the answer means for the message."""
    if answer.status == 200 and answer.body.startswith(_NOT_SHOWN):
        return Outcome(Verdict.LATER, f"{host} took the message, but could not pass it on to Teams")
    return judged(answer, host)


def open_line(channel: TeamsChannel, environment: Mapping[str, str], _: Path) -> Line:
    """A line to the channel."""
    return ChatLine(Hook(channel.url_in, environment, HOSTS, judge=taken))


def ready(channel: TeamsChannel, environment: Mapping[str, str]) -> str | None:
    """What is missing before anything can be sent, as a sentence."""
    return flaw(channel.url_in, environment, HOSTS)
