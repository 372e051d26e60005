"""Serving on the loopback interface: every other address is refused before a socket is opened."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from anagen.errors import AnagenError, InputProblems, Problem

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

_ORIGIN = re.compile(r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$")


def loopback(host: str) -> str:
    """The loopback address of `host`. Raises InputProblems for any address beyond this machine."""
    address = {"localhost": "127.0.0.1"}.get(host.casefold(), host.strip("[]"))
    try:
        if ipaddress.ip_address(address).is_loopback:
            return address
    except ValueError:
        pass
    raise InputProblems(
        [
            Problem(
                "command line",
                "--host",
                host,
                "records of people are served to this machine only",
                allowed="127.0.0.1, ::1 or localhost",
                fix="put your own authenticated, encrypted gateway in front of it",
            )
        ]
    )


def origins_of(given: Sequence[str]) -> tuple[str, ...]:
    """Web origins that browsers may call from. Raises InputProblems listing all that are none."""
    wrong = [origin for origin in given if not _ORIGIN.match(origin)]
    if wrong:
        raise InputProblems(
            Problem(
                "command line",
                "--allow-origin",
                origin,
                "this is not one web origin",
                allowed="scheme, name and port, such as http://localhost:8080",
            )
            for origin in wrong
        )
    return tuple(given)


def bound(host: str, port: int) -> socket.socket:
    """A socket on a loopback address; port 0 takes any free one. Raises AnagenError when taken."""
    address = loopback(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((address, port))
        # Who reads the address may call at once; the call waits until it is answered.
        opened.listen()
    except OSError as error:
        opened.close()
        raise AnagenError(
            f"port {port} cannot be used ({error.strerror}); choose another with --port"
        ) from error
    return opened


def configured(app: ASGIApp) -> uvicorn.Config:
    """How the server runs: no access log, because a line of it would tell who was looked at."""
    import uvicorn

    return uvicorn.Config(
        app, access_log=False, log_level="error", server_header=False, lifespan="off"
    )


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until interrupted."""
    import uvicorn

    with listening:
        uvicorn.Server(configured(app)).run(sockets=[listening])
