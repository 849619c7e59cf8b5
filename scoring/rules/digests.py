"""What is said about digests? Channels, schedules, holidays: when somebody is told what, and by which way."""

from datetime import date, time, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from scoring.document import Flaw, did_you_mean, flawed
from scoring.rules.digest_kinds import PUBLIC_URL, SENDER, WEEKDAYS, At, Host, Long, On, Page, Sender, Variable, Weekday
from scoring.rules.kinds import Settings, Slug, Text, TimeZone, Within, named_twice

__all__ = [
    "THEMES", "WEEKDAYS", "Audience", "CatchUp", "Channel", "Digests", "Every", "FileChannel", "MailChannel",
    "Schedule", "SlackChannel", "TeamsChannel", "Theme", "WebhookChannel", "Weekday",
]  # fmt: skip

Every = Literal["week", "month", "quarter"]
Audience = Literal["leaders", "directors", "managers", "channel"]
Theme = Literal["movers", "corrections", "renewals", "health"]
CatchUp = Literal["latest", "all", "none"]

THEMES: tuple[Theme, ...] = ("movers", "corrections", "renewals", "health")
MOST_WORKING_DAY, LEAST_WORKING_DAY = 20, -10
"""The numbers that a working day may have: the highest that every month has, and the lowest, from its end."""


class MailChannel(Settings):
    """Mail to people, by a server that speaks SMTP. BOOKSCORE_HOSTS, or BOOKSCORE_PRIVATE_HOSTS, must name the host."""

    kind: Literal["mail"] = Field(description="What the channel is.")
    host: Host = Field(description="The mail server, such as smtp.example.com.")
    port: int = Field(587, ge=1, le=65535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the line is kept secret; none only to a host in BOOKSCORE_PRIVATE_HOSTS."
    )
    from_: Sender = Field(alias="from", description="Who writes, such as `bookscore <scores@example.com>`.")
    reply_to: Sender | None = Field(None, description="Who gets the answers; left out: who writes.")
    user_in: Variable = Field("BOOKSCORE_MAIL_USER", description="Variable of the environment that holds the user.")
    password_in: Variable = Field(
        "BOOKSCORE_MAIL_PASSWORD", description="Variable of the environment that holds the password."
    )

    @property
    def from_address(self) -> str:
        """The bare address of who writes."""
        found = SENDER.fullmatch(self.from_)
        return "" if found is None else found[1] or found[2]


class SlackChannel(Settings):
    """A channel of Slack, by its incoming webhook."""

    kind: Literal["slack"] = Field(description="What the channel is.")
    url_in: Variable = Field(description="Variable of the environment that holds the webhook's URL, a secret.")


class TeamsChannel(Settings):
    """A channel of Microsoft Teams, by a workflow's webhook."""

    kind: Literal["teams"] = Field(description="What the channel is.")
    url_in: Variable = Field(description="Variable of the environment that holds the webhook's URL, a secret.")


class WebhookChannel(Settings):
    """A program of your own, which gets signed JSON. BOOKSCORE_HOSTS or BOOKSCORE_PRIVATE_HOSTS must name its host."""

    kind: Literal["webhook"] = Field(description="What the channel is.")
    url_in: Variable = Field(description="Variable of the environment that holds the URL, a secret.")
    secret_in: Variable = Field(description="Variable of the environment that holds what messages are signed with.")


class FileChannel(Settings):
    """Files in a folder, for programs that carry them on, and for trying things out."""

    kind: Literal["file"] = Field(description="What the channel is.")
    folder: Within = Field("digests", description="Folder within that of this file.")


_KINDS = ("mail", "slack", "teams", "webhook", "file")


def _kind(value: Any) -> str | None:
    """The kind that a channel names."""
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)


def _of_a_kind(value: object) -> object:
    """The channel, if its kind is known: said here, as pydantic says it of a place that nobody wrote."""
    if not isinstance(value, dict | Settings):
        raise ValueError("must be a mapping of settings; write it like {kind: file, folder: digests}")
    if isinstance(value, dict) and value.get("kind") not in _KINDS:
        if "kind" not in value:
            raise flawed([Flaw(("kind",), "{key} is missing", f"choose one of {', '.join(_KINDS)}")])
        must = f"{', '.join(_KINDS[:-1])} or {_KINDS[-1]}"
        raise flawed([Flaw(("kind",), f"{{key}} must be {must}", did_you_mean(str(value["kind"]), _KINDS))])
    return value


Channel = Annotated[
    Annotated[MailChannel, Tag("mail")]
    | Annotated[SlackChannel, Tag("slack")]
    | Annotated[TeamsChannel, Tag("teams")]
    | Annotated[WebhookChannel, Tag("webhook")]
    | Annotated[FileChannel, Tag("file")],
    Discriminator(_kind),
    BeforeValidator(_of_a_kind),
]
"""A way by which digests go out."""


class Schedule(Settings):
    """When who is told what, and by which channel."""

    name: Slug = Field(description="What the schedule is called: letters, digits, _ and -; unique.")
    every: Every = Field(description="Which calendar periods it tells of; a quarter is one of the fiscal year.")
    on: On | None = Field(None, description="every: week only: the weekday, in English, such as Monday.")
    working_day: int | None = Field(
        None,
        description="every: month and quarter only: on which working day, 1 to 20, or counted from the end, -1 (the "
        "last) to -10. Working days are Monday to Friday, except `holidays`; what is told of is the period before.",
    )
    at: At = Field(time(7), json_schema_extra={"default": "07:00"}, description='Time of day, such as "07:00".')
    time_zone: TimeZone | None = Field(None, description="Where it is that time; left out: the calendar's time zone.")
    audience: Audience = Field(
        description="leaders: everybody who may see all; directors: each for their teams; managers: each for "
        "themselves; channel: whoever reads the channel."
    )
    channel: Text = Field(description="A name among `channels`.")
    content: tuple[Theme, ...] = Field(THEMES, min_length=1, description="What is told.")
    catch_up: CatchUp = Field(
        "latest",
        description="What becomes of digests that are late, as the data were, or nobody was awake: the latest is sent, "
        "or all, or none that nobody looked for within an hour.",
    )
    max_lateness: Long = Field(
        timedelta(days=7),
        json_schema_extra={"default": "7d"},
        description="How late a digest may be and still be sent: a number of hours, days or weeks, as 12h, 3d or 2w.",
    )
    attach: Literal["none", "card"] = Field("none", description="managers only, by mail or file: card adds the PDF.")
    detail: Literal["counts", "names"] = Field(
        "counts", description="channel only: names also says who moved; else only how many."
    )

    @model_validator(mode="after")
    def _falls_on_a_day(self) -> Self:
        """A schedule has the one day that goes with its period."""
        flaws = named_twice("content", self.content)
        if self.every == "week":
            if self.on is None:
                flaws.append(Flaw(("on",), "{key} is needed with every: week", "add a weekday, such as Monday"))
            if self.working_day is not None:
                flaws.append(Flaw(("working_day",), "{key} does not go with every: week", "delete it, and use on"))
        else:
            if self.on is not None:
                remedy = "delete it, and use working_day, such as 1"
                flaws.append(Flaw(("on",), f"{{key}} is a weekday, which does not go with every: {self.every}", remedy))
            if self.working_day is None and self.on is None:
                remedy = "add one, such as 1; -1 is the last"
                flaws.append(Flaw(("working_day",), f"{{key}} is needed with every: {self.every}", remedy))
            if self.working_day is not None and not (
                1 <= self.working_day <= MOST_WORKING_DAY or LEAST_WORKING_DAY <= self.working_day <= -1
            ):
                what = f"{{key}} must be 1 to {MOST_WORKING_DAY}, or -1 to {LEAST_WORKING_DAY} from the end"
                flaws.append(Flaw(("working_day",), what, "choose one that every month has"))
        if self.attach == "card" and self.audience != "managers":
            flaws.append(Flaw(("attach",), "{key}: card is for audience managers only", "delete it"))
        if self.detail == "names" and self.audience != "channel":
            flaws.append(Flaw(("detail",), "{key} is for audience channel only: others see what they may", "delete it"))
        if flaws:
            raise flawed(flaws)
        return self


class Digests(Settings):
    """Who is told when what changed. It decides nothing about scores, so it is no part of what rules are compared by.

    Without schedules nothing is sent.
    """

    page: Page | None = Field(
        None,
        description=f"Where links lead, such as https://scores.example.com; left out: {PUBLIC_URL}, else there are no "
        "links.",
    )
    holidays: tuple[date, ...] = Field((), description="Days, such as 2026-12-25, that are no working days.")
    channels: dict[Slug, Channel] = Field({}, description="Name of a channel to what it is.")
    schedules: tuple[Schedule, ...] = Field((), description="When who is told what.")

    def schedule(self, name: str) -> Schedule | None:
        """The schedule of that name, in any case."""
        return next((s for s in self.schedules if s.name.casefold() == name.casefold()), None)
