"""Is the block `digests` of rules.yaml read as it is meant, and does it leave scores alone?"""

import json
import re
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from scoring.compare.changes import between
from scoring.compare.switching import switches
from scoring.document import read as read_document
from scoring.errors import ProblemsFoundError
from scoring.metrics import CATALOGUE
from scoring.rules import Rulebook, default_text, fingerprint, read_versions, schema_text, version
from scoring.rules.deciding import leaves_quarters
from scoring.rules.digests import Digests, FileChannel, MailChannel, SlackChannel
from scoring.run import rules_json

HEAD = """\
name: Test
goal: Test them.
currency: EUR
rules:
  - {name: keep, metric: gross_revenue_retention, weight: 1}
"""
CHANNELS = """\
digests:
  channels:
    mail: {kind: mail, host: smtp.example.com, from: "bookscore <scores@example.com>"}
    chat: {kind: slack, url_in: BOOKSCORE_SLACK}
    files: {kind: file}
    hook: {kind: webhook, url_in: BOOKSCORE_HOOK, secret_in: BOOKSCORE_HOOK_SECRET}
  schedules:
"""
USED = """\
    - {name: one, every: week, on: Monday, audience: channel, channel: chat}
    - {name: two, every: week, on: Monday, audience: leaders, channel: files}
    - {name: three, every: week, on: Monday, audience: managers, channel: hook}
    - {name: four, every: week, on: Monday, audience: directors, channel: mail}
"""
HOOK = "https://hooks.slack.com/services/T0/B0/abc"


def rulebook(folder: Path, text: str = "") -> Rulebook:
    path = folder / "rules.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return version(path, CATALOGUE).rulebook


def said(folder: Path, text: str) -> list[str]:
    """What is wrong or odd, without the file."""
    path = folder / "rules.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    try:
        found = version(path, CATALOGUE).problems
    except ProblemsFoundError as error:
        found = error.problems
    return [str(problem).removeprefix("rules.yaml:") for problem in found]


def default_block() -> str:
    """The commented block of the default rules, as somebody who takes its comment signs away has it."""
    block = default_text().partition("\n# digests:\n")[2]
    return "digests:\n" + "".join(f"{line.removeprefix('# ')}\n" for line in block.splitlines())


# ---- what is read -----------------------------------------------------------------------------------------
def test_the_block_of_the_default_rules_says_what_its_comments_say(tmp_path: Path) -> None:
    digests = rulebook(tmp_path, default_block()).digests
    weekly, monthly = digests.schedules
    assert (weekly.name, weekly.every, weekly.on, weekly.at) == ("leaders_weekly", "week", "Monday", time(7))
    assert (weekly.audience, weekly.channel, weekly.max_lateness) == ("leaders", "mail", timedelta(days=3))
    assert (monthly.every, monthly.working_day, monthly.on, monthly.at) == ("month", 3, None, time(7))
    assert monthly.max_lateness == timedelta(days=7)
    assert digests.holidays == (date(2026, 12, 25), date(2027, 1, 1))
    assert digests.page == "https://scores.example.com"
    assert isinstance(digests.channels["sales"], SlackChannel)
    assert not said(tmp_path, default_block())


def test_rules_without_the_block_send_nothing(tmp_path: Path) -> None:
    assert rulebook(tmp_path).digests == Digests()
    assert "\ndigests:" not in default_text()


@pytest.mark.parametrize("written", ["07:00", '"07:00"', "7:00"])
def test_a_time_of_day_is_the_same_with_and_without_quotes(tmp_path: Path, written: str) -> None:
    text = f"    - {{name: one, every: week, on: friDAY, at: {written}, audience: channel, channel: files}}\n"
    (found,) = rulebook(tmp_path, CHANNELS + text).digests.schedules
    assert (found.at, found.on) == (time(7), "Friday")


@pytest.mark.parametrize(
    ("written", "long"), [("12h", timedelta(hours=12)), ("3d", timedelta(days=3)), ("2w", timedelta(weeks=2))]
)
def test_lateness_is_hours_days_or_weeks(tmp_path: Path, written: str, long: timedelta) -> None:
    more = f"max_lateness: {written}, audience: channel, channel: files"
    (found,) = rulebook(tmp_path, f"{CHANNELS}    - {{name: one, every: week, on: Monday, {more}}}\n").digests.schedules
    assert found.max_lateness == long


def test_a_channel_is_what_its_kind_says(tmp_path: Path) -> None:
    channels = rulebook(tmp_path, CHANNELS + USED).digests.channels
    mail = channels["mail"]
    assert isinstance(mail, MailChannel)
    assert (mail.port, mail.security, mail.from_address) == (587, "starttls", "scores@example.com")
    assert (mail.user_in, mail.password_in) == ("BOOKSCORE_MAIL_USER", "BOOKSCORE_MAIL_PASSWORD")
    assert channels["files"] == FileChannel(kind="file", folder="digests")


def test_the_newest_rules_say_who_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(HEAD + CHANNELS + USED.replace("one", "gone"), encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(
        f"effective_from: 2026-Q3\nsupersedes: old.yaml\n{HEAD}{CHANNELS}{USED}", encoding="utf-8"
    )
    newest, old = read_versions(tmp_path / "rules.yaml", CATALOGUE)
    assert newest.rulebook.digests.schedule("ONE") is not None
    assert newest.rulebook.digests.schedule("gone") is None
    assert old.rulebook.digests.schedule("gone") is not None


# ---- it decides nothing about scores ----------------------------------------------------------------------
def test_no_hash_and_no_comparison_of_rules_knows_of_digests(tmp_path: Path) -> None:
    """A run's id and run.json know rules by their fingerprint and `rules_json`; diffs by the steps and changes."""
    without, with_them = rulebook(tmp_path), rulebook(tmp_path, CHANNELS + USED)
    assert with_them.digests.schedules
    assert fingerprint(with_them) == fingerprint(without)
    assert rules_json(with_them) == rules_json(without)
    assert "digests" not in json.dumps(rules_json(with_them))
    assert Rulebook.model_validate(rules_json(with_them)["settings"]) == without
    assert switches(without, with_them) == ()
    assert leaves_quarters(without, with_them)
    old = version(tmp_path / "rules.yaml", CATALOGUE)
    (tmp_path / "rules.yaml").write_text(HEAD, encoding="utf-8")
    assert between(old.rulebook, version(tmp_path / "rules.yaml", CATALOGUE).rulebook) == ()


# ---- what is wrong, with its line -------------------------------------------------------------------------
WEEKLY = "every: week, on: Monday"
PEOPLE = "audience: leaders, channel: mail"
WRONG = {
    "no such channel": (f"{WEEKLY}, audience: leaders, channel: mial", 'no channel "mial"; did you mean "mail"?'),
    "nobody behind mail": (
        f"{WEEKLY}, audience: channel, channel: mail",
        "audience channel does not go with mail, which is of kind mail: nobody stands behind it; name a channel of "
        "another kind, or an audience of people",
    ),
    "personal scores in a shared channel": (
        f"{WEEKLY}, audience: directors, channel: chat",
        "what directors get is for one person each, but everybody in chat, of kind slack, reads it; name a channel of "
        "kind mail, or use audience: channel",
    ),
    "a weekday for a month": (
        f"every: month, on: Monday, {PEOPLE}",
        "on is a weekday, which does not go with every: month: \"Monday\"; delete it, and use working_day, such as 1",
    ),
    "a working day for a week": (
        f"{WEEKLY}, working_day: 3, {PEOPLE}", 'working_day does not go with every: week: "3"; delete it, and use on',
    ),
    "no weekday": (f"every: week, {PEOPLE}", "on is needed with every: week; add a weekday, such as Monday"),
    "no working day": (
        f"every: quarter, {PEOPLE}", "working_day is needed with every: quarter; add one, such as 1; -1 is the last"
    ),
    **{
        f"working day {n}": (
            f"every: month, working_day: {n}, {PEOPLE}",
            f'working_day must be 1 to 20, or -1 to -10 from the end: "{n}"; choose one that every month has',
        )
        for n in (0, 21, -11)
    },
    "a taken name": (
        f"{WEEKLY}, {PEOPLE}".replace("every", "name: ONE, every"),
        "name is taken by another schedule: \"ONE\"; give each its own name, also by small letters",
    ),
    "cards for leaders": (
        f"{WEEKLY}, attach: card, {PEOPLE}", 'attach: card is for audience managers only: "card"; delete it',
    ),
    "cards by a webhook": (
        f"{WEEKLY}, attach: card, audience: managers, channel: hook",
        "attach: no card can be attached for hook, of kind webhook; name a channel of kind mail or file, or delete it",
    ),
    "names for people": (
        f"{WEEKLY}, detail: names, {PEOPLE}",
        'detail is for audience channel only: others see what they may: "names"; delete it',
    ),
    "no such zone": (
        f"{WEEKLY}, time_zone: Europe/Berlinn, {PEOPLE}",
        'time_zone is not a time zone: "Europe/Berlinn"; did you mean "Europe/Berlin"?',
    ),
    "no such weekday": (f"every: week, on: Mondy, {PEOPLE}", 'on must be a weekday: "Mondy"; did you mean "Monday"?'),
    "no such hour": (
        f"{WEEKLY}, at: 24:00, {PEOPLE}",
        'at must be a time of day, 00:00 to 23:59: "24:00"; write it like "07:00"',
    ),
    "an hour without minutes": (
        f"{WEEKLY}, at: 7, {PEOPLE}", 'at must be a time of day, 00:00 to 23:59: "7"; write it like "07:00"',
    ),
    "no such span": (
        f"{WEEKLY}, max_lateness: 3 days, {PEOPLE}",
        'max_lateness must be a number of hours, days or weeks: "3 days"; write it like 12h, 3d or 2w',
    ),
    "a theme twice": (f"{WEEKLY}, content: [movers, movers], {PEOPLE}", 'content 2 is named twice: "movers"; keep one'),
    "a setting of another block": (f"{WEEKLY}, chanel: mail, {PEOPLE}", 'no setting "chanel"; did you mean "channel"?'),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_schedule_is_said_at_its_line(tmp_path: Path, case: str) -> None:
    settings, sentence = WRONG[case]
    named = settings if "name:" in settings else f"name: five, {settings}"
    (problem,) = said(tmp_path, f"{CHANNELS}{USED}    - {{{named}}}\n")
    name = "ONE" if case == "a taken name" else "five"
    assert problem == f"17: digests.schedule {name}: {sentence}"


CHANNEL = {
    "no such kind": (
        "{kind: maill}", 'new.kind must be mail, slack, teams, webhook or file: "maill"; did you mean "mail"?',
    ),
    "no kind": ("{url_in: A}", "new.kind is missing; choose one of mail, slack, teams, webhook, file"),
    "no channel at all": (
        "chat", 'new must be a mapping of settings: "chat"; write it like {kind: file, folder: digests}',
    ),
    "out of the folder": (
        "{kind: file, folder: ../x}",
        'new.folder must lie within the folder of this file: "../x"; write it like digests',
    ),
    "no sender": (
        "{kind: mail, host: a.example, from: nobody}",
        'new.from must be an e-mail address: "nobody"; write it like bookscore <scores@example.com>',
    ),
    "a header more": (
        '{kind: mail, host: a.example, from: "a\\nBcc: x <a@b.example>"}',
        'new.from must be an e-mail address: "a\\nBcc: x <a@b.example>"; write it like bookscore <scores@example.com>',
    ),
    "a host with its port": (
        "{kind: mail, host: a.example:25, from: a@b.example}",
        'new.host must be the name of a host, without port and path: "a.example:25"; write it like smtp.example.com',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANNEL)
def test_what_is_wrong_with_a_channel_is_said_at_its_line(tmp_path: Path, case: str) -> None:
    settings, sentence = CHANNEL[case]
    text = CHANNELS.replace("    files:", f"    new: {settings}\n    files:") + USED
    assert said(tmp_path, text) == [f"10: digests.channels.{sentence}"]


def test_a_secret_in_place_of_its_name_is_not_repeated(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, (CHANNELS + USED).replace("url_in: BOOKSCORE_SLACK", f'url_in: "{HOOK}"'))
    assert "must be the name of a variable of the environment" in problem
    assert "hooks.slack.com" not in problem


@pytest.mark.parametrize("secret", ["hunter2", "AKIAIOSFODNN7EXAMPLE", "71532498", "pass word", "[hunter2]", "X" * 201])
@pytest.mark.parametrize("setting", ["user_in", "password_in", "secret_in", "url_in"])
def test_every_secret_stands_in_the_environment_and_none_in_the_rules(
    tmp_path: Path, setting: str, secret: str
) -> None:
    channels = {
        "secret_in": f"{{kind: webhook, url_in: URL, secret_in: {secret}}}",
        "url_in": f"{{kind: teams, url_in: {secret}}}",
    }
    mail = f"{{kind: mail, host: a.example, from: a@b.example, {setting}: {secret}}}"
    text = CHANNELS.replace("    files:", f"    new: {channels.get(setting, mail)}\n    files:") + USED
    assert said(tmp_path, text) == [
        f"10: digests.channels.new.{setting} must be the name of a variable of the environment, which holds the "
        "secret; write it in capitals, like BOOKSCORE_SLACK_SALES, and keep the secret out of this file"
    ]


@pytest.mark.parametrize("name", ["URL", "SMTP2GO", "BOOKSCORE_MAIL_PASSWORD", "_1"])
def test_variables_are_named_in_capitals(tmp_path: Path, name: str) -> None:
    text = CHANNELS.replace("url_in: BOOKSCORE_SLACK", f"url_in: {name}")
    assert rulebook(tmp_path, text + USED).digests.channels["chat"] == SlackChannel(kind="slack", url_in=name)


def test_channels_of_one_name_are_told_and_what_is_of_no_use_is_odd(tmp_path: Path) -> None:
    twice = (CHANNELS + USED).replace("    files:", "    MAIL: {kind: file}\n    files:")
    assert "10: digests.channels.MAIL is taken by another channel" in said(tmp_path, twice)[0]
    unused = CHANNELS.replace("  channels:", "  holidays: [2026-12-25]\n  channels:") + USED.rpartition("    - ")[0]
    assert said(tmp_path, unused) == [
        "7: digests.holidays make no difference: no schedule counts working days; delete them, or use working_day",
        "9: digests.channels.mail: no schedule sends by mail; add a schedule, or delete the channel",
    ]


def test_schedules_are_judged_even_where_other_settings_are_wrong(tmp_path: Path) -> None:
    text = f"{CHANNELS}    - {{name: a, every: weak, audience: leaders, channel: mial}}\nmissing: nonsense\n"
    found = said(tmp_path, text)
    assert [problem.partition(" ")[0] for problem in found] == ["13:", "13:", "14:"]
    assert any("no channel" in problem for problem in found)


# ---- the schema that editors read -------------------------------------------------------------------------
def fits(value: Any, schema: dict[str, Any], groups: dict[str, Any]) -> bool:
    """Whether the value fits the schema, by the words that the schema of digests uses."""
    if "$ref" in schema:
        return fits(value, groups[schema["$ref"].rpartition("/")[2]], groups)
    if branches := schema.get("anyOf", schema.get("oneOf")):
        return any(fits(value, branch, groups) for branch in branches)
    if isinstance(value, list):
        return schema["type"] == "array" and all(fits(one, schema["items"], groups) for one in value)
    if isinstance(value, dict):
        return schema["type"] == "object" and all(
            part is not None and fits(value[key], part, groups) for key, part in parts(value, schema).items()
        )
    if isinstance(value, int):
        return bool(schema["type"] == "integer")
    words = schema.get("enum", [schema["const"]] if "const" in schema else [value])
    return schema["type"] == "string" and value in words and bool(re.search(schema.get("pattern", ""), value))


def parts(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Each setting that is written or required, with its schema, or None."""
    known, named = schema.get("properties", {}), schema.get("patternProperties", {})
    found = {key: next((part for name, part in named.items() if re.search(name, key)), None) for key in value}
    return {key: known.get(key, part) for key, part in found.items()} | {
        name: None for name in schema.get("required", ()) if name not in value
    }


@pytest.mark.parametrize("text", [default_block(), CHANNELS + USED.replace("Monday", "monday, at: 7:00")])
def test_editors_accept_what_is_read_and_refuse_what_is_not(tmp_path: Path, text: str) -> None:
    assert rulebook(tmp_path, text).digests.schedules
    written = read_document(tmp_path / "rules.yaml").tree.at(("digests",))
    groups = json.loads(schema_text())["$defs"]
    assert fits(written, groups["Digests"], groups)
    for old, new in (
        ("every: week", "every: weak"),
        ("on: Monday", "on: Mondy"),
        ("name: ", "nom: "),
        ("mail: {", "m l: {"),
    ):
        wrong = text.replace("monday", "Monday").replace(old, new, 1)
        assert wrong != text
        (tmp_path / "rules.yaml").write_text(HEAD + wrong, encoding="utf-8")
        assert not fits(read_document(tmp_path / "rules.yaml").tree.at(("digests",)), groups["Digests"], groups)
