"""Does anything go to a host, or to an address, that it must not go to?"""

import socket

import pytest
from servers import message

from scoring.digest import channels
from scoring.digest.channels.mail import MailLine
from scoring.digest.network.aim import aimed
from scoring.digest.network.dialing import Means, dial, resolved
from scoring.digest.network.hook import Hook
from scoring.digest.network.hosts import NotReadyError, hosts, spelled
from scoring.rules.digests import MailChannel, SlackChannel, TeamsChannel, WebhookChannel

SLACK, TEAMS = SlackChannel(kind="slack", url_in="URL"), TeamsChannel(kind="teams", url_in="URL")
HOOK = WebhookChannel(kind="webhook", url_in="URL", secret_in="SECRET")  # noqa: S106
PATH = "T0PSECRET"

NEVER = [
    *("0.0.0.0", "169.254.169.254", "169.254.0.1", "224.0.0.1", "239.255.255.250"),  # noqa: S104
    *("100.100.100.200", "168.63.129.16", "192.0.0.192"),
    *("::", "fe80::1", "fe80::1%eth0", "ff02::1", "fd00:ec2::254", "fd20:ce::254"),
    *("::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::169.254.169.254"),
]
OWN = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.5", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"),
    *("::1", "fd12:3456::1"),
]
WRAPPED = [
    *("::ffff:127.0.0.1", "::ffff:10.0.0.5", "64:ff9b::7f00:1", "64:ff9b::a00:5", "2002:7f00:1::", "2002:c0a8:101::"),
    "::127.0.0.1",
]
NEITHER = [
    *("192.0.2.1", "198.18.0.1", "240.0.0.1", "255.255.255.255"),
    *("2001:db8::1", "2001:0:7f00:1::", "fec0::1", "64:ff9b:1::7f00:1", "100::1"),
]
PUBLIC = [
    *("93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:2800:220:1::1"),
    *("::ffff:93.184.216.34", "64:ff9b::5db8:d822"),
]


def is_allowed(address: str, *, private: bool, is_clear: bool = False) -> bool:
    """Whether a host that leads to the address may be spoken to."""
    listed = hosts({"BOOKSCORE_PRIVATE_HOSTS" if private else "BOOKSCORE_HOSTS": "hooks.example.com"})
    try:
        listed.check_addresses("hooks.example.com", (address,), is_clear=is_clear)
    except NotReadyError:
        return False
    return True


def test_a_public_host_leads_to_public_addresses_only() -> None:
    refused = [*NEVER, *OWN, *WRAPPED, *NEITHER]
    assert [address for address in refused if is_allowed(address, private=False)] == []
    assert [address for address in PUBLIC if not is_allowed(address, private=False)] == []


def test_a_private_host_may_lead_into_the_own_network_but_not_to_where_machines_are_told_secrets() -> None:
    assert [address for address in (*OWN, *WRAPPED, *PUBLIC) if not is_allowed(address, private=True)] == []
    assert [address for address in (*NEVER, *NEITHER) if is_allowed(address, private=True)] == []


def test_one_bad_address_among_good_ones_is_enough() -> None:
    listed = hosts({"BOOKSCORE_HOSTS": "hooks.example.com"})
    with pytest.raises(NotReadyError, match=r"hooks\.example\.com leads to an address that is not public"):
        listed.check_addresses("hooks.example.com", ("93.184.216.34", "10.0.0.5"), is_clear=False)


def test_what_anybody_on_the_way_could_read_stays_within_the_own_network() -> None:
    assert [address for address in (*OWN, *WRAPPED) if not is_allowed(address, private=True, is_clear=True)] == []
    leading_out = [*NEVER, *NEITHER, *PUBLIC]
    assert [address for address in leading_out if is_allowed(address, private=True, is_clear=True)] == []


def test_mail_and_webhooks_say_whether_they_are_sent_in_clear() -> None:
    told, away = {"BOOKSCORE_PRIVATE_HOSTS": "smtp.example.com"}, Means(0.2, lambda *_: ("93.184.216.34",))
    in_clear = "smtp.example.com leads out of your own network, where nothing is sent in clear"
    line = MailLine(mail(security="none"), told, means=away)
    assert in_clear in line.send(message()).told
    assert in_clear in Hook("URL", told | {"URL": "http://smtp.example.com/x"}, means=away).post({}).told


@pytest.mark.parametrize("name", ["0x7f.1", "2130706433", "0177.0.0.1", "127.1", "127.0.0.1", "0", "[::ffff:7f00:1]"])
def test_no_way_of_writing_this_machine_gets_past(name: str) -> None:
    means = Means(seconds=0.2)
    with pytest.raises(NotReadyError, match="none of the hosts that may be spoken to"):
        dial(hosts({}), name, 9, means, is_clear=False)
    with pytest.raises(NotReadyError, match="leads to an address"):
        dial(hosts({"BOOKSCORE_HOSTS": spelled(name)}), name, 9, means, is_clear=False)


def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    reached: list[tuple[str, int]] = []

    def look_up(name: str, _: int) -> tuple[str, ...]:
        asked.append(name)
        return ("93.184.216.34",) if len(asked) == 1 else ("127.0.0.1",)

    def connect(place: tuple[str, int], _: float) -> socket.socket:
        reached.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    means = Means(0.2, look_up)
    with pytest.raises(ConnectionRefusedError):
        dial(hosts({"BOOKSCORE_HOSTS": "hooks.example.com"}), "Hooks.Example.com.", 443, means, is_clear=False)
    assert (asked, reached) == (["hooks.example.com"], [("93.184.216.34", 443)])


def test_the_next_address_is_tried_where_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[tuple[str, bool]] = []

    def connect(place: tuple[str, int], seconds: float) -> socket.socket:
        reached.append((place[0], seconds <= 1.0))
        if len(reached) == 1:
            raise TimeoutError
        return socket.socket()

    monkeypatch.setattr(socket, "create_connection", connect)
    means = Means(2.0, lambda *_: ("2606:2800:220:1::1", "93.184.216.34"))
    listed = hosts({"BOOKSCORE_HOSTS": "hooks.example.com"})
    dial(listed, "hooks.example.com", 443, means, is_clear=False).close()
    assert reached == [("2606:2800:220:1::1", True), ("93.184.216.34", False)], "the first leaves time for the second"


def test_a_name_that_no_name_can_be_has_no_address() -> None:
    with pytest.raises(OSError, match="no name of a host"):
        resolved("a" * 64 + ".example.com", 443)


@pytest.mark.parametrize(
    ("listed", "host", "is_fine"),
    [
        ("hooks.example.com", "HOOKS.example.com.", True),
        (" Hooks.Example.com. , b", "hooks.example.com", True),
        ("hooks.example.com", "hooks.example.com.evil.test", False),
        ("hooks.example.com", "evilhooks.example.com", False),
        ("example.com", "hooks.example.com", False),
        ("*", "hooks.example.com", False),
        ("", "", False),
        (",,", "", False),
        ("::1", "[0:0:0:0:0:0:0:1]", True),
        ("ho\u00f6ks.example.com", "ho\u00f6ks.example.com", False),
    ],
)
def test_hosts_are_compared_whole_and_in_one_spelling(listed: str, host: str, *, is_fine: bool) -> None:
    allowed = hosts({"BOOKSCORE_HOSTS": listed})
    if is_fine:
        allowed.check(host)
    else:
        with pytest.raises(NotReadyError):
            allowed.check(host)


URLS = [
    f"http://hooks.slack.com/{PATH}",
    f"https://hooks.slack.com@evil.test/{PATH}",
    f"https://evil.test\\@hooks.slack.com/{PATH}",
    f"https://user:pass@hooks.slack.com/{PATH}",
    f"https://hooks.slack.com.evil.test/{PATH}",
    f"https://evilhooks.slack.com/{PATH}",
    f"https://127.0.0.1/{PATH}",
    f"https://[::ffff:127.0.0.1]/{PATH}",
    f"https://[::1/{PATH}",
    f"https://hooks.slack.com:99999/{PATH}",
    f"https://hooks.slack.com:x/{PATH}",
    f"https://hooks.slack.com/\r\nX: {PATH}",
    f"https://hooks\uff0eslack\uff0ecom/{PATH}",
    f"https://evil.test%2f.logic.azure.com/{PATH}",
    f"file:///etc/{PATH}",
    f"ftp://hooks.slack.com/{PATH}",
    f"//hooks.slack.com/{PATH}",
    f"hooks.slack.com/{PATH}",
    f"https:///{PATH}",
    "",
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("channel", [SLACK, TEAMS, HOOK])
def test_an_address_that_may_not_be_used_is_refused_without_being_repeated(
    url: str, channel: SlackChannel | TeamsChannel | WebhookChannel
) -> None:
    told = channels.ready(channel, {"URL": url, "SECRET": "s" * 16})
    assert told is not None
    assert PATH not in told
    assert "pass" not in told
    assert "URL" in told or "BOOKSCORE_HOSTS" in told or "DNS" in told


def test_a_channel_knows_the_hosts_of_its_kind_and_no_others() -> None:
    slack = {"URL": "https://hooks.slack.com/services/T0/B0/x"}
    flow = {"URL": "https://prod-1.westeurope.logic.azure.com:443/workflows/1/triggers?sig=x"}
    later = {"URL": "https://default1.2.environment.api.powerplatform.com:443/powerautomate/x?sig=y"}
    assert channels.ready(SLACK, slack) is None
    assert channels.ready(TEAMS, flow) is None
    assert channels.ready(TEAMS, later) is None
    assert channels.ready(SLACK, flow) is not None
    assert channels.ready(TEAMS, slack) is not None
    assert channels.ready(TEAMS, {"URL": "https://logic.azure.com/x"}) is not None
    told = channels.ready(HOOK, slack | {"SECRET": "s" * 16})
    assert told == (
        "hooks.slack.com is none of the hosts that may be spoken to; add it to BOOKSCORE_HOSTS, or, if it is one of "
        "your own network, to BOOKSCORE_PRIVATE_HOSTS"
    )


def test_http_is_for_the_own_network_only() -> None:
    url = {"URL": "http://hooks.example.com/x", "SECRET": "s" * 16}
    told = channels.ready(HOOK, url | {"BOOKSCORE_HOSTS": "hooks.example.com"})
    assert told is not None
    assert "must begin with https://" in told
    assert channels.ready(HOOK, url | {"BOOKSCORE_PRIVATE_HOSTS": "hooks.example.com"}) is None


def test_a_url_is_taken_apart_as_it_was_written() -> None:
    environment = {"URL": "https://Hooks.Example.com.:8443/a/b?c=%2F#d", "BOOKSCORE_HOSTS": "hooks.example.com"}
    aim = aimed("URL", environment)
    assert (aim.host, aim.port, aim.path, aim.named) == (
        "hooks.example.com",
        8443,
        "/a/b?c=%2F",
        "hooks.example.com:8443",
    )
    assert "/a/b" not in repr(aim)


def mail(**other: object) -> MailChannel:
    """A mail channel, with whatever is said otherwise."""
    said = {"kind": "mail", "host": "smtp.example.com", "from": "bookscore <scores@example.com>"}
    return MailChannel.model_validate(said | other)


LISTED = {"BOOKSCORE_HOSTS": "smtp.example.com"}
SIGNED = {"BOOKSCORE_MAIL_USER": "u", "BOOKSCORE_MAIL_PASSWORD": "p"}


@pytest.mark.parametrize(
    ("channel", "environment", "wanted"),
    [
        (mail(), {}, "BOOKSCORE_HOSTS"),
        (mail(), LISTED, None),
        (mail(), LISTED | SIGNED, None),
        (mail(), LISTED | {"BOOKSCORE_MAIL_USER": "u"}, "BOOKSCORE_MAIL_PASSWORD is not set"),
        (mail(), LISTED | {"BOOKSCORE_MAIL_PASSWORD": "p"}, "BOOKSCORE_MAIL_USER is not set"),
        (mail(user_in="SMTP_USER"), LISTED | SIGNED, "SMTP_USER is not set"),
        (mail(security="none"), LISTED, "security: none is for hosts of your own network only"),
        (mail(security="none"), {"BOOKSCORE_PRIVATE_HOSTS": "smtp.example.com"}, None),
        (mail(security="none"), {"BOOKSCORE_PRIVATE_HOSTS": "smtp.example.com"} | SIGNED, "is not sent in clear"),
        (mail(**{"from": "b\u00f6ok@example.com"}), LISTED, "plain letters"),
    ],
)
def test_what_mail_lacks_is_said_with_the_remedy(
    channel: MailChannel, environment: dict[str, str], wanted: str | None
) -> None:
    told = channels.ready(channel, environment)
    assert (told is None) == (wanted is None)
    assert (wanted or "") in (told or "")


def test_a_webhook_without_a_secret_is_not_used() -> None:
    told = channels.ready(HOOK, {"URL": "https://hooks.example.com/x", "BOOKSCORE_HOSTS": "hooks.example.com"})
    assert told == "the variable SECRET is not set; put the secret into it that messages are signed with"


def test_secret_that_could_be_guessed_signs_nothing() -> None:
    told = channels.ready(HOOK, {"URL": "https://hooks.example.com/x", "BOOKSCORE_HOSTS": "hooks.example.com",
                                 "SECRET": "fifteen letters"})  # fmt: skip
    assert told == "the secret in SECRET has fewer than 16 characters, and could be guessed; use a longer one"
