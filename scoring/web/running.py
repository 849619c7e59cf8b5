"""How does the server run? One process that listens on a socket of its own until it is told to stop."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from scoring.web.settings import NotServedError

_LET_FINISH = 10
"""Seconds that requests get to come to their end when the server is stopped."""


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there. Raises NotServedError where that cannot be."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(128)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise NotServedError(f"{host}:{port} cannot be listened on ({why}); name another one with --port") from None
        yield bound


def run(app: ASGIApp, bound: socket.socket) -> None:
    """Answers until the process is told to stop, and lets what was begun come to its end."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # who may say whom they speak for is a setting of ours
        server_header=False,
        timeout_graceful_shutdown=_LET_FINISH,
    )
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[bound])
