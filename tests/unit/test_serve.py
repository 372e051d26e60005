"""The server opens on this machine only, and answers for real."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("uvicorn")

import uvicorn
from starlette.testclient import TestClient

from anagen.cli.app import app as command
from anagen.errors import AnagenError, InputProblems
from anagen.patients.intake import load
from anagen.web import app as web
from anagen.web.local import bound, configured, loopback, origins_of
from cds_cases import TODAY, call

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.9.1"])
def test_addresses_of_this_machine(host: str) -> None:
    assert loopback(host) in ("127.0.0.1", "::1", "127.8.9.1")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", "", "8.8.8.8"])
def test_every_other_address_is_refused(host: str) -> None:
    with pytest.raises(InputProblems) as caught:
        bound(host, 0)
    assert "this machine only" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_taken_port_is_said() -> None:
    with bound("127.0.0.1", 0) as first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(AnagenError, match=f"port {port} cannot be used"):
            bound("127.0.0.1", port)


def test_a_socket_takes_calls_before_its_address_is_told() -> None:
    with bound("127.0.0.1", 0) as opened, socket.create_connection(opened.getsockname(), 1) as call:
        assert call.getpeername() == opened.getsockname()


@pytest.mark.parametrize("name", ["[::1]", "127.0.0.2", "127.0.0.1", "localhost"])
def test_the_server_answers_under_its_own_address(name: str) -> None:
    client = TestClient(web.cds_hooks(name="127.0.0.2"), base_url=f"http://{name}:8765")
    assert client.get("/cds-services").status_code == 200
    assert client.get("/cds-services", headers={"Host": "127.0.0.3"}).status_code == 400


def test_origins_are_single_origins() -> None:
    assert origins_of(["http://localhost:8080"]) == ("http://localhost:8080",)
    with pytest.raises(InputProblems) as caught:
        origins_of(["*", "http://ok.example", "ok.example", "http://a/b"])
    assert len(caught.value.problems) == 3


def test_the_command_refuses_before_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anagen.web.local.serve", lambda *_: pytest.fail("it served"))
    done = CliRunner().invoke(command, ["serve", "--cds-hooks", "--host", "0.0.0.0"])
    assert isinstance(done.exception, InputProblems)
    done = CliRunner().invoke(command, ["serve", "--cds-hooks", "--allow-origin", "*"])
    assert isinstance(done.exception, InputProblems)


def test_the_command_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anagen.web.local.serve", lambda _, listening: listening.close())
    done = CliRunner().invoke(command, ["serve", "--cds-hooks", "--port", "0"])
    assert done.exit_code == 0
    assert done.stdout.startswith("http://127.0.0.1:")
    assert "/cds-services" in done.stdout


@pytest.fixture
def served() -> Iterator[str]:
    listening = bound("127.0.0.1", 0)
    server = uvicorn.Server(configured(web.cds_hooks(today=lambda: TODAY)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


def test_a_real_server_answers_on_the_loopback_alone(
    served: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with urllib.request.urlopen(f"{served}/cds-services") as answer:
        assert answer.headers["server"] is None
        service = json.load(answer)["services"][0]
    body = json.dumps(call(load(EXAMPLES / "published" / "LPP-01.toml"))).encode()
    request = urllib.request.Request(
        f"{served}/cds-services/{service['id']}", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["cards"][0]["indicator"] == "critical"
    assert capfd.readouterr() == ("", "")
    port = int(served.rsplit(":", 1)[1])
    for address in own_addresses():
        with pytest.raises(OSError, match=r"."):
            socket.create_connection((address, port), timeout=1)


def own_addresses() -> set[str]:
    """Addresses of this machine that others could reach; none where its name is not known."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    addresses = {str(info[4][0]) for info in found}
    return {name for name in addresses if not name.startswith("127.") and name != "::1"}


def test_without_the_server_libraries_the_command_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['starlette.applications'] = None\n"
        "sys.argv = ['anagen', 'serve']\n"
        "from anagen.cli import run\n"
        "run()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "anagen[serve]" in done.stderr
    assert "Traceback" not in done.stderr
