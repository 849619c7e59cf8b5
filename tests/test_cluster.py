"""Is a run on a cluster the same to the byte, whatever happens to its workers? With a head and two more nodes."""

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scoring import demo, pipeline
from scoring.cli import main
from scoring.cluster import NobodyAnswersError, NoRayError, OtherVersionError, joined
from scoring.cluster.on_ray import OnRay
from scoring.cluster.refusals import LostTaskError, StepError
from scoring.errors import BookscoreError
from scoring.intake import Request
from scoring.parts import Part, Tables

COMPANY = {"rows": pl.DataFrame({"account_id": [f"a{n}" for n in range(9)]})}


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """The address of a head that works nothing out and two more nodes of one core, all on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        patch.setenv("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
        from ray.cluster_utils import Cluster

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        try:
            for _ in range(2):
                cluster.add_node(num_cpus=1)
            yield cluster.address
        finally:
            cluster.shutdown()


def killed_once(step: Callable[[Part, Tables], Any], marker: Path) -> Callable[[Part, Tables], Any]:
    """The step, but the first worker that does it is killed in the middle of its task."""

    def begun(part: Part, beside: Tables) -> Any:
        made = step(part, beside)
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return made
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    return begun


def test_a_run_that_loses_a_worker_in_every_step_is_the_same(
    place: str, small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost and nothing counted twice; progress ends with all tasks done, each told of once."""
    told: list[tuple[int, int]] = []
    usual, steps = OnRay.map, []

    def loses(engine: OnRay, step: Any, tables: Tables, beside: Tables) -> list[Any]:
        steps.append(tmp_path / f"killed{len(steps)}")
        return usual(engine, killed_once(step, steps[-1]), tables, beside)

    monkeypatch.setattr(OnRay, "map", loses)
    request = Request(small_folder, demo.AS_OF, set_aside=True)
    with joined(place, 3, lambda done, asked: told.append((done, asked))) as engine:
        made = pipeline.run(request, engine=engine)
    here = pipeline.run(request)
    assert all(marker.exists() for marker in steps)
    assert len(steps) >= 4
    assert made.packed == here.packed
    assert made.summary == here.summary
    assert made.cards == here.cards
    assert told == sorted(told)
    assert told[-1] == (3 * len(steps), 3 * len(steps))


def test_the_command_says_and_writes_the_same(
    place: str, small_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """And nothing of Ray's own on either stream."""
    said = []
    for name, further in (("here", ()), ("there", ("--engine", "ray", "--address", place, "--parts", "2"))):
        out = tmp_path / name
        command = ["run", str(small_folder), "--set-aside", "--as-of", demo.AS_OF.isoformat(), "--dry-run", "--json"]
        assert main([*command, "--out", str(out), *further]) == 0
        said.append([text.replace(str(out), "OUT") for text in capfd.readouterr()])
    assert said[0] == said[1]


def test_parts_come_back_in_the_order_of_accounts_and_refusals_and_losses_as_one_sentence(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal in its own words; a task that is lost again and again in ours."""
    monkeypatch.setattr("scoring.cluster.on_ray.TRIES", 1)

    def refuses(part: Part, _: Tables) -> None:
        raise BookscoreError(f"account {part.tables['rows']['account_id'][0]} does not add up")

    def dies(_: Part, __: Tables) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with joined(place, 3) as engine:
        found = engine.map(lambda part, also: (part.tables["rows"], also["more"]), COMPANY, {"more": COMPANY["rows"]})
        with pytest.raises(StepError, match=r"^account a0 does not add up$"):
            engine.map(refuses, COMPANY, {})
        with pytest.raises(LostTaskError, match="try smaller parts"):
            engine.map(dies, COMPANY, {})
    assert ["".join(rows["account_id"]) for rows, _ in found] == ["a0a1a2", "a3a4a5", "a6a7a8"]
    assert all(rows.equals(more) for rows, more in found)


def test_another_version_on_a_machine_of_the_cluster_is_refused(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "9.9" if name == "polars" else real(name))
    said = rf"polars is {real('polars')} on [\d.]+ of the cluster, and 9\.9 here; install the same on all machines"
    with pytest.raises(OtherVersionError, match=said), joined(place):
        pass


def test_without_the_extra_one_sentence_names_the_command(
    small_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["run", str(small_folder), "--set-aside", "--dry-run", "--engine", "ray"]) == 2
    assert 'the engine "ray" needs Ray: pip install "bookscore[cluster]"' in capsys.readouterr().err
    with pytest.raises(NoRayError), joined(None):
        pass


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}"])
def test_where_nobody_answers_that_is_said_within_seconds(
    form: str, small_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = form.format(free.getsockname()[1])
        begun = time.monotonic()
        assert (
            main(["run", str(small_folder), "--set-aside", "--dry-run", "--engine", "ray", "--address", address]) == 2
        )
        assert time.monotonic() - begun < 15
    assert f"no Ray cluster can be joined at {address}: Connection refused" in capsys.readouterr().err


def test_who_has_not_the_token_is_told_so(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
    with pytest.raises(NobodyAnswersError, match="it wants its token"), joined(place):
        pass


@pytest.mark.parametrize("address", ["nowhere", "host:port", ":6379", ""])
def test_what_is_no_address_is_told_so(address: str) -> None:
    with pytest.raises(NobodyAnswersError, match="write auto, HOST:PORT or ray://HOST:PORT"), joined(address):
        pass


@pytest.mark.parametrize("option", [("--address", "auto"), ("--parts", "3")])
def test_options_of_a_cluster_need_the_engine(option: tuple[str, str], small_folder: Path) -> None:
    assert main(["run", str(small_folder), "--dry-run", *option]) == 2


def test_the_environment_may_name_the_engine(
    small_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOOKSCORE_ENGINE", "ray")
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["run", str(small_folder), "--set-aside", "--dry-run"]) == 2
    assert "bookscore[cluster]" in capsys.readouterr().err
