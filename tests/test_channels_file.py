"""Is a digest that goes into a folder whole, in that folder, and the same when it is written again?"""

import json
import os
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from servers import KEY, Taken, message, proper

from scoring.digest import channels
from scoring.digest.channels.mail import MailLine
from scoring.digest.message import Line, Outcome, Verdict
from scoring.rules.digests import FileChannel, MailChannel

FILES = FileChannel(kind="file")


def line(folder: Path, name: str = "digests") -> Line:
    """A line into a folder within the other."""
    return channels.open_line(FileChannel(kind="file", folder=name), {}, folder)


def test_a_person_gets_one_mail_as_a_file_and_the_same_again(tmp_path: Path) -> None:
    sent = Outcome(Verdict.SENT, f"written to digests/{KEY}.eml")
    assert line(tmp_path).send(message()) == sent
    place = tmp_path / "digests" / f"{KEY}.eml"
    first = place.read_bytes()
    assert line(tmp_path).send(message()) == sent
    assert place.read_bytes() == first
    assert os.listdir(place.parent) == [place.name]
    mail = message_from_bytes(first, policy=policy.default)
    assert (mail["To"], mail["From"]) == ("Ann <ann@example.com>", "bookscore <bookscore@bookscore.invalid>")
    assert channels.domain_of(FILES) == "bookscore.invalid"
    assert channels.ready(FILES, {}) is None


def test_the_file_is_what_a_mail_server_would_get(tmp_path: Path) -> None:
    taken, said = Taken(), message(text="Größer\n.\n..\n", name="Änne")
    line(tmp_path).send(said)
    with proper(taken) as port:
        channel = {"kind": "mail", "host": "localhost", "port": port, "security": "none"}
        sender = {"from": "bookscore <bookscore@bookscore.invalid>"}
        mail = MailLine(MailChannel.model_validate(channel | sender), {"BOOKSCORE_PRIVATE_HOSTS": "localhost"})
        assert mail.send(said).verdict == Verdict.SENT
        mail.close()
    assert taken.mails[0][2] == (tmp_path / "digests" / f"{KEY}.eml").read_bytes()


def test_a_channel_gets_what_programs_get(tmp_path: Path) -> None:
    assert line(tmp_path).send(message(address="files", data={"name": "Jürgen"})).verdict == Verdict.SENT
    text = (tmp_path / "digests" / f"{KEY}.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"name": "Jürgen"}
    assert line(tmp_path).send(message(address="files", data={"name": "\ud800"})).verdict == Verdict.REFUSED


@pytest.mark.parametrize("key", ["../../etc/x", "a/b", "a.b", "", "a\x00b", "x" * 65, "ä", "C:x"])
def test_no_text_names_a_file(tmp_path: Path, key: str) -> None:
    assert line(tmp_path).send(message(delivery_id=key)).verdict == Verdict.REFUSED
    assert list(tmp_path.rglob("*")) == []


def test_no_link_leads_out_of_the_workspace(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for each in (inside, outside):
        each.mkdir()
    (inside / "digests").symlink_to(outside)
    (inside / "gone").symlink_to(outside / "not-yet")
    told = []
    for name in ("digests", "gone", "digests/below"):
        outcome = line(inside, name).send(message())
        assert outcome.verdict == Verdict.REFUSED
        told.append(outcome.told)
    assert told[0] == "the folder digests leads out of that of rules.yaml"
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_the_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    folder, victim = tmp_path / "w" / "digests", tmp_path / "victim"
    folder.mkdir(parents=True)
    victim.write_text("untouched")
    for name in (f"{KEY}.eml", f".{KEY}.eml.part"):
        (folder / name).symlink_to(victim)
    assert line(tmp_path / "w").send(message()).verdict == Verdict.SENT
    assert victim.read_text() == "untouched"
    assert not (folder / f"{KEY}.eml").is_symlink()


def test_a_disk_that_fails_leaves_no_half_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert line(tmp_path).send(message()).verdict == Verdict.SENT
    before = (tmp_path / "digests" / f"{KEY}.eml").read_bytes()

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scoring.digest.channels.file.sync", full)
    outcome = line(tmp_path).send(message(text="Other."))
    assert outcome == Outcome(Verdict.LATER, "nothing could be written into digests: No space left on device")
    assert [each.read_bytes() for each in (tmp_path / "digests").iterdir()] == [before]


def test_a_folder_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "digests").write_text("a file")
    assert line(tmp_path).send(message()).verdict == Verdict.LATER
    assert line(tmp_path / "nowhere").send(message()).verdict == Verdict.LATER
