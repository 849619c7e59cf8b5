"""How is a cluster joined? Nothing is told to anybody else, and whoever does not answer is named within seconds."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from scoring.cluster.on_ray import OnRay
from scoring.cluster.refusals import NobodyAnswersError, NoRayError, OtherVersionError

CLIENT = "ray://"
_CLIENT_PORT = 10001
_SECONDS = 3.0
_LONGEST = 30
"""Seconds that a cluster may take to answer; on a busy machine it takes a dozen."""
_LOCKED = "it wants its token (RAY_AUTH_MODE=token and RAY_AUTH_TOKEN)"
_TRIAL = "import sys, ray; ray.init(address=sys.argv[1], log_to_driver=False, logging_level='CRITICAL')"
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nobody is told
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # else this folder would be sent to every worker
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else a warning about graphics cards
}


@contextmanager
def joined(
    address: str | None, parts: int | None = None, tell: Callable[[int, int], None] = lambda done, asked: None
) -> Iterator[OnRay]:
    """An engine on the cluster at the address, or on one of this machine alone that ends with the work.

    `parts` is as many as there are cores in the cluster where it is not said; `tell` is told how many tasks are
    done, of how many so far. Raises NoRayError, NobodyAnswersError, and OtherVersionError where a machine of the
    cluster has other versions of what decides figures.
    """
    os.environ.update(_QUIET if address else {**_QUIET, **_own_token()})
    try:
        import ray
    except ImportError:
        raise NoRayError from None
    _init(ray, address)
    try:
        _check_versions(ray)
        yield OnRay(ray, parts or max(1, _cores(ray)), tell)
    finally:
        ray.shutdown()


def _cores(ray: Any) -> int:
    return int(ray.cluster_resources().get("CPU", 1))


def _own_token() -> dict[str, str]:
    """How a cluster that ends with the work keeps others out, unless the environment says; nothing stays at home."""
    if "RAY_AUTH_MODE" in os.environ:
        return {}
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token_hex(32)}


def _init(ray: Any, address: str | None) -> None:
    """Joins the cluster at the address, or starts one."""
    settings = {
        "log_to_driver": False,
        "logging_level": "CRITICAL",
        "runtime_env": {"env_vars": {"POLARS_MAX_THREADS": "1"}},  # a task has one core
    }
    if address is None:
        ray.init(address="local", include_dashboard=False, **settings)
        return
    if address != "auto":
        _knock(address)
    _try(address)
    try:
        ray.init(address=address, **settings)
    except Exception as error:  # whatever Ray thinks of it
        raise NobodyAnswersError(address, _first_line(error)) from None


def _knock(address: str) -> None:
    """Raises NobodyAnswersError unless something listens at the address."""
    place = urlsplit(address if address.startswith(CLIENT) else f"//{address}")
    try:
        port = place.port or (_CLIENT_PORT if address.startswith(CLIENT) else None)
    except ValueError:
        port = None
    if not place.hostname or port is None:
        raise NobodyAnswersError(address, "write auto, HOST:PORT or ray://HOST:PORT")
    try:
        socket.create_connection((place.hostname, port), timeout=_SECONDS).close()
    except OSError as error:
        raise NobodyAnswersError(address, error.strerror or "nobody answers") from None


def _try(address: str) -> None:
    """Joins in a process of its own first: Ray waits for minutes where something else listens, and cannot be stopped.

    Raises NobodyAnswersError with what Ray says.
    """
    command = [sys.executable, "-c", _TRIAL, address]
    env = {**os.environ, "RAY_NUM_REDIS_GET_RETRIES": "5"}  # else a wrong token is tried for 20 seconds
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=_LONGEST, check=False, env=env
        )
    except subprocess.TimeoutExpired:
        raise NobodyAnswersError(address, f"no Ray answers within {_LONGEST} seconds") from None
    if done.returncode:
        said = re.findall(r"^[\w.]+(?:Error|Exception): (.+)$", done.stderr, re.MULTILINE) or ["it refuses"]
        wants = "InvalidAuthToken" in done.stderr
        raise NobodyAnswersError(address, _LOCKED if wants else said[-1])


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _check_versions(ray: Any) -> None:
    """Raises OtherVersionError where a machine of the cluster differs from this one."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as Only

    def versions() -> dict[str, str | None]:  # in here it is sent as it stands: bookscore may be missing there
        import sys
        from importlib import metadata

        found: dict[str, str | None] = {"python": "{}.{}".format(*sys.version_info)}
        for name in ("bookscore", "polars"):
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = None
        return found

    ours, nodes = versions(), [node for node in ray.nodes() if node["Alive"]]
    task = ray.remote(versions)
    asked = [task.options(num_cpus=0, scheduling_strategy=Only(node["NodeID"], soft=False)).remote() for node in nodes]
    for node, theirs in zip(nodes, ray.get(asked), strict=True):
        for what in sorted(ours):
            if theirs[what] != ours[what]:
                raise OtherVersionError(node["NodeManagerAddress"], what, theirs[what], str(ours[what]))
